// SPDX-License-Identifier: MIT
//
// Platform objects.

#include <base/types.h>
#include "object/descriptor.h"
#include "object/platform.h"

struct platform *platform_create(uint64_t kind, uint64_t base, uint64_t length) {
    struct platform *platform = object_create(OBJECT_PLATFORM, LOCK_NOTIFICATION);
    platform->kind = kind;
    platform->base = base;
    platform->length = length;
    return platform;
}

uint64_t platform_rights(const struct handle *platform, uint64_t all) {
    return all & (handle_rights(platform) | ~RIGHTS_COMMON);
}

bool platform_covers(const struct platform *platform, uint64_t kind, uint64_t base, uint64_t length) {
    if (platform->kind == 0)
        return length != 0 && base <= UINT64_MAX - length;
    return platform->kind == kind && length != 0 && base >= platform->base &&
           range_within(base - platform->base, length, platform->length);
}
