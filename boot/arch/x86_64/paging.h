// SPDX-License-Identifier: MIT
//
// What the way into the kernel needs of the page tables beyond arch_map().

#ifndef BOOT_ARCH_X86_64_PAGING_H
#define BOOT_ARCH_X86_64_PAGING_H

#include <base/types.h>

// Physical address of the top table.
uint64_t paging_root(void);

// Maps a device's registers, uncached, at their own address.
[[nodiscard]] bool paging_map_device(uint64_t address, uint64_t length);

// 4 or 5.
unsigned paging_levels(void);

#endif
