// SPDX-License-Identifier: MIT
//
// Host: physical memory is one anonymous mapping of this Linux process; the direct map is its address. Every
// use is checked against its bounds, so a wild physical address stops the run where it is made.
#pragma once
#include <stdint.h>
#include <string.h>
#include <kernel/panic.h>
#include <kernel/types.h>

// Physical address of the first byte, and of the first one above.
#define HOST_MEMORY_BASE 0x100000ull

extern uint8_t *host_memory;
extern uint64_t host_memory_end;

static inline void *direct_map(paddr_t physical) {
    ASSERT(physical.value >= HOST_MEMORY_BASE && physical.value < host_memory_end);
    return host_memory + (physical.value - HOST_MEMORY_BASE);
}

static inline paddr_t direct_map_physical(const void *address) {
    uint64_t physical = (uint64_t)((const uint8_t *)address - host_memory) + HOST_MEMORY_BASE;
    ASSERT(physical >= HOST_MEMORY_BASE && physical < host_memory_end);
    return paddr(physical);
}

static inline void arch_page_clear(void *page) {
    memset(page, 0, PAGE_SIZE);
}
