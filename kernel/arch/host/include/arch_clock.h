// SPDX-License-Identifier: MIT
//
// Host: cycles are the nanoseconds of the manual clock.
#pragma once
#include <stdint.h>

static inline uint64_t clock_cycles(void) {
    return clock_now();
}
