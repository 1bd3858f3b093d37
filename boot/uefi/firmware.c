// SPDX-License-Identifier: MIT
//
// The firmware's tables (see firmware.h).

#include "firmware.h"
#include <base/string.h>

struct firmware firmware;

bool guid_equals(const struct efi_guid *a, const struct efi_guid *b) {
    return memcmp(a, b, sizeof *a) == 0;
}
