// SPDX-License-Identifier: MIT
//
// The disk that the boot volume is on.

#ifndef BOOT_UEFI_DISK_H
#define BOOT_UEFI_DISK_H

#include "efi.h"

// Fills in what the partition and its disk are called, from the volume's device path.
struct limine_file;
void disk_describe(const struct efi_device_path *path, struct limine_file *file);

#endif
