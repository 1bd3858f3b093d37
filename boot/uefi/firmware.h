// SPDX-License-Identifier: MIT
//
// What the files of the UEFI front share: the firmware's tables, set once at the entry.

#ifndef BOOT_UEFI_FIRMWARE_H
#define BOOT_UEFI_FIRMWARE_H

#include "efi.h"

struct firmware {
    efi_handle_t image;
    struct efi_system_table *system;
    struct efi_loaded_image *loaded;
    bool has_left; // boot services are gone
};

extern struct firmware firmware;

bool guid_equals(const struct efi_guid *a, const struct efi_guid *b);

#endif
