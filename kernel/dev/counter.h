// SPDX-License-Identifier: MIT
//
// Arithmetic of free-running counters: a ratio of frequencies applied without division, and counters of few
// bits made 64 bits wide. Pure but for the atomic of a wide counter.
#pragma once
#include <stdatomic.h>
#include <stdint.h>

#define NANOSECONDS 1'000'000'000ull

// value * multiplier / 2^32, in 128 bits.
struct counter_ratio {
    uint64_t multiplier;
};

#define COUNTER_SHIFT 32

// From counts of one frequency to counts of another; both below 2^32 Hz times 8, `from` not 0.
static inline struct counter_ratio counter_ratio_make(uint64_t from, uint64_t to) {
    // Division in two steps, because there is no 128-bit division in the kernel: to * 2^32 / from.
    uint64_t whole = to / from;
    uint64_t rest = to % from;
    uint64_t fraction = 0;
    for (unsigned i = 0; i < COUNTER_SHIFT; i++) {
        rest <<= 1;
        fraction <<= 1;
        if (rest >= from) {
            rest -= from;
            fraction |= 1;
        }
    }
    return (struct counter_ratio){whole << COUNTER_SHIFT | fraction};
}

static inline uint64_t counter_scale(struct counter_ratio ratio, uint64_t value) {
    return (uint64_t)((unsigned __int128)value * ratio.multiplier >> COUNTER_SHIFT);
}

// A counter of fewer than 64 bits. Right as long as somebody reads it at least once in half its period.
struct counter_wide {
    _Atomic uint64_t last;
    uint64_t mask; // its largest value
};

// Before the first use. A counter that runs since power-on may be in the half that would be taken for the
// past of 0.
static inline void counter_wide_start(struct counter_wide *wide, uint64_t mask, uint64_t raw) {
    wide->mask = mask;
    atomic_store_explicit(&wide->last, raw & mask, memory_order_relaxed);
}

static inline uint64_t counter_widen(struct counter_wide *wide, uint64_t raw) {
    // Relaxed: the value alone matters, and the exchange makes it never go back.
    uint64_t last = atomic_load_explicit(&wide->last, memory_order_relaxed);
    uint64_t step = (raw - last) & wide->mask;
    // A CPU that read the counter before another moved `last` on sees almost a whole period: that is the
    // past.
    if (step > wide->mask / 2)
        return last;
    uint64_t now = last + step;
    while (last < now && !atomic_compare_exchange_weak_explicit(&wide->last, &last, now, memory_order_relaxed,
                                                                memory_order_relaxed))
        ;
    return now;
}
