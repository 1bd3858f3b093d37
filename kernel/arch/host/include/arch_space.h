// SPDX-License-Identifier: MIT
//
// Host: page tables of four levels with 512 entries each, in pages of the simulated memory. Nothing but
// space.c reads them: host_translate() walks them as a processor would.
#pragma once
#include <stdint.h>
#include <kernel/types.h>

#define ARCH_TABLE_LEVELS       3
#define ARCH_TABLE_SHIFT(level) (12 + 9 * (level))

struct arch_space {
    paddr_t root;
};
