// SPDX-License-Identifier: MIT
//
// Walking device paths (see device_path.h). Source: UEFI 2.10, 10.2 and 10.3.1.

#include "device_path.h"

const struct efi_device_path *device_path_next(const struct efi_device_path *node) {
    size_t length = node->length[0] | (size_t)node->length[1] << 8;
    if (node->type == 0x7f || length < sizeof *node)
        return nullptr;
    return (const struct efi_device_path *)((const char *)node + length);
}

bool device_path_is(const struct efi_device_path *node, uint8_t type, uint8_t subtype) {
    return node->type == type && node->subtype == subtype;
}
