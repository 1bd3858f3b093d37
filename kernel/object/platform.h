// SPDX-License-Identifier: MIT
//
// The right over a part of the machine. The first one covers everything; platform_restrict makes one for one
// kind and one range.
#pragma once
#include "object/object.h"

struct handle;

struct platform {
    struct object object;
    // Immutable. kind: one of restrict_kind, 0: all of everything.
    uint64_t kind;
    uint64_t base, length;
};

struct platform *platform_create(uint64_t kind, uint64_t base, uint64_t length);
// Of all rights of an object that is made through this descriptor, those that it gets: what cannot be handed
// on is no way to what can.
uint64_t platform_rights(const struct handle *platform, uint64_t all);
// Does it cover [base, base + length) of a kind?
bool platform_covers(const struct platform *platform, uint64_t kind, uint64_t base, uint64_t length);
