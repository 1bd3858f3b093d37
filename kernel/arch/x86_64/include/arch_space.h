// SPDX-License-Identifier: MIT
//
// x86-64: 4-level page tables (SDM 3A, 4.5). The lower half of a root is the space's own; the upper half is a
// copy of the kernel's, whose root entries never change once boot is over.
#pragma once
#include <stdint.h>
#include <kernel/types.h>

#define ARCH_TABLE_LEVELS       3
#define ARCH_TABLE_SHIFT(level) (12 + 9 * (level))

struct arch_space {
    paddr_t root;
};
