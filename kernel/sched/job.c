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

void job_queue(struct job *job, unsigned priority) {
    struct cpu *cpu = nullptr;
    if (atomic_compare_exchange_strong(&job->cpu, &cpu, cpu_current()))
        cpu = cpu_current();
    lock_acquire(&cpu->lock);
    if (!job->queued) {
        job->queued = true;
        job->priority = priority;
        list_push_back(&cpu->jobs[priority], &job->link);
        mask_write_locked(&cpu->job_mask, mask_read(&cpu->job_mask) | 1u << priority);
    }
    lock_release(&cpu->lock);
}

void job_lend_priority(unsigned priority) {
    struct cpu *cpu = cpu_current();
    lock_acquire(&cpu->lock);
    if (priority > cpu->job_lent)
        cpu->job_lent = priority;
    lock_release(&cpu->lock);
}
