// SPDX-License-Identifier: MIT
//
// Device paths: lists of nodes that say where a device is found, or what a file is called.

#ifndef BOOT_UEFI_DEVICE_PATH_H
#define BOOT_UEFI_DEVICE_PATH_H

#include "efi.h"

#define PATH_MEDIA 4 // type of a node (UEFI 2.10, 10.3.5)

// The next node of a device path; null behind the last.
const struct efi_device_path *device_path_next(const struct efi_device_path *node);
bool device_path_is(const struct efi_device_path *node, uint8_t type, uint8_t subtype);

#endif
