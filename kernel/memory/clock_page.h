// SPDX-License-Identifier: MIT
//
// The page with which user space reads the clock: one for all, mapped read-only in every space.
#pragma once
#include <kernel/types.h>

// Seconds of UNIX time at monotonic time 0, 0: unknown.
void clock_page_init(int64_t boot_seconds);
paddr_t clock_page_physical(void);
