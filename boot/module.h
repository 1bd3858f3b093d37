// SPDX-License-Identifier: MIT
//
// The boot modules: files that the kernel gets with it.

#ifndef BOOT_MODULE_H
#define BOOT_MODULE_H

#include "boot.h"

// Reads the modules that the kernel and the configuration name.
void modules_load(struct boot *boot);

#endif
