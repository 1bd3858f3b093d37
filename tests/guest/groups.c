// SPDX-License-Identifier: MIT
//
// The list of groups.

#include "groups.h"

extern const struct group group_descriptor;

const struct group *const groups[] = {
    &group_descriptor,
};
const size_t group_count = array_length(groups);
