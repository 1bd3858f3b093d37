// SPDX-License-Identifier: MIT
//
// Futexes. Waiters stand in the memory object's tree by offset and arrival, so the longest waiting of a word
// is found at once.

#include <arch/clock.h>
#include <arch/memory.h>
#include <base/types.h>
#include "object/futex.h"
#include "object/memory.h"
#include "object/process.h"
#include "object/space.h"
#include "object/thread.h"

static bool futex_before(const struct avl_node *a, const struct avl_node *b) {
    const struct thread *one = avl_entry_const(a, struct thread, futex);
    const struct thread *other = avl_entry_const(b, struct thread, futex);
    if (one->futex_offset != other->futex_offset)
        return one->futex_offset < other->futex_offset;
    return one->futex_ticket < other->futex_ticket;
}

static bool is_below(const struct avl_node *node, uint64_t offset) {
    return avl_entry_const(node, struct thread, futex)->futex_offset < offset;
}

static struct thread *futex_first_locked(const struct memory *memory, uint64_t offset) {
    struct avl_node *node = avl_find_from(&memory->waiters, is_below, offset);
    struct thread *thread = node ? avl_entry(node, struct thread, futex) : nullptr;
    return thread && thread->futex_offset == offset ? thread : nullptr;
}

static status_t futex_wait_locked(struct thread *self, struct memory *memory, const _Atomic uint32_t *word,
                                  uint32_t expected, uint64_t deadline) {
    if (atomic_load(word) != expected)
        return STATUS_CHANGED;
    if (deadline_is_past(deadline))
        return STATUS_TIMED_OUT;
    if (!thread_block_locked(self, THREAD_FUTEX, &memory->object, nullptr, deadline))
        return STATUS_CLOSED;
    self->futex_ticket = memory->arrivals++;
    avl_insert(&memory->waiters, &self->futex, futex_before);
    return STATUS_PENDING;
}

status_t futex_wait(struct thread *self, uint64_t address, uint32_t expected, uint64_t deadline) {
    struct space *space = self->process->space;
    struct memory *memory;
    paddr_t page;
    if (!space_open(space, address, MAP_READ, &page, &memory, &self->futex_offset))
        return STATUS_BAD_ADDRESS;
    const _Atomic uint32_t *word = (const void *)((const char *)direct_map(page) + address % PAGE_SIZE);
    lock_acquire(&memory->object.lock);
    status_t status = futex_wait_locked(self, memory, word, expected, deadline);
    lock_release(&memory->object.lock);
    space_close(space);
    return status;
}

static uint64_t futex_wake_locked(struct memory *memory, uint64_t offset, uint64_t count) {
    uint64_t woken = 0;
    struct thread *thread;
    while (woken < count && (thread = futex_first_locked(memory, offset))) {
        avl_remove(&memory->waiters, &thread->futex);
        thread_wake_status_locked(thread, STATUS_OK);
        woken++;
    }
    return woken;
}

status_t futex_wake(struct process *process, uint64_t address, uint64_t count, uint64_t *woken) {
    struct space *space = process->space;
    struct memory *memory;
    paddr_t page;
    uint64_t offset;
    if (!space_open(space, address, MAP_READ, &page, &memory, &offset))
        return STATUS_BAD_ADDRESS;
    lock_acquire(&memory->object.lock);
    *woken = futex_wake_locked(memory, offset, count);
    lock_release(&memory->object.lock);
    space_close(space);
    return STATUS_OK;
}

void futex_leave_locked(struct memory *memory, struct thread *thread) {
    avl_remove(&memory->waiters, &thread->futex);
}

bool futex_close_some(struct memory *memory, unsigned most) {
    lock_acquire(&memory->object.lock);
    struct avl_node *node;
    for (unsigned i = 0; i < most && (node = avl_first(&memory->waiters)); i++) {
        struct thread *thread = avl_entry(node, struct thread, futex);
        futex_leave_locked(memory, thread);
        thread_wake_status_locked(thread, STATUS_CLOSED);
    }
    bool done = avl_first(&memory->waiters) == nullptr;
    lock_release(&memory->object.lock);
    return done;
}
