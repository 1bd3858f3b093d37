// SPDX-License-Identifier: MIT
//
// Jobs wait in the scheduler's queues of their CPU; sched/scheduler.c runs their steps.

#include <arch/cpu.h>
#include <base/types.h>
#include "sched/cpu.h"
#include "sched/job.h"

void job_init(struct job *job, bool (*step)(struct job *)) {
    list_init(&job->link);
    job->step = step;
    job->queued = false;
    atomic_init(&job->cpu, nullptr);
}

static void insert_locked(struct cpu *cpu, struct job *job, unsigned priority) {
    job->queued = true;
    job->priority = priority;
    list_push_back(&cpu->jobs[priority], &job->link);
    mask_write_locked(&cpu->job_mask, mask_read(&cpu->job_mask) | 1u << priority);
}

static void remove_locked(struct cpu *cpu, struct job *job) {
    list_remove(&job->link);
    job->queued = false;
    if (list_is_empty(&cpu->jobs[job->priority]))
        mask_write_locked(&cpu->job_mask, mask_read(&cpu->job_mask) & ~(1u << job->priority));
}

bool job_queue(struct job *job, unsigned priority) {
    struct cpu *cpu = nullptr;
    if (atomic_compare_exchange_strong(&job->cpu, &cpu, cpu_current()))
        cpu = cpu_current();
    lock_acquire(&cpu->lock);
    bool queued = !job->queued;
    if (queued)
        insert_locked(cpu, job, priority);
    lock_release(&cpu->lock);
    return queued;
}

void job_raise(struct job *job, unsigned priority) {
    struct cpu *cpu = atomic_load(&job->cpu);
    if (!cpu)
        return;
    lock_acquire(&cpu->lock);
    bool raised = priority > job->priority;
    if (raised && job->queued) {
        remove_locked(cpu, job);
        insert_locked(cpu, job, priority);
    } else if (raised) {
        job->priority = priority; // job_requeue() looks at it
    }
    lock_release(&cpu->lock);
}

void job_requeue(struct job *job) {
    struct cpu *cpu = atomic_load(&job->cpu);
    lock_acquire(&cpu->lock);
    if (!job->queued)
        insert_locked(cpu, job, job->priority);
    lock_release(&cpu->lock);
}

struct job *job_take_locked(struct cpu *cpu, unsigned priority) {
    struct job *job = list_first(&cpu->jobs[priority], struct job, link);
    remove_locked(cpu, job);
    return job;
}

void job_lend_priority(unsigned priority) {
    struct cpu *cpu = cpu_current();
    lock_acquire(&cpu->lock);
    if (priority > cpu->job_lent)
        cpu->job_lent = priority;
    lock_release(&cpu->lock);
}
