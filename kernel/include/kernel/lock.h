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

// What clang's thread-safety analysis (-Wthread-safety) is told of a function: the locks that it takes, gives
// back, takes if it returns true, or wants held. The analysis knows a lock by the expression that leads to
// it, inside one function; what it cannot follow is LOCK_UNSEEN, and left to the check at run time.
#define LOCK_TAKES(...)    __attribute__((acquire_capability(__VA_ARGS__)))
#define LOCK_GIVES(...)    __attribute__((release_capability(__VA_ARGS__)))
#define LOCK_TAKES_IF(...) __attribute__((try_acquire_capability(true, __VA_ARGS__)))
#define LOCK_HELD(...)     __attribute__((requires_capability(__VA_ARGS__)))
#define LOCK_UNSEEN        __attribute__((no_thread_safety_analysis))

struct __attribute__((capability("lock"))) lock {
    atomic_uint held;
    uint32_t class;
};

#define LOCK_INIT(order) {.held = 0, .class = (order)}

void lock_init(struct lock *lock, enum lock_class class);
void lock_acquire(struct lock *lock) LOCK_TAKES(lock);
void lock_release(struct lock *lock) LOCK_GIVES(lock);
// The same for a lock that was found by following a pointer until it held still.
static inline LOCK_UNSEEN void lock_release_found(struct lock *lock) {
    lock_release(lock);
}
bool lock_is_held(const struct lock *lock);

// Two locks of one class, either order, the same one twice allowed.
void lock_acquire_pair(struct lock *a, struct lock *b) LOCK_TAKES(a, b);
void lock_release_pair(struct lock *a, struct lock *b) LOCK_GIVES(a, b);

// Panics when this CPU holds any lock: at every exit from the kernel.
void lock_check_none(void);
