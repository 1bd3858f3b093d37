// SPDX-License-Identifier: MIT
//
// x86-64: per-CPU data. Every struct cpu starts with a struct arch_cpu; in the kernel, GS points at it. The
// first fields are known to entry.S by offset (arch_offsets.h). Owner CPU only.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <arch_offsets.h>

struct cpu_tables;
struct arch_thread;
struct trap_frame;

struct arch_cpu {
    struct cpu *self;
    // Entry from user mode pushes the registers downwards from here: the end of the frame of the thread that
    // this CPU runs. The task segment's RSP0 is always the same.
    void *frame_end;
    uint64_t stack_top;
    uint64_t user_stack; // scratch of the system call entry
    struct cpu_tables *tables;
    uint64_t root;         // what CR3 holds
    bool fp_off;           // CR0.TS is set
    uint64_t timer_target; // when trap_timer() is wanted; UINT64_MAX: never
    // The trap that ends in a panic, for its registers and backtrace.
    const struct trap_frame *panic_frame;
};

static inline struct cpu *cpu_current(void) {
    struct cpu *self;
    // Not volatile: code in the kernel never changes its CPU.
    __asm__("movq %%gs:%c1, %0" : "=r"(self) : "i"(CPU_SELF));
    return self;
}

static inline void cpu_relax(void) {
    __asm__ volatile("pause");
}
