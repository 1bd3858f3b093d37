// SPDX-License-Identifier: MIT
//
// System calls on memory objects and address spaces.

#include <arch/memory.h>
#include <arch/platform.h>
#include <base/types.h>
#include "memory/page.h"
#include "object/memory.h"
#include "object/platform.h"
#include "object/quota.h"
#include "object/space.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

status_t sys_memory_allocate(struct thread *self, uint64_t size, uint64_t flags, uint64_t *value) {
    (void)flags;
    struct process *process = self->process;
    uint64_t pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;
    struct charge charge = memory_charge(pages);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &memory_create(pages)->object, RIGHTS_MEMORY_ALL);
    lock_release(&process->object.lock);
    return status;
}

static uint32_t cache_of(uint64_t flags) {
    if (flags & CACHE_UNCACHED)
        return ARCH_MAP_UNCACHED;
    return flags & CACHE_WRITE_COMBINING ? ARCH_MAP_WRITE_COMBINING : 0;
}

status_t sys_memory_physical(struct thread *self, const struct handle *platform, uint64_t base, uint64_t size,
                             uint64_t flags, uint64_t *value) {
    struct process *process = self->process;
    if (!is_aligned(base, PAGE_SIZE) || !is_aligned(size, PAGE_SIZE))
        return STATUS_BAD_ALIGNMENT;
    if (flags == (CACHE_UNCACHED | CACHE_WRITE_COMBINING))
        return STATUS_BAD_FLAGS;
    if (!platform_covers((const struct platform *)platform->object, PLATFORM_MEMORY, base, size))
        return STATUS_OUT_OF_RANGE;
    if (page_range_is_memory(base, size) || !physical_range_is_device(base, size))
        return STATUS_TAKEN;
    struct charge charge = charge_records(RECORD_MEMORY, 1);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK) {
        struct memory *memory = memory_create_physical(base, size / PAGE_SIZE, cache_of(flags));
        *value = descriptor_commit_locked(
            process, &memory->object, platform_rights(platform, RIGHTS_MEMORY_ALL & ~RIGHT_MEMORY_EXECUTE));
    }
    lock_release(&process->object.lock);
    return status;
}

status_t sys_memory_seal(struct thread *self, const struct handle *handle) {
    (void)self;
    struct memory *memory = (struct memory *)handle->object;
    if (handle_kind(handle) != SLOT_STRONG || memory->is_physical)
        return STATUS_WRONG_KIND;
    status_t status = STATUS_OK;
    lock_acquire(&memory->object.lock);
    if (memory->sealed)
        status = STATUS_SEALED;
    else if (atomic_load(&memory->object.strong) > 1)
        status = STATUS_SELF;
    else if (memory->writable_mappings > 0)
        status = STATUS_MAPPED;
    else
        memory->sealed = true;
    lock_release(&memory->object.lock);
    return status;
}

status_t sys_space_create(struct thread *self, uint64_t *value) {
    struct process *process = self->process;
    struct charge charge = charge_records(RECORD_SPACE, 1);
    struct charge fixed = space_fixed_charge();
    charge_add(&charge, &fixed);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK) {
        struct space *space = space_create(process);
        list_push_back(&process->spaces, &space->link);
        *value = descriptor_commit_locked(process, &space->object, RIGHTS_SPACE_ALL);
    }
    lock_release(&process->object.lock);
    return status;
}

static status_t flags_check(uint64_t flags) {
    if (!(flags & MAP_READ))
        return STATUS_BAD_FLAGS;
    return flags & MAP_WRITE && flags & MAP_EXECUTE ? STATUS_WRITE_EXECUTE : STATUS_OK;
}

static uint64_t rights_for(uint64_t flags) {
    uint64_t rights = RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ;
    if (flags & MAP_WRITE)
        rights |= RIGHT_MEMORY_WRITE;
    if (flags & MAP_EXECUTE)
        rights |= RIGHT_MEMORY_EXECUTE;
    return rights;
}

struct map_request {
    uint64_t memory, address, offset, length, flags;
};

// The owner's lock is held.
static status_t map_locked(struct process *owner, struct space *space, const struct map_request *request) {
    if (process_is_ending(owner))
        return STATUS_PROCESS_ENDED;
    struct handle handle;
    status_t status = descriptor_lookup(owner, request->memory, 1u << OBJECT_MEMORY,
                                        rights_for(request->flags), 0, &handle);
    if (status != STATUS_OK)
        return status;
    struct memory *memory = (struct memory *)handle.object;
    if (!range_within(request->offset, request->length, memory->pages * PAGE_SIZE))
        return STATUS_OUT_OF_RANGE;
    status = space_map_locked(space, memory, handle.slot, request->address, request->offset, request->length,
                              (unsigned)request->flags);
    if (status == STATUS_OK && memory->is_physical)
        early_screen_taken(memory->base + request->offset, request->length);
    return status;
}

static struct space *space_of(struct thread *self, const struct handle *handle) {
    return handle ? (struct space *)handle->object : self->process->space;
}

status_t sys_space_map(struct thread *self, const struct handle *space_handle, uint64_t memory,
                       uint64_t address, uint64_t offset, uint64_t length, uint64_t flags) {
    struct space *space = space_of(self, space_handle);
    struct process *owner = space->process;
    status_t status = flags_check(flags);
    if (status != STATUS_OK)
        return status;
    if (space_handle && owner != self->process && !(handle_rights(space_handle) & RIGHT_SPACE_INSERT))
        return STATUS_NO_RIGHT;
    struct map_request request = {memory, address, offset, align_up(length, PAGE_SIZE), flags};
    if (!is_aligned(offset, PAGE_SIZE))
        return STATUS_BAD_ALIGNMENT;
    if (!user_range_valid(address, request.length))
        return STATUS_BAD_ADDRESS;
    lock_acquire(&owner->object.lock);
    status = map_locked(owner, space, &request);
    lock_release(&owner->object.lock);
    return status;
}

static bool unmap_done(struct thread *thread) {
    return space_unmap_step((struct space *)thread->operation.object, thread->operation.value);
}

static bool protect_done(struct thread *thread) {
    return space_protect_step((struct space *)thread->operation.object, thread->operation.value);
}

status_t sys_space_unmap(struct thread *self, const struct handle *space_handle, uint64_t address) {
    struct space *space = space_of(self, space_handle);
    status_t status = space_unmap_begin(space, address);
    if (status != STATUS_OK)
        return status;
    struct operation operation = {.step = unmap_done, .object = &space->object, .value = address};
    return thread_operate(self, &operation);
}

status_t sys_space_protect(struct thread *self, const struct handle *space_handle, uint64_t address,
                           uint64_t flags) {
    struct space *space = space_of(self, space_handle);
    status_t status = flags_check(flags);
    if (status == STATUS_OK)
        status = space_protect_begin(space, address, (unsigned)flags);
    if (status != STATUS_OK)
        return status;
    struct operation operation = {.step = protect_done, .object = &space->object, .value = address};
    return thread_operate(self, &operation);
}
