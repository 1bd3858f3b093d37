// SPDX-License-Identifier: MIT
//
// Deferred reuse by epochs. Retiring something advances the epoch and stamps it; a CPU that leaves the kernel
// notes the epoch. What is stamped e is free once every CPU is outside or has left the kernel at epoch e or
// later.

#include <base/types.h>
#include <kernel/lock.h>
#include "memory/reclaim.h"
#include "sched/cpu.h"

#define STEP_MOST 16

static struct lock reclaim_lock = LOCK_INIT(LOCK_RECLAIM);
static struct list pending = LIST_INIT(pending);
static _Atomic uint64_t epoch = 1;
static atomic_uint pending_count;

void reclaim_init(void) {
    list_init(&pending);
    atomic_store(&pending_count, 0);
}

void reclaim_retire(struct retired *retired, void (*release)(struct retired *)) {
    retired->release = release;
    lock_acquire(&reclaim_lock);
    retired->epoch = atomic_fetch_add(&epoch, 1) + 1;
    list_push_back(&pending, &retired->link);
    atomic_fetch_add_explicit(&pending_count, 1, memory_order_relaxed);
    lock_release(&reclaim_lock);
}

void reclaim_enter(void) {
    // Sequentially consistent: no lookup of this entry is done before others can see that we are inside.
    if (cpu_count > 1)
        atomic_store(&cpu_current()->outside, false);
}

void reclaim_leave(void) {
    struct cpu *cpu = cpu_current();
    // Release: all that this entry read was read before.
    atomic_store_explicit(&cpu->seen, atomic_load_explicit(&epoch, memory_order_relaxed),
                          memory_order_release);
    if (cpu_count > 1)
        atomic_store_explicit(&cpu->outside, true, memory_order_release);
}

static uint64_t due_epoch(void) {
    uint64_t least = atomic_load(&epoch);
    for (unsigned i = 0; i < cpu_count; i++) {
        // The calling CPU is at its exit and holds nothing that it looked up.
        if (&cpus[i] == cpu_current() || atomic_load(&cpus[i].outside))
            continue;
        least = min_u64(least, atomic_load(&cpus[i].seen));
    }
    return least;
}

bool reclaim_due(void) {
    uint64_t due = due_epoch();
    for (unsigned i = 0; i < STEP_MOST; i++) {
        lock_acquire(&reclaim_lock);
        struct retired *retired = nullptr;
        if (!list_is_empty(&pending)) {
            retired = list_first(&pending, struct retired, link);
            if (retired->epoch > due)
                retired = nullptr;
            else
                list_remove(&retired->link);
        }
        lock_release(&reclaim_lock);
        // What was freed may have retired more, which is due at the next exit.
        if (!retired)
            return i > 0;
        atomic_fetch_sub_explicit(&pending_count, 1, memory_order_relaxed);
        retired->release(retired);
    }
    return true;
}

unsigned reclaim_pending(void) {
    return atomic_load_explicit(&pending_count, memory_order_relaxed);
}
