// SPDX-License-Identifier: MIT
//
// The list of groups.

#include "groups.h"

extern const struct group group_descriptor, group_memory, group_space, group_futex, group_clock;
extern const struct group group_thread, group_process, group_quota, group_endpoint, group_reply;
extern const struct group group_notification, group_interrupt, group_platform;
extern const struct group group_badargs, group_numbers, group_services, group_files, group_pipes,
    group_images, group_attack;
extern const struct group group_vectors, group_exhaustion, group_lifecycle, group_errors;

const struct group *const groups[] = {
    // objects
    &group_descriptor,
    &group_memory,
    &group_space,
    &group_futex,
    &group_clock,
    &group_thread,
    &group_process,
    &group_quota,
    &group_endpoint,
    &group_reply,
    &group_notification,
    &group_interrupt,
    &group_platform,
    // bad input
    &group_badargs,
    &group_numbers,
    &group_services,
    &group_files,
    &group_pipes,
    &group_images,
    &group_attack,
    // the whole
    &group_vectors,
    &group_exhaustion,
    &group_lifecycle,
    // what all of the above have seen
    &group_errors,
};
const size_t group_count = array_length(groups);
