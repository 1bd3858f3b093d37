// SPDX-License-Identifier: MIT
//
// All groups of tests, in the order in which they run: what the others stand on comes first, what may leave
// the system in disorder when it fails comes last.

#ifndef GUEST_GROUPS_H
#define GUEST_GROUPS_H

#include "test.h"

extern const struct group *const groups[];
extern const size_t group_count;

// The memory behind `shared`, for children.
extern desc_t shared_memory;

#endif
