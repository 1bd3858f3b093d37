// SPDX-License-Identifier: MIT
//
// The processor's counter as benchmarks read it: the time stamp counter (SDM 3B, 18.17). Under QEMU's
// `-icount shift=0` one step of it is one instruction; else it says nothing about work done.

#ifndef USER_ARCH_COUNTER_H
#define USER_ARCH_COUNTER_H

#include <stdint.h>

static inline uint64_t counter_read(void) {
    uint32_t low;
    uint32_t high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

#endif
