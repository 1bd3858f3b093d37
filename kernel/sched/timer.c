// SPDX-License-Identifier: MIT
//
// Timers of a CPU in a balanced tree by time: exact to the nanosecond, and the next one is its first element.
// A wheel would make arming cheaper and expiry coarser; what is armed here is disarmed much more often than
// it fires, so the hardware is only programmed when the first element becomes earlier than what is set.

#include <arch/clock.h>
#include <arch/cpu.h>
#include <base/types.h>
#include "sched/cpu.h"
#include "sched/timer.h"
#include <kernel/types.h>

#define FIRE_MOST 16

static bool timer_before(const struct avl_node *a, const struct avl_node *b) {
    return avl_entry_const(a, struct timer, node)->when < avl_entry_const(b, struct timer, node)->when;
}

bool deadline_is_past(uint64_t deadline) {
    return deadline != DEADLINE_NONE && deadline <= clock_now();
}

void timer_init(struct timer *timer, void (*fire)(struct timer *)) {
    atomic_init(&timer->cpu, nullptr);
    timer->fire = fire;
}

static void disarm_locked(struct cpu *cpu, struct timer *timer) {
    avl_remove(&cpu->timers, &timer->node);
    atomic_store_explicit(&timer->cpu, nullptr, memory_order_relaxed);
}

void timer_disarm(struct timer *timer) {
    struct cpu *cpu;
    while ((cpu = atomic_load_explicit(&timer->cpu, memory_order_relaxed))) {
        lock_acquire(&cpu->lock);
        bool mine = atomic_load_explicit(&timer->cpu, memory_order_relaxed) == cpu;
        if (mine)
            disarm_locked(cpu, timer);
        lock_release(&cpu->lock);
        if (mine)
            return;
    }
}

void timer_arm(struct timer *timer, uint64_t when) {
    timer_disarm(timer);
    if (when == DEADLINE_NONE)
        return;
    struct cpu *cpu = cpu_current();
    lock_acquire(&cpu->lock);
    timer->when = when;
    atomic_store_explicit(&timer->cpu, cpu, memory_order_relaxed);
    avl_insert(&cpu->timers, &timer->node, timer_before);
    if (when < cpu->armed) {
        cpu->armed = when;
        clock_arm(when);
    }
    lock_release(&cpu->lock);
}

static void rearm(struct cpu *cpu) {
    lock_acquire(&cpu->lock);
    struct avl_node *first = avl_first(&cpu->timers);
    uint64_t next = first ? avl_entry(first, struct timer, node)->when : DEADLINE_NONE;
    next = min_u64(next, cpu->slice_end);
    cpu->armed = next;
    clock_arm(next);
    lock_release(&cpu->lock);
}

void timer_run(void) {
    struct cpu *cpu = cpu_current();
    uint64_t now = clock_now();
    for (unsigned i = 0; i < FIRE_MOST; i++) {
        lock_acquire(&cpu->lock);
        struct avl_node *first = avl_first(&cpu->timers);
        struct timer *timer = first ? avl_entry(first, struct timer, node) : nullptr;
        if (timer && timer->when > now)
            timer = nullptr;
        if (timer)
            disarm_locked(cpu, timer);
        lock_release(&cpu->lock);
        if (!timer)
            break;
        timer->fire(timer);
    }
    if (cpu->slice_end <= now) {
        cpu->slice_end = DEADLINE_NONE;
        atomic_store_explicit(&cpu->reschedule, true, memory_order_relaxed);
    }
    rearm(cpu);
}
