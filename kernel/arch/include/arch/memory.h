// SPDX-License-Identifier: MIT
//
// Seam: the kernel's own view of memory. All usable RAM is mapped at one offset (the direct map), writable,
// never executable; nothing else is reachable through it.
#pragma once
#include <stdint.h>
#include <kernel/types.h>

// Address of a byte of usable RAM, and back.
static inline void *direct_map(paddr_t physical);
static inline paddr_t direct_map_physical(const void *address);

// Fills one page with zeros.
static inline void arch_page_clear(void *page);

#include <arch_memory.h>
