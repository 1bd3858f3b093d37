// SPDX-License-Identifier: MIT
//
// x86-64: the direct map. The first 64 TiB of physical memory stand at the bottom of the upper half.
#pragma once
#include <stdint.h>
#include <kernel/types.h>

#define DIRECT_MAP_BASE 0xffff800000000000ull
#define DIRECT_MAP_SIZE 0x0000400000000000ull

static inline void *direct_map(paddr_t physical) {
    return (void *)(DIRECT_MAP_BASE + physical.value);
}

static inline paddr_t direct_map_physical(const void *address) {
    return paddr((uint64_t)address - DIRECT_MAP_BASE);
}

static inline void arch_page_clear(void *page) {
    uint64_t count = PAGE_SIZE / sizeof(uint64_t);
    __asm__ volatile("rep stosq" : "+D"(page), "+c"(count) : "a"(0ull) : "memory");
}
