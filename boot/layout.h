// SPDX-License-Identifier: MIT
//
// What lies where in physical memory: the platform's map, with what the loader knows beyond it laid over.

#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#include "boot.h"

// Collects what is laid over the platform's map. The kernel, its modules and the tables of firmware are
// known.
void layout_overlays_find(struct boot *boot);

// Takes the memory for the maps; firmware still works.
void layout_reserve(struct boot *boot);

// Builds boot->map: once to know how large it is, and again when the firmware was left.
void layout_build(struct boot *boot);

#endif
