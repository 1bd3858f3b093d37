// SPDX-License-Identifier: MIT
//
// Waiting at a word of memory until somebody says that it has changed. A futex is a memory object and an
// offset, wherever it is mapped; it exists while somebody waits there. The waiting thread stands in the
// memory object and is guarded by its lock.
#pragma once
#include <kernel/types.h>

struct memory;
struct process;
struct thread;

// The address is aligned and in user space. PENDING: the thread waits, and its status comes with the wake-up.
// CHANGED, TIMED_OUT, CLOSED, BAD_ADDRESS.
status_t futex_wait(struct thread *self, uint64_t address, uint32_t expected, uint64_t deadline);
// Wakes at most `count`, the longest waiting first. BAD_ADDRESS.
status_t futex_wake(struct process *process, uint64_t address, uint64_t count, uint64_t *woken);

// The memory object's lock is held: the thread does not wait any more.
void futex_leave_locked(struct memory *memory, struct thread *thread);
// The end of a memory object: who still waits has lost its mapping. True when nobody is left.
bool futex_close_some(struct memory *memory, unsigned most);
