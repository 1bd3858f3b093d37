// SPDX-License-Identifier: MIT
//
// The kernel's address space: its image, and the direct map of what the base revision wants in it.

#ifndef BOOT_DIRECT_MAP_H
#define BOOT_DIRECT_MAP_H

#include "boot.h"

// Takes the memory for the page tables, by the map as it is now; firmware still works.
void direct_map_reserve(const struct boot *boot);

// Fills the page tables, by the map as it is when the firmware was left.
void direct_map_fill(const struct boot *boot);

#endif
