// SPDX-License-Identifier: MIT
//
// Threads: creation, waiting and waking, the end.

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/memory.h>
#include <kernel/panic.h>
#include "ipc/call.h"
#include "memory/page.h"
#include "object/futex.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/process.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/cpu.h"
#include "sched/scheduler.h"

static struct charge thread_fixed_charge(void) {
    struct charge charge = charge_records(RECORD_THREAD, 1);
    charge.bytes = PAGE_SIZE;
    return charge;
}

static void thread_timeout(struct timer *timer);

// A free message page slot, or THREADS_PER_PROCESS.
static uint32_t slot_find(const struct process *process) {
    for (uint32_t word = 0; word < array_length(process->slots); word++) {
        uint64_t used = process->slots[word];
        if (used != UINT64_MAX) {
            uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(~used);
            return slot < THREADS_PER_PROCESS ? slot : THREADS_PER_PROCESS;
        }
    }
    return THREADS_PER_PROCESS;
}

static uint64_t message_address(uint32_t slot) {
    return MESSAGE_PAGES + (uint64_t)slot * PAGE_SIZE;
}

static struct thread *thread_new(struct process *process, uint32_t slot, unsigned priority) {
    struct thread *thread = object_create(OBJECT_THREAD, LOCK_SCHEDULER);
    object_get(&process->object);
    thread->process = process;
    thread->slot = slot;
    thread->message = page_alloc_paid();
    thread->cpu = cpu_current();
    atomic_init(&thread->priority, priority);
    list_init(&thread->queue);
    list_init(&thread->call.badge_link);
    timer_init(&thread->timer, thread_timeout);
    arch_thread_init(&thread->arch);
    return thread;
}

status_t thread_create_locked(struct process *process, unsigned priority, struct thread **out) {
    if (process_is_ending(process))
        return STATUS_PROCESS_ENDED;
    uint32_t slot = slot_find(process);
    if (slot == THREADS_PER_PROCESS)
        return STATUS_TABLE_FULL;
    struct charge charge = thread_fixed_charge();
    status_t status = quota_charge(process->quota, &charge);
    if (status != STATUS_OK)
        return status;
    struct thread *thread = thread_new(process, slot, priority);
    process->slots[slot / 64] |= 1ull << (slot % 64);
    process->thread_count++;
    list_push_back(&process->threads, &thread->link);
    space_map_fixed(process->space, message_address(slot), direct_map_physical(thread->message), true);
    *out = thread;
    return STATUS_OK;
}

status_t thread_start(struct thread *thread, uint64_t entry, uint64_t stack, uint64_t argument) {
    struct process *process = thread->process;
    status_t status = STATUS_OK;
    lock_acquire(&process->object.lock);
    if (process_is_ending(process) || atomic_load(&thread->ending))
        status = STATUS_PROCESS_ENDED;
    else if (thread->started)
        status = STATUS_STARTED;
    else {
        thread->started = true;
        process_start_locked(process);
        object_retain(&thread->object); // itself, paid at creation
    }
    lock_release(&process->object.lock);
    if (status != STATUS_OK)
        return status;
    arch_thread_start(&thread->arch, entry, stack, argument, message_address(thread->slot));
    scheduler_ready(thread);
    return STATUS_OK;
}

uint64_t thread_message_address(const struct thread *thread) {
    return message_address(thread->slot);
}

bool thread_block_locked(struct thread *thread, enum thread_state state, struct object *object,
                         const struct handle *handle, uint64_t deadline) {
    // Sequentially consistent, against who closes the descriptor or kills the thread: either they see the
    // wait, or we see them.
    atomic_store(&thread->through, handle ? handle->slot : nullptr);
    atomic_store(&thread->waiting_at, object);
    atomic_store(&thread->state, state);
    if (atomic_load(&thread->ending) || (handle && !handle_is_current(handle))) {
        thread_unblock_locked(thread);
        return false;
    }
    thread->deadline = deadline;
    if (deadline != DEADLINE_NONE)
        timer_arm(&thread->timer, deadline);
    return true;
}

void thread_unblock_locked(struct thread *thread) {
    timer_disarm(&thread->timer);
    atomic_store(&thread->waiting_at, nullptr);
    atomic_store(&thread->through, nullptr);
    atomic_store(&thread->state, THREAD_RUNNING);
}

void thread_wake_locked(struct thread *thread) {
    if (thread->deadline != DEADLINE_NONE)
        timer_disarm(&thread->timer);
    atomic_store_explicit(&thread->waiting_at, nullptr, memory_order_relaxed);
    atomic_store_explicit(&thread->through, nullptr, memory_order_relaxed);
    scheduler_ready(thread);
}

void thread_wake_status_locked(struct thread *thread, status_t status) {
    arch_syscall_status_set(&thread->arch, status);
    thread_wake_locked(thread);
}

// The lock of what the thread waits at is held.
static void cancel_locked(struct thread *thread, struct object *object, status_t status) {
    switch (atomic_load(&thread->state)) {
    case THREAD_CALLING:
    case THREAD_AWAITING:
        call_cancel_locked((struct endpoint *)object, thread, status);
        return;
    case THREAD_RECEIVING:
        list_remove(&thread->queue);
        break;
    case THREAD_WAITING:
        ((struct notification *)object)->waiter = nullptr;
        break;
    case THREAD_FUTEX:
        futex_leave_locked((struct memory *)object, thread);
        break;
    default:
        panic("expected a thread that waits");
    }
    thread_wake_status_locked(thread, status);
}

// `now` is not 0: only when the deadline has passed.
static void cancel(struct thread *thread, const struct slot *through, status_t status, uint64_t now) {
    for (;;) {
        struct object *object = atomic_load(&thread->waiting_at);
        if (!object)
            return;
        lock_acquire(&object->lock);
        bool same = atomic_load(&thread->waiting_at) == object;
        bool meant = same && (!through || atomic_load(&thread->through) == through) &&
                     (now == 0 || thread->deadline <= now);
        if (meant)
            cancel_locked(thread, object, status);
        lock_release(&object->lock);
        if (same)
            return;
    }
}

void thread_cancel(struct thread *thread, struct slot *through, status_t status) {
    cancel(thread, through, status, 0);
}

static void thread_timeout(struct timer *timer) {
    struct thread *thread = container_of(timer, struct thread, timer);
    cancel(thread, nullptr, STATUS_TIMED_OUT, clock_now());
}

void thread_kill(struct thread *thread, unsigned priority) {
    atomic_store(&thread->ending, true);
    if (!thread->started) {
        thread_free(thread);
        return;
    }
    thread_cancel(thread, nullptr, STATUS_CLOSED);
    if (priority > atomic_load(&thread->priority))
        scheduler_priority(thread, priority);
    atomic_store(&thread->cpu->reschedule, true);
}

// Frees what the thread has beside its record.
static void leave_process(struct thread *thread) {
    struct process *process = thread->process;
    struct charge charge = charge_bytes(PAGE_SIZE);
    lock_acquire(&process->object.lock);
    space_unmap_fixed(process->space, message_address(thread->slot));
    page_free(thread->message);
    thread->message = nullptr;
    process->slots[thread->slot / 64] &= ~(1ull << (thread->slot % 64));
    list_remove(&thread->link);
    lock_release(&process->object.lock);
    quota_uncharge(process->quota, &charge);
}

void thread_finish(struct thread *thread) {
    struct process *process = thread->process;
    bool process_ends = process_is_ending(process);
    call_drop_pending(thread, process_ends ? STATUS_SERVER_DIED : STATUS_DROPPED);
    notification_unbind(thread);
    atomic_store(&thread->state, THREAD_ENDED);
    leave_process(thread);
    unsigned priority = atomic_load(&thread->priority);
    object_get(&process->object);
    object_release(&thread->object, process->quota);
    process_thread_gone(process, priority);
    object_put(&process->object);
}

void thread_free(struct thread *thread) {
    struct process *process = thread->process;
    lock_acquire(&process->object.lock);
    bool mine = atomic_load(&thread->state) == THREAD_NEW && !thread->started;
    if (mine) {
        thread->started = true; // from now on it cannot start
        atomic_store(&thread->state, THREAD_ENDED);
    }
    lock_release(&process->object.lock);
    if (!mine)
        return;
    struct charge record = charge_records(RECORD_THREAD, 1);
    leave_process(thread);
    quota_uncharge(process->quota, &record);
    process_thread_gone(process, atomic_load(&thread->priority));
}

void thread_end_unstarted(struct thread *thread) {
    if (!thread->started)
        thread_free(thread);
}

status_t thread_operate(struct thread *thread, const struct operation *operation) {
    thread->operation = *operation;
    if (!operation->step(thread)) {
        if (operation->object)
            object_get(operation->object);
        thread->operation.step = operation->step;
        arch_syscall_status_set(&thread->arch, STATUS_OK);
        return STATUS_PENDING;
    }
    thread->operation.step = nullptr;
    return STATUS_OK;
}
