// SPDX-License-Identifier: MIT
//
// System calls on descriptors of any type.

#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/memory.h"
#include "object/platform.h"
#include "object/quota.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

// Slots, charge and a new descriptor for an object that `handle` names, in the caller's table; checked once
// more under the lock.
static status_t add_another(struct process *process, const struct handle *handle, uint64_t rights,
                            uint64_t *value) {
    struct charge charge = object_charge(handle->object);
    lock_acquire(&process->object.lock);
    status_t status = handle_is_current(handle) ? STATUS_OK : STATUS_BAD_DESCRIPTOR;
    if (status == STATUS_OK)
        status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, handle->object, rights);
    lock_release(&process->object.lock);
    return status;
}

status_t sys_descriptor_clone(struct thread *self, const struct handle *descriptor, uint64_t rights,
                              uint64_t *clone) {
    if (rights & ~handle_rights(descriptor))
        return STATUS_NO_RIGHT;
    if (handle_kind(descriptor) != SLOT_STRONG)
        return STATUS_WRONG_KIND;
    return add_another(self->process, descriptor, rights, clone);
}

static bool close_done(struct thread *thread) {
    return slot_close_step(thread->process, thread->operation.slot, thread->operation.value);
}

status_t sys_descriptor_release(struct thread *self, const struct handle *descriptor) {
    struct process *process = self->process;
    lock_acquire(&process->object.lock);
    bool mine = handle_is_current(descriptor) && slot_mark_closing_locked(descriptor->slot);
    uint64_t tag = descriptor->slot->tag;
    lock_release(&process->object.lock);
    if (!mine)
        return STATUS_BAD_DESCRIPTOR;
    struct operation operation = {.step = close_done, .slot = descriptor->slot, .value = tag};
    return thread_operate(self, &operation);
}

// A transfer, after its decision: the source is marked, the target's slot and charge are there. Mappings go,
// then both slots change.
static bool transfer_step(struct thread *self) {
    struct operation *operation = &self->operation;
    struct process *source = self->process, *target = operation->target;
    struct slot *slot = operation->slot;
    if (!slot_strip_step(source, slot))
        return false;
    struct object *object = slot->object;
    struct charge charge = object_charge(object);
    bool served = endpoint_is_served_by((enum object_type)object->type, tag_rights(operation->value));
    lock_acquire_pair(&source->object.lock, &target->object.lock);
    struct slot *place = table_slot(target, operation->target_index);
    // The target has ended and closed its reserved slot: the object ends with it.
    bool lost = !place || place->tag != operation->target_tag;
    bool serves = endpoint_is_served_by((enum object_type)object->type, tag_rights(operation->target_tag));
    if (!lost)
        slot_set_kind_locked(place, SLOT_STRONG);
    slot_free_locked(source, slot);
    lock_release_pair(&source->object.lock, &target->object.lock);
    if (served && (lost || !serves))
        endpoint_server_remove((struct endpoint *)object);
    if (lost)
        object_release(object, source->quota);
    else
        quota_uncharge(source->quota, &charge);
    arch_syscall_result_set(&self->arch, 0, operation->moved);
    object_put(&target->object);
    return true;
}

static status_t transfer_decide_locked(const struct handle *descriptor, struct process *target) {
    if (!handle_is_current(descriptor))
        return STATUS_BAD_DESCRIPTOR;
    enum object_type type = tag_type(descriptor->tag);
    enum process_state state = atomic_load(&target->state);
    if (state >= PROCESS_ENDING)
        return STATUS_PROCESS_ENDED;
    // Not even if it is not the last one: so that no table of an unstarted process can keep a process or
    // thread.
    if (state == PROCESS_NEW && (type == OBJECT_PROCESS || type == OBJECT_THREAD))
        return STATUS_WOULD_ORPHAN;
    struct charge charge = object_charge(descriptor->object);
    return descriptor_prepare_locked(target, 1, &charge);
}

status_t sys_descriptor_transfer(struct thread *self, const struct handle *descriptor,
                                 const struct handle *target_handle, uint64_t rights, uint64_t *moved) {
    struct process *source = self->process;
    struct process *target = (struct process *)target_handle->object;
    if (rights & ~handle_rights(descriptor))
        return STATUS_NO_RIGHT;
    if (handle_kind(descriptor) != SLOT_STRONG)
        return STATUS_WRONG_KIND;
    if (target == source || descriptor->slot == target_handle->slot)
        return STATUS_SELF;
    struct operation operation = {
        .step = transfer_step, .slot = descriptor->slot, .value = descriptor->tag, .target = target};
    lock_acquire_pair(&source->object.lock, &target->object.lock);
    status_t status = transfer_decide_locked(descriptor, target);
    if (status == STATUS_OK) {
        struct slot *place;
        operation.moved = table_insert_locked(target, descriptor->object, SLOT_RESERVED, rights, &place);
        operation.target_index = place->index;
        operation.target_tag = place->tag;
        (void)slot_mark_closing_locked(descriptor->slot);
        object_get(&target->object);
    }
    lock_release_pair(&source->object.lock, &target->object.lock);
    if (status != STATUS_OK)
        return status;
    *moved = operation.moved;
    return thread_operate(self, &operation);
}

status_t sys_descriptor_weaken(struct thread *self, const struct handle *descriptor, uint64_t *weak) {
    struct process *process = self->process;
    if (handle_kind(descriptor) != SLOT_STRONG)
        return STATUS_WRONG_KIND;
    lock_acquire(&process->object.lock);
    status_t status = handle_is_current(descriptor) ? STATUS_OK : STATUS_BAD_DESCRIPTOR;
    if (status == STATUS_OK)
        status = table_reserve_locked(process, 1);
    if (status == STATUS_OK)
        *weak =
            table_insert_locked(process, descriptor->object, SLOT_WEAK, handle_rights(descriptor), nullptr);
    lock_release(&process->object.lock);
    return status;
}

// The charge is computed from storage that may hold another object by now; if it does, object_try_retain
// finds out, and the charge is lifted again.
static status_t strengthen_locked(struct process *process, const struct handle *weak, uint64_t *strong) {
    struct object *object = weak->object;
    uint64_t serial = weak->slot->serial;
    if (!handle_is_current(weak))
        return STATUS_BAD_DESCRIPTOR;
    if (!object_matches(object, serial))
        return STATUS_DEAD;
    struct charge charge = object_charge(object);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status != STATUS_OK)
        return status;
    if (!object_try_retain(object, serial)) {
        descriptor_unprepare(process, &charge);
        return STATUS_DEAD;
    }
    *strong = descriptor_commit_retained_locked(process, object, handle_rights(weak));
    return STATUS_OK;
}

status_t sys_descriptor_strengthen(struct thread *self, const struct handle *descriptor, uint64_t *strong) {
    if (handle_kind(descriptor) != SLOT_WEAK)
        return STATUS_WRONG_KIND;
    struct process *process = self->process;
    lock_acquire(&process->object.lock);
    status_t status = strengthen_locked(process, descriptor, strong);
    lock_release(&process->object.lock);
    return status;
}

static uint64_t size_of(const struct object *object) {
    switch ((enum object_type)object->type) {
    case OBJECT_MEMORY:
        return ((const struct memory *)object)->pages * PAGE_SIZE;
    case OBJECT_ENDPOINT:
        return ((const struct endpoint *)object)->places;
    case OBJECT_INTERRUPT:
        return ((const struct interrupt *)object)->line;
    case OBJECT_PLATFORM:
        return ((const struct platform *)object)->length;
    default:
        return 0;
    }
}

static uint64_t value_of(const struct object *object) {
    switch ((enum object_type)object->type) {
    case OBJECT_MEMORY:
        return ((const struct memory *)object)->base;
    case OBJECT_BADGE:
        return ((const struct badge *)object)->value;
    case OBJECT_PROCESS: {
        enum process_state state = atomic_load(&((const struct process *)object)->state);
        return state == PROCESS_NEW ? 0 : state == PROCESS_ENDED ? 2 : 1;
    }
    case OBJECT_THREAD:
        return ((const struct thread *)object)->slot;
    case OBJECT_PLATFORM:
        return ((const struct platform *)object)->base;
    default:
        return 0;
    }
}

static uint64_t count_mappings(struct process *process, const struct handle *handle) {
    uint64_t count = 0;
    lock_acquire(&process->object.lock);
    if (handle_is_current(handle))
        count = handle->slot->mapping_count;
    lock_release(&process->object.lock);
    return count;
}

status_t sys_descriptor_inspect(struct thread *self, const struct handle *descriptor, uint64_t info_address,
                                uint64_t info_size) {
    const struct object *object = descriptor->object;
    bool weak = handle_kind(descriptor) == SLOT_WEAK;
    struct descriptor_info info = {
        .type = tag_type(descriptor->tag),
        .kind = (uint32_t)handle_kind(descriptor),
        .rights = handle_rights(descriptor),
        .serial = descriptor->slot->serial,
        .mappings = count_mappings(self->process, descriptor),
    };
    if (!weak || object_matches(object, info.serial)) {
        struct charge charge = object_charge(object);
        info.strong = atomic_load(&object->strong);
        info.size = size_of(object);
        info.value = value_of(object);
        info.charge = weak ? 0 : charge.bytes;
    }
    return user_copy_out(self->process->space, info_address, &info, info_size, nullptr);
}
