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
    // Release: it was unlinked before the epoch in which it may be freed.
    retired->epoch = atomic_fetch_add_explicit(&epoch, 1, memory_order_acq_rel) + 1;
    list_push_back(&pending, &retired->link);
    atomic_fetch_add_explicit(&pending_count, 1, memory_order_relaxed);
    lock_release(&reclaim_lock);
}

void reclaim_enter(void) {
    if (cpu_count <= 1)
        return;
    // No lookup of this entry may be done before others can see that we are inside. A sequentially consistent
    // store does not say so of the loads behind it, which are weaker; a fence does. With the one in
    // due_epoch() either the CPU that wants to free sees us inside, or we see that it was unlinked.
    atomic_store_explicit(&cpu_current()->outside, false, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
}

void reclaim_leave(void) {
    struct cpu *cpu = cpu_current();
    // Acquire: whoever leaves at an epoch finds nothing any more, at its next entry, that was unlinked before
    // that epoch. Release: all that this entry read was read before.
    atomic_store_explicit(&cpu->seen, atomic_load_explicit(&epoch, memory_order_acquire),
                          memory_order_release);
    if (cpu_count > 1)
        atomic_store_explicit(&cpu->outside, true, memory_order_release);
}

static uint64_t due_epoch(void) {
    // Acquire: what was retired up to this epoch was unlinked before. The fence: and it was so before we look
    // who is inside; see reclaim_enter().
    uint64_t least = atomic_load_explicit(&epoch, memory_order_acquire);
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned i = 0; i < cpu_count; i++) {
        // The calling CPU is at its exit and holds nothing that it looked up. Acquire: what the others read
        // until they left was read before we free it.
        if (&cpus[i] == cpu_current() || atomic_load_explicit(&cpus[i].outside, memory_order_acquire))
            continue;
        least = min_u64(least, atomic_load_explicit(&cpus[i].seen, memory_order_acquire));
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
