// SPDX-License-Identifier: MIT
//
// Which thread, or which job, a CPU runs next. scheduler_resume() is the only way out of the kernel.
//
// Invariants (under the CPU's lock): a group is in the list of its priority when it has ready threads; bit p
// of ready_mask is set when list p is not empty; a thread in a group is THREAD_READY. The thread that runs is
// in no queue.

#include <arch/clock.h>
#include <arch/cpu.h>
#include <base/format.h>
#include <base/types.h>
#include <kernel/panic.h>
#include "memory/reclaim.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/cpu.h"
#include "sched/job.h"
#include "sched/scheduler.h"

static int highest(uint32_t mask) {
    return mask ? 31 - __builtin_clz(mask) : -1;
}

static struct sched_group *group_of(const struct thread *thread, const struct cpu *cpu, unsigned priority) {
    return &thread->process->quota->groups[cpu->index][priority];
}

static unsigned thread_priority_now(const struct thread *thread) {
    return atomic_load_explicit(&thread->priority, memory_order_relaxed);
}

static void enqueue_locked(struct cpu *cpu, struct thread *thread, bool first) {
    unsigned priority = thread_priority_now(thread);
    struct sched_group *group = group_of(thread, cpu, priority);
    if (list_is_empty(&group->threads)) {
        if (first)
            list_push_front(&cpu->ready[priority], &group->link);
        else
            list_push_back(&cpu->ready[priority], &group->link);
        mask_write_locked(&cpu->ready_mask, mask_read(&cpu->ready_mask) | 1u << priority);
    }
    if (first)
        list_push_front(&group->threads, &thread->queue);
    else
        list_push_back(&group->threads, &thread->queue);
    thread->queued_priority = priority;
    atomic_store_explicit(&thread->state, THREAD_READY, memory_order_relaxed);
}

static void dequeue_locked(struct cpu *cpu, struct thread *thread) {
    unsigned priority = thread->queued_priority;
    struct sched_group *group = group_of(thread, cpu, priority);
    list_remove(&thread->queue);
    list_remove(&group->link);
    if (!list_is_empty(&group->threads))
        list_push_back(&cpu->ready[priority], &group->link);
    else if (list_is_empty(&cpu->ready[priority]))
        mask_write_locked(&cpu->ready_mask, mask_read(&cpu->ready_mask) & ~(1u << priority));
}

void scheduler_ready(struct thread *thread) {
    struct cpu *cpu = thread->cpu;
    lock_acquire(&cpu->lock);
    enqueue_locked(cpu, thread, false);
    lock_release(&cpu->lock);
}

void scheduler_yield(void) {
    atomic_store_explicit(&cpu_current()->reschedule, true, memory_order_relaxed);
}

void scheduler_priority(struct thread *thread, unsigned priority) {
    struct cpu *cpu = thread->cpu;
    lock_acquire(&cpu->lock);
    bool queued = atomic_load_explicit(&thread->state, memory_order_relaxed) == THREAD_READY;
    if (queued)
        dequeue_locked(cpu, thread);
    atomic_store_explicit(&thread->priority, priority, memory_order_relaxed);
    if (queued)
        enqueue_locked(cpu, thread, false);
    lock_release(&cpu->lock);
}

// The next job, if it is at least as urgent as any thread.
static struct job *take_job(struct cpu *cpu, int thread_priority, unsigned *priority) {
    if (mask_read(&cpu->job_mask) == 0)
        return nullptr;
    struct job *job = nullptr;
    lock_acquire(&cpu->lock);
    int own = highest(mask_read(&cpu->job_mask));
    int urgency = own < (int)cpu->job_lent ? (int)cpu->job_lent : own;
    if (own >= 0 && urgency >= thread_priority) {
        job = job_take_locked(cpu, (unsigned)own);
        *priority = (unsigned)own;
        if (mask_read(&cpu->job_mask) == 0)
            cpu->job_lent = 0;
    }
    lock_release(&cpu->lock);
    return job;
}

static void run_job(struct job *job, unsigned priority) {
    struct cpu *cpu = cpu_current();
    cpu->job_priority = (int)priority;
    bool done = job->step(job);
    cpu->job_priority = -1;
    if (!done)
        job_requeue(job);
}

unsigned scheduler_current_priority(void) {
    const struct cpu *cpu = cpu_current();
    if (cpu->job_priority >= 0)
        return (unsigned)cpu->job_priority;
    return cpu->thread ? thread_priority_now(cpu->thread) : 0;
}

static void account(struct cpu *cpu) {
    uint64_t now = clock_cycles();
    if (cpu->thread)
        atomic_fetch_add_explicit(&cpu->thread->process->quota->cycles, now - cpu->thread_since,
                                  memory_order_relaxed);
    cpu->thread_since = now;
}

// No thread is on this CPU any more.
static void leave_thread(struct cpu *cpu) {
    account(cpu);
    if (cpu->thread) {
        arch_thread_leave(&cpu->thread->arch);
        object_put(&cpu->thread->object);
    }
    cpu->thread = nullptr;
    cpu->slice_end = DEADLINE_NONE;
}

static void enter_thread(struct cpu *cpu, struct thread *thread) {
    leave_thread(cpu);
    object_get(&thread->object);
    cpu->thread = thread;
    arch_thread_enter(&thread->arch);
    struct space *space = thread->process->space;
    if (atomic_load_explicit(&cpu->space, memory_order_relaxed) != space) {
        atomic_store_explicit(&cpu->space, space, memory_order_relaxed);
        arch_space_switch(&space->arch);
    }
}

static bool is_running(const struct thread *thread) {
    return thread && atomic_load_explicit(&thread->state, memory_order_relaxed) == THREAD_RUNNING;
}

// Makes the most urgent thread the current one; false if none is ready.
static bool pick_thread(struct cpu *cpu) {
    struct thread *current = cpu->thread;
    bool turn_over = atomic_exchange_explicit(&cpu->reschedule, false, memory_order_relaxed);
    lock_acquire(&cpu->lock);
    int ready = highest(mask_read(&cpu->ready_mask));
    if (is_running(current)) {
        int own = (int)thread_priority_now(current);
        if (own > ready || (own == ready && !turn_over)) {
            lock_release(&cpu->lock);
            return true;
        }
        enqueue_locked(cpu, current, own < ready && !turn_over);
        ready = highest(mask_read(&cpu->ready_mask));
    }
    struct thread *next = nullptr;
    if (ready >= 0) {
        struct sched_group *group = list_first(&cpu->ready[ready], struct sched_group, link);
        next = list_first(&group->threads, struct thread, queue);
        dequeue_locked(cpu, next);
        atomic_store_explicit(&next->state, THREAD_RUNNING, memory_order_relaxed);
    }
    lock_release(&cpu->lock);
    if (!next)
        return false;
    cpu->slice_end = DEADLINE_NONE;
    if (next != current)
        enter_thread(cpu, next);
    return true;
}

static bool wants_slice(const struct cpu *cpu) {
    uint32_t ready = mask_read(&cpu->ready_mask);
    return ready != 0 && cpu->slice_end == DEADLINE_NONE && (ready >> thread_priority_now(cpu->thread) & 1);
}

// Others of its priority wait: the turn of the current thread gets an end.
static void start_slice(struct cpu *cpu) {
    uint64_t length = SLICE_NANOSECONDS * cpu->thread->process->quota->weight / 100;
    cpu->slice_end = clock_now() + max_u64(length, SLICE_NANOSECONDS / 10);
    if (cpu->slice_end < cpu->armed) {
        cpu->armed = cpu->slice_end;
        clock_arm(cpu->slice_end);
    }
}

static void idle(struct cpu *cpu) {
    if (cpu->thread)
        leave_thread(cpu);
    // A space that is loaded here cannot be taken apart by another CPU.
    if (cpu_count > 1 && atomic_load_explicit(&cpu->space, memory_order_relaxed)) {
        atomic_store_explicit(&cpu->space, nullptr, memory_order_relaxed);
        arch_space_switch(nullptr);
    }
    reclaim_leave();
    if (reclaim_run()) {
        reclaim_enter();
        return;
    }
    cpu_idle();
    reclaim_enter();
}

// The current thread has work in the kernel: the end, or an operation that goes on. True if it may not return
// to user mode yet.
static bool thread_kernel_work(struct thread *thread) {
    if (thread->operation.step) {
        bool (*step)(struct thread *) = thread->operation.step;
        if (step(thread)) {
            thread->operation.step = nullptr;
            if (thread->operation.object)
                object_put(thread->operation.object);
        }
        return true;
    }
    if (atomic_load_explicit(&thread->ending, memory_order_relaxed)) {
        // Off the CPU first: with its end the process may end, and its quota with it.
        object_get(&thread->object);
        leave_thread(cpu_current());
        thread_finish(thread);
        object_put(&thread->object);
        return true;
    }
    return false;
}

void scheduler_resume(void) {
    struct cpu *cpu = cpu_current();
    for (;;) {
        lock_check_none();
        bool running = is_running(cpu->thread);
        int urgency = running ? (int)thread_priority_now(cpu->thread) : -1;
        int ready = highest(mask_read(&cpu->ready_mask));
        unsigned priority = 0;
        struct job *job = take_job(cpu, urgency > ready ? urgency : ready, &priority);
        if (job) {
            run_job(job, priority);
        } else if (!pick_thread(cpu)) {
            idle(cpu);
            continue;
        } else if (!thread_kernel_work(cpu->thread)) {
            reclaim_leave();
            if (!reclaim_run()) {
                if (wants_slice(cpu))
                    start_slice(cpu);
                arch_thread_resume(&cpu->thread->arch);
            }
            reclaim_enter();
        }
        // Between two bounded steps.
        reclaim_leave();
        reclaim_run();
        cpu_interrupt_window();
        reclaim_enter();
    }
}

void panic_subject(char *buffer, size_t size) {
    // Before cpu_init() there is no struct cpu to ask.
    const struct thread *thread = cpu_count > 0 ? cpu_current()->thread : nullptr;
    if (!thread) {
        format_buffer(buffer, size, "no thread");
        return;
    }
    format_buffer(buffer, size, "thread %u (object %lu) of process object %lu", thread->slot,
                  thread->object.serial, thread->process->object.serial);
}
