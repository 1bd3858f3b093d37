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
// On its CPU. A job that is queued already stays where it is.
void job_queue(struct job *job, unsigned priority);
// All jobs of this CPU run at least at this priority until none is left.
void job_lend_priority(unsigned priority);
