// SPDX-License-Identifier: MIT
//
// x86-64: the time stamp counter as the cheap counter for accounting.
#pragma once
#include <stdint.h>

static inline uint64_t clock_cycles(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}
