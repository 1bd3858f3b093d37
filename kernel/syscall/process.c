// SPDX-License-Identifier: MIT
//
// System calls on processes, quotas and threads.

#include <base/types.h>
#include "object/endpoint.h"
#include "object/quota.h"
#include "object/space.h"
#include "sched/scheduler.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

static struct process *process_of(struct thread *self, const struct handle *handle) {
    return handle ? (struct process *)handle->object : self->process;
}

// Are the limits in range, and do they leave room for what the child needs itself?
static status_t limits_check(const struct limits *limits, const struct quota *parent) {
    for (unsigned i = 0; i < array_length(limits->reserved); i++) {
        if (limits->reserved[i])
            return STATUS_BAD_FLAGS;
    }
    struct charge needed = process_fixed_charge();
    needed.records[RECORD_QUOTA] = 1;
    bool room = limits->bytes >= needed.bytes;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        room = room && limits->records[i] >= needed.records[i];
    bool valid = room && limits->priority <= parent->priority && limits->weight >= 1 &&
                 limits->weight <= parent->weight;
    return valid ? STATUS_OK : STATUS_BAD_VALUE;
}

// The creator's part: slots and records for the two descriptors. Its lock is held; the quota is carved last,
// so that it is the last that can fail.
static status_t create_decide_locked(struct process *creator, const struct limits *limits,
                                     struct quota **quota) {
    struct charge charge = charge_records(RECORD_PROCESS, 1);
    charge.records[RECORD_SPACE] = 1;
    status_t status = descriptor_prepare_locked(creator, 2, &charge);
    if (status != STATUS_OK)
        return status;
    struct charge fixed = process_fixed_charge();
    status = quota_carve(creator->quota, limits, &fixed, quota);
    if (status != STATUS_OK)
        descriptor_unprepare(creator, &charge);
    return status;
}

status_t sys_process_create(struct thread *self, const struct handle *supervisor, uint64_t value,
                            uint64_t limits_address, uint64_t limits_size, uint64_t *process_value,
                            uint64_t *space_value) {
    struct process *creator = self->process;
    struct limits limits;
    struct quota *quota;
    status_t status = user_copy_in(creator->space, &limits, limits_address, limits_size, nullptr);
    if (status == STATUS_OK)
        status = limits_check(&limits, creator->quota);
    if (status != STATUS_OK)
        return status;
    // One hold from the decision to the act: the slots that were found free stay free.
    lock_acquire(&creator->object.lock);
    status = create_decide_locked(creator, &limits, &quota);
    if (status == STATUS_OK) {
        object_get(&quota->object);
        struct process *process = process_create(quota, (struct endpoint *)supervisor->object, value);
        *process_value = descriptor_commit_locked(creator, &process->object, RIGHTS_PROCESS_ALL);
        *space_value = descriptor_commit_locked(creator, &process->space->object, RIGHTS_SPACE_ALL);
    }
    lock_release(&creator->object.lock);
    return status;
}

status_t sys_process_end(struct thread *self, const struct handle *handle, uint64_t status) {
    struct process *process = (struct process *)handle->object;
    if (process == self->process)
        return STATUS_SELF;
    if (process_is_ending(process))
        return STATUS_PROCESS_ENDED;
    process_end(process, END_KILLED, (uint32_t)status, 0, 0, atomic_load(&self->priority));
    return STATUS_OK;
}

status_t sys_process_exit(struct thread *self, uint64_t status) {
    process_end(self->process, END_EXITED, (uint32_t)status, 0, 0, atomic_load(&self->priority));
    atomic_store(&self->ending, true);
    return STATUS_PENDING;
}

// Entries are gathered in small batches under the lock and copied out without it.
#define TABLE_BATCH 8

static unsigned table_batch(struct process *process, uint64_t *index, unsigned room,
                            struct table_entry *entries) {
    unsigned filled = 0;
    lock_acquire(&process->object.lock);
    for (unsigned looked = 0; filled < room && looked < SLOTS_PER_PAGE * 4; looked++) {
        struct slot *slot = table_slot(process, (uint32_t)*index);
        if (!slot) {
            *index = DESCRIPTORS_PER_PROCESS;
            break;
        }
        ++*index;
        uint64_t tag = slot->tag;
        if (tag_kind(tag) == SLOT_FREE || tag_kind(tag) >= SLOT_CLOSING)
            continue;
        entries[filled++] = (struct table_entry){.descriptor = slot_value(slot),
                                                 .type = tag_type(tag),
                                                 .kind = (uint32_t)tag_kind(tag),
                                                 .rights = tag_rights(tag),
                                                 .serial = slot->serial};
    }
    lock_release(&process->object.lock);
    return filled;
}

status_t sys_process_table(struct thread *self, const struct handle *handle, uint64_t index, uint64_t address,
                           uint64_t count, uint64_t *filled, uint64_t *next) {
    struct process *process = process_of(self, handle);
    struct table_entry entries[TABLE_BATCH];
    if (process_is_ending(process))
        return STATUS_PROCESS_ENDED;
    *next = index;
    while (*filled < count && *next < DESCRIPTORS_PER_PROCESS) {
        unsigned room = (unsigned)min_u64(count - *filled, TABLE_BATCH);
        unsigned got = table_batch(process, next, room, entries);
        status_t status = user_copy_out(self->process->space, address + *filled * sizeof(entries[0]), entries,
                                        got * sizeof(entries[0]), nullptr);
        if (status != STATUS_OK)
            return status;
        *filled += got;
        if (got < room)
            break; // the end, or the bound of one call
    }
    return STATUS_OK;
}

static status_t report(struct thread *self, struct quota *quota, uint64_t address, uint64_t size) {
    struct quota_info info;
    quota_report(quota, &info);
    return user_copy_out(self->process->space, address, &info, size, nullptr);
}

status_t sys_process_quota(struct thread *self, const struct handle *handle, uint64_t info,
                           uint64_t info_size) {
    struct process *process = process_of(self, handle);
    // Cleared at the end; the record that was read stays what it is until this call leaves the kernel.
    struct quota *quota = atomic_load(&process->quota);
    return quota ? report(self, quota, info, info_size) : STATUS_PROCESS_ENDED;
}

status_t sys_quota_inspect(struct thread *self, const struct handle *handle, uint64_t after, uint64_t info,
                           uint64_t info_size) {
    uint64_t skipped;
    struct quota *quota = quota_next((struct quota *)handle->object, after, &skipped);
    if (skipped) {
        arch_syscall_result_set(&self->arch, 1, skipped); // the argument `after` of the next try
        return STATUS_RESTART;
    }
    return quota ? report(self, quota, info, info_size) : STATUS_NOTHING_LEFT;
}

// The new thread belongs to `process`, which pays for it; the descriptor is the caller's.
status_t sys_thread_create(struct thread *self, const struct handle *handle, uint64_t priority,
                           uint64_t *value, uint64_t *message) {
    struct process *process = process_of(self, handle), *creator = self->process;
    const struct quota *quota = atomic_load(&process->quota);
    if (!quota)
        return STATUS_PROCESS_ENDED;
    if (priority > quota->priority)
        return STATUS_BAD_VALUE;
    struct charge charge = charge_records(RECORD_THREAD, 1);
    struct thread *thread;
    lock_acquire_pair(&creator->object.lock, &process->object.lock);
    status_t status = descriptor_prepare_locked(creator, 1, &charge);
    if (status == STATUS_OK) {
        status = thread_create_locked(process, (unsigned)priority, &thread);
        if (status != STATUS_OK)
            descriptor_unprepare(creator, &charge);
    }
    if (status == STATUS_OK) {
        *value = descriptor_commit_locked(creator, &thread->object, RIGHTS_THREAD_ALL);
        *message = thread_message_address(thread);
    }
    lock_release_pair(&creator->object.lock, &process->object.lock);
    return status;
}

status_t sys_thread_start(struct thread *self, const struct handle *handle, uint64_t entry, uint64_t stack,
                          uint64_t argument) {
    (void)self;
    if (!user_range_valid(entry, 1) || !user_range_valid(stack - 1, 1))
        return STATUS_BAD_ADDRESS;
    if (!is_aligned(stack, 16))
        return STATUS_BAD_ALIGNMENT;
    return thread_start((struct thread *)handle->object, entry, stack, argument);
}

status_t sys_thread_exit(struct thread *self) {
    atomic_store(&self->ending, true);
    return STATUS_PENDING;
}

status_t sys_thread_yield(struct thread *self) {
    (void)self;
    scheduler_yield();
    return STATUS_OK;
}

status_t sys_thread_priority(struct thread *self, const struct handle *handle, uint64_t priority) {
    struct thread *thread = handle ? (struct thread *)handle->object : self;
    const struct quota *quota = atomic_load(&thread->process->quota);
    if (!quota)
        return STATUS_PROCESS_ENDED;
    if (priority > quota->priority)
        return STATUS_BAD_VALUE;
    if (!atomic_load(&thread->ending))
        scheduler_priority(thread, (unsigned)priority);
    return STATUS_OK;
}

status_t sys_thread_pointer(struct thread *self, uint64_t value) {
    if (value != 0 && !user_range_valid(value, 1))
        return STATUS_BAD_ADDRESS;
    arch_thread_pointer_set(&self->arch, value);
    return STATUS_OK;
}
