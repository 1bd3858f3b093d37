// SPDX-License-Identifier: MIT
//
// One-shot timers in time order, one tree for each CPU, under its scheduler lock.
#pragma once
#include <base/avl.h>
#include <stdint.h>

struct cpu;

struct timer {
    struct avl_node node;
    struct cpu *_Atomic cpu; // whose tree it is in; nullptr: not armed
    uint64_t when;
    void (*fire)(struct timer *timer); // called on that CPU, with no lock held and the timer disarmed
};

// A deadline that only polls: no wait is begun for it.
bool deadline_is_past(uint64_t deadline);

void timer_init(struct timer *timer, void (*fire)(struct timer *));
// On the calling CPU; replaces what was set. DEADLINE_NONE: only disarms.
void timer_arm(struct timer *timer, uint64_t when);
void timer_disarm(struct timer *timer);
// Fires what is due, a bounded number; arms the hardware for the next.
void timer_run(void);
