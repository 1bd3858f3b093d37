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

// The next node of a device path; null behind the last.
const struct efi_device_path *device_path_next(const struct efi_device_path *node);
bool device_path_is(const struct efi_device_path *node, uint8_t type, uint8_t subtype);

// Decides where console text goes; before the first message.
void console_init(void);

// Fills in what the partition and its disk are called, from the volume's device path.
struct limine_file;
void disk_describe(const struct efi_device_path *path, struct limine_file *file);

// Opens the boot volume and finds the folder of the loader itself.
void volume_init(void);

#endif
