// SPDX-License-Identifier: MIT
//
// The data of one CPU.
#pragma once
#include <arch/cpu.h>
#include <kernel/lock.h>
#include <base/avl.h>
#include "sched/group.h"

struct thread;
struct space;

#define LOCK_DEPTH_MOST 8
#define PAGE_CACHE_MOST 16

struct cpu {
    struct arch_cpu arch; // first: the port finds it through the CPU's own register
    // Immutable.
    unsigned index;
    // Owner CPU only.
    struct thread *thread;       // whose registers are on this CPU; nullptr before the first
    struct space *_Atomic space; // whose page tables are loaded
    uint64_t thread_since;       // cycle counter when the thread came on
    int job_priority;            // of the job whose step is being made; -1: none
    uint64_t slice_end;          // when its turn is over, DEADLINE_NONE: nobody waits for one
    const struct lock *held[LOCK_DEPTH_MOST];
    unsigned held_count;
    void *page_cache[PAGE_CACHE_MOST];
    unsigned page_cache_count;
    // Any CPU.
    _Atomic uint64_t seen;  // epoch of the last exit from the kernel
    atomic_bool outside;    // in user mode or idle
    atomic_bool reschedule; // something more urgent may be ready
    // Under the scheduler lock.
    struct lock lock;
    // Changed under the lock, looked at without it (mask_read).
    _Atomic uint32_t ready_mask; // priorities with ready groups
    _Atomic uint32_t job_mask;   // priorities with jobs
    // Again only under the lock.
    unsigned job_lent; // jobs run at least at this priority
    struct list ready[PRIORITY_COUNT];
    struct list jobs[PRIORITY_COUNT];
    struct avl timers;
    uint64_t armed; // what the hardware timer is set to
};

extern struct cpu cpus[CPU_MOST];
extern unsigned cpu_count;

void cpu_init(struct cpu *cpu, unsigned index);

// Relaxed: a mask only says where a look under the lock is worth it.
static inline uint32_t mask_read(const _Atomic uint32_t *mask) {
    return atomic_load_explicit(mask, memory_order_relaxed);
}
static inline void mask_write_locked(_Atomic uint32_t *mask, uint32_t value) {
    atomic_store_explicit(mask, value, memory_order_relaxed);
}
