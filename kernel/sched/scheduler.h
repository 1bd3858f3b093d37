// SPDX-License-Identifier: MIT
//
// Which thread runs. Pre-emptive, 16 priorities; inside a priority round robin over quotas, then over their
// threads. The kernel is event-driven: a blocked thread is a state in its object, nothing is kept on a stack.
#pragma once
#include <kernel/trap.h>
#include <stdint.h>

struct thread;

#define SLICE_NANOSECONDS 10'000'000ULL

// The thread can run: puts it into the queue of its CPU. Called by who woke it, under the lock of what it
// waited for.
void scheduler_ready(struct thread *thread);
// The current thread stays ready but goes behind its equals.
void scheduler_yield(void);
// Priority of what this CPU does now: of the job that it steps, or else of its thread. What follows from it
// is queued at this priority.
unsigned scheduler_current_priority(void);
// Moves a ready thread to another priority; no effect on one that is not in a queue but to set it.
void scheduler_priority(struct thread *thread, unsigned priority);
