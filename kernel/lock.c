// SPDX-License-Identifier: MIT
//
// Spin locks and the check of their order. Held locks of a CPU stand in its struct cpu, so the check needs no
// allocation.

#include <arch/cpu.h>
#include <kernel/lock.h>
#include <kernel/panic.h>
#include "sched/cpu.h"

void lock_init(struct lock *lock, enum lock_class class) {
    atomic_init(&lock->held, 0);
    lock->class = class;
}

static void order_enter(const struct lock *lock) {
    if (!CONFIG_CHECKS)
        return;
    struct cpu *cpu = cpu_current();
    if (cpu->held_count > 0) {
        const struct lock *last = cpu->held[cpu->held_count - 1];
        if (lock->class < last->class || (lock->class == last->class && lock <= last))
            panic("expected locks in order: class %u is taken while class %u is held", lock->class,
                  last->class);
    }
    ASSERT(cpu->held_count < LOCK_DEPTH_MOST);
    cpu->held[cpu->held_count++] = lock;
}

static void order_leave(const struct lock *lock) {
    if (!CONFIG_CHECKS)
        return;
    struct cpu *cpu = cpu_current();
    unsigned at = cpu->held_count;
    if (at > 0 && cpu->held[at - 1] == lock) { // the usual order
        cpu->held_count = at - 1;
        return;
    }
    while (at > 0 && cpu->held[at - 1] != lock)
        at--;
    if (at == 0)
        panic("expected a lock of class %u to be held", lock->class);
    for (; at < cpu->held_count; at++)
        cpu->held[at - 1] = cpu->held[at];
    cpu->held_count--;
}

LOCK_UNSEEN void lock_acquire(struct lock *lock) {
    order_enter(lock);
    // Acquire: what the last holder wrote is seen.
    while (atomic_exchange_explicit(&lock->held, 1, memory_order_acquire) != 0) {
        while (atomic_load_explicit(&lock->held, memory_order_relaxed) != 0)
            cpu_relax();
    }
}

LOCK_UNSEEN void lock_release(struct lock *lock) {
    order_leave(lock);
    // Release: the next holder sees what was written here.
    atomic_store_explicit(&lock->held, 0, memory_order_release);
}

bool lock_is_held(const struct lock *lock) {
    return atomic_load_explicit(&lock->held, memory_order_relaxed) != 0;
}

LOCK_UNSEEN void lock_acquire_pair(struct lock *a, struct lock *b) {
    if (a > b) {
        struct lock *swap = a;
        a = b;
        b = swap;
    }
    lock_acquire(a);
    if (b != a)
        lock_acquire(b);
}

LOCK_UNSEEN void lock_release_pair(struct lock *a, struct lock *b) {
    lock_release(a);
    if (b != a)
        lock_release(b);
}

void lock_check_none(void) {
    if (CONFIG_CHECKS && cpu_current()->held_count != 0)
        panic("expected no lock at the exit from the kernel, class %u is held",
              cpu_current()->held[0]->class);
}
