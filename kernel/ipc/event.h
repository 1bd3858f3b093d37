// SPDX-License-Identifier: MIT
//
// A message of the kernel that needs no answer, embedded in what it tells about: queued at an endpoint until
// somebody receives.
#pragma once
#include <base/list.h>
#include <stdint.h>

struct event {
    struct list link; // under the endpoint's lock
    uint64_t label;
    uint64_t badge_value;
    uint64_t words[4];
    void (*taken)(
        struct event *event); // called when it was received, or its endpoint ended; endpoint's lock held
};
