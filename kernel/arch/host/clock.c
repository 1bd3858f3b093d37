// SPDX-License-Identifier: MIT
//
// Host: a clock that moves when the test says so, and the one-shot timer of each CPU, which fires at the next
// moment when interrupts are taken.
#include <arch/clock.h>
#include <stdatomic.h>
#include "machine.h"

static _Atomic uint64_t now;

uint64_t clock_now(void) {
    return atomic_load_explicit(&now, memory_order_relaxed);
}

void clock_arm(uint64_t when) {
    host_cpu_self()->timer = when;
}

uint64_t host_timer(void) {
    return host_cpu_self()->timer;
}

// Moves the clock to the next event of this CPU, at most to `until`.
uint64_t host_clock_step(uint64_t until) {
    uint64_t timer = host_cpu_self()->timer;
    uint64_t to = timer < until ? timer : until;
    if (to > clock_now())
        atomic_store_explicit(&now, to, memory_order_relaxed);
    return clock_now();
}

void host_clock_tick(uint64_t nanoseconds) {
    atomic_fetch_add_explicit(&now, nanoseconds, memory_order_relaxed);
}

void clock_page_fill(struct clock_page *page) {
    *page = (struct clock_page){.flags = CLOCK_USE_CALL, .boot_seconds = 1'000'000'000};
}

uint64_t clock_cycles_nanoseconds(uint64_t cycles) {
    return cycles;
}
