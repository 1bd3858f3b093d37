// SPDX-License-Identifier: MIT
//
// The CPUs that run the kernel.

#include <kernel/types.h>
#include "sched/cpu.h"

struct cpu cpus[CPU_MOST];
unsigned cpu_count;

void cpu_init(struct cpu *cpu, unsigned index) {
    cpu->index = index;
    lock_init(&cpu->lock, LOCK_SCHEDULER);
    for (unsigned i = 0; i < PRIORITY_COUNT; i++) {
        list_init(&cpu->ready[i]);
        list_init(&cpu->jobs[i]);
    }
    avl_init(&cpu->timers);
    cpu->armed = DEADLINE_NONE;
    cpu->slice_end = DEADLINE_NONE;
    cpu->job_priority = -1;
    if (cpu_count <= index)
        cpu_count = index + 1;
}
