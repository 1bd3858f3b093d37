// SPDX-License-Identifier: MIT
//
// What the jump into the kernel needs of the page tables beyond arch_map().

#ifndef BOOT_ARCH_X86_64_PAGING_H
#define BOOT_ARCH_X86_64_PAGING_H

#include <base/types.h>

// Physical address of the top table.
uint64_t paging_root(void);

// Address of the top table's entry that maps `virtual_address`.
uint64_t paging_root_slot(uint64_t virtual_address);

#endif
