// SPDX-License-Identifier: MIT
//
// Long work in bounded steps, embedded in the object that causes it, so it needs no allocation. Scheduled
// like a thread, at the priority of who caused it, before the threads of that priority; a thread that waits
// for storage lends its priority.
#pragma once
#include <base/list.h>
#include <stdbool.h>

struct cpu;

struct job {
    struct list link;
    bool (*step)(struct job *job); // true: done (and the job may be gone); called with no lock held
    // Under the scheduler lock of `cpu`, which is where it was queued first and stays: no two steps run at a
    // time.
    struct cpu *_Atomic cpu;
    unsigned priority;
    bool queued;
};

void job_init(struct job *job, bool (*step)(struct job *));
// On its CPU. False: it is queued already, and stays where it is.
bool job_queue(struct job *job, unsigned priority);
// More urgent than when it was queued; no effect on one that is neither queued nor being stepped.
void job_raise(struct job *job, unsigned priority);
// The scheduler's: the first job of a priority that has one, out of its queue; the CPU's lock is held.
struct job *job_take_locked(struct cpu *cpu, unsigned priority);
// The scheduler's: queues a job again whose step says that there is more to do.
void job_requeue(struct job *job);
// All jobs of this CPU run at least at this priority until none is left.
void job_lend_priority(unsigned priority);
