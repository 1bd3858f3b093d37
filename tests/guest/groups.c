// SPDX-License-Identifier: MIT
//
// The list of groups.

#include "groups.h"

extern const struct group group_badargs, group_descriptor, group_numbers;

const struct group *const groups[] = {
    &group_descriptor,
    &group_badargs,
    &group_numbers,
};
const size_t group_count = array_length(groups);
