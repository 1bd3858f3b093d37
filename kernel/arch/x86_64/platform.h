// SPDX-License-Identifier: MIT
//
// x86-64: what start.c tells platform.c.
#pragma once
#include "../../boot/memory_map.h"

// Finds the early console; before anything can print.
void early_console_start(void);
// Keeps which ranges are RAM, the kernel included, and so never a device's.
void platform_ram_set(const struct memory_map *map);
// A range of registers that the kernel itself uses.
void platform_reserve(uint64_t base, uint64_t length);
