// SPDX-License-Identifier: MIT
//
// Seam: monotonic time and the one-shot timer of this CPU.
#pragma once
#include <stdint.h>
#include <abi/structs.h>

// Nanoseconds since the kernel started; never goes back.
uint64_t clock_now(void);
// The timer interrupt comes at `when` (absolute; in the past: at once); UINT64_MAX disarms. Ends in
// trap_timer().
void clock_arm(uint64_t when);
// Fills the page that user space reads.
void clock_page_fill(struct clock_page *page);

// A counter of this CPU that is cheap to read, for accounting only: it need not be steady or the same on all
// CPUs.
static inline uint64_t clock_cycles(void);
uint64_t clock_cycles_nanoseconds(uint64_t cycles);

#include <arch_clock.h>
