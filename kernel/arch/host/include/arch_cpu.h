// SPDX-License-Identifier: MIT
//
// Host: a CPU is whatever POSIX thread says it is (thread-local pointer). What belongs to it beyond struct
// cpu is in machine.h.
#pragma once
#include <sched.h>
#include <stdint.h>

struct host_cpu;

struct arch_cpu {
    struct host_cpu *host;
};

extern thread_local struct cpu *host_cpu_pointer;

static inline struct cpu *cpu_current(void) {
    return host_cpu_pointer;
}

static inline void cpu_relax(void) {
    sched_yield();
}
