// SPDX-License-Identifier: MIT
//
// Spin locks with an order. A lock's class says when it may be taken: classes are taken in ascending order,
// two of one class by ascending address (docs/decisions/0004-locks.md draws the order). With CONFIG_CHECKS
// the order is checked at every lock and a violation panics. The kernel runs with interrupts off, so no lock
// needs an interrupt-safe form.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_class {
    LOCK_ENDPOINT = 1, // queues, badges, and the state of every thread that waits there or for an answer
    LOCK_PROCESS = 2,  // descriptor table, threads, spaces
    LOCK_LEASE = 3,    // kept for leases
    LOCK_SPACE = 4,    // mappings and page tables
    LOCK_MEMORY = 5,   // pages, futex waiters
    LOCK_NOTIFICATION = 6,
    LOCK_INTERRUPT = 7,
    LOCK_SCHEDULER = 8, // one CPU's queues, timers, jobs
    LOCK_QUOTA = 9,     // two of them never
    LOCK_SLAB = 10,
    LOCK_PAGES = 11,
    LOCK_RECLAIM = 12,
};

struct __attribute__((capability("lock"))) lock {
    atomic_uint held;
    uint32_t class;
};

#define LOCK_INIT(order) {.held = 0, .class = (order)}

void lock_init(struct lock *lock, enum lock_class class);
void lock_acquire(struct lock *lock) __attribute__((acquire_capability(lock)));
void lock_release(struct lock *lock) __attribute__((release_capability(lock)));
bool lock_is_held(const struct lock *lock);

// Two locks of one class, either order, the same one twice allowed.
void lock_acquire_pair(struct lock *a, struct lock *b);
void lock_release_pair(struct lock *a, struct lock *b);

// Panics when this CPU holds any lock: at every exit from the kernel.
void lock_check_none(void);
