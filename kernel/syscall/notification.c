// SPDX-License-Identifier: MIT
//
// System calls on notifications and interrupts.

#include <arch/clock.h>
#include <arch/interrupt.h>
#include "object/interrupt.h"
#include "object/notification.h"
#include "object/platform.h"
#include "object/quota.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

status_t sys_notification_create(struct thread *self, uint64_t *value) {
    struct process *process = self->process;
    struct charge charge = charge_records(RECORD_NOTIFICATION, 1);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &notification_create()->object, RIGHTS_NOTIFICATION_ALL);
    lock_release(&process->object.lock);
    return status;
}

status_t sys_notification_signal(struct thread *self, const struct handle *handle, uint64_t bits) {
    (void)self;
    notification_signal((struct notification *)handle->object, bits);
    return STATUS_OK;
}

static status_t wait_locked(struct thread *self, struct notification *notification,
                            const struct handle *handle, uint64_t mask, uint64_t deadline, uint64_t *bits) {
    *bits = notification_take_locked(notification, mask);
    if (*bits)
        return STATUS_OK;
    if (notification->waiter)
        return STATUS_BOUND;
    if (deadline_is_past(deadline))
        return STATUS_TIMED_OUT;
    self->wait_mask = mask;
    if (!thread_block_locked(self, THREAD_WAITING, &notification->object, handle, deadline))
        return STATUS_CLOSED;
    notification->waiter = self;
    return STATUS_PENDING;
}

status_t sys_notification_wait(struct thread *self, const struct handle *handle, uint64_t mask,
                               uint64_t deadline, uint64_t *bits) {
    struct notification *notification = (struct notification *)handle->object;
    lock_acquire(&notification->object.lock);
    status_t status = wait_locked(self, notification, handle, mask, deadline, bits);
    lock_release(&notification->object.lock);
    return status;
}

status_t sys_notification_timer(struct thread *self, const struct handle *handle, uint64_t bits,
                                uint64_t when) {
    (void)self;
    struct notification *notification = (struct notification *)handle->object;
    if (bits == 0 && when != DEADLINE_NONE)
        return STATUS_BAD_VALUE;
    lock_acquire(&notification->object.lock);
    bool alive = object_is_alive(&notification->object);
    if (alive) {
        notification->timer_bits = when == DEADLINE_NONE ? 0 : bits;
        timer_arm(&notification->timer, when);
    }
    lock_release(&notification->object.lock);
    return alive ? STATUS_OK : STATUS_BAD_DESCRIPTOR;
}

static status_t bind_locked(struct thread *self, struct notification *notification,
                            const struct handle *handle) {
    if (notification->bound || atomic_load(&self->bound))
        return STATUS_BOUND;
    // As in thread_block_locked: published first, then looked at again.
    atomic_store(&self->bound_through, handle->slot);
    if (!handle_is_current(handle)) {
        atomic_store(&self->bound_through, nullptr);
        return STATUS_BAD_DESCRIPTOR;
    }
    notification->bound = self;
    atomic_store(&self->bound, notification);
    return STATUS_OK;
}

status_t sys_notification_bind(struct thread *self, const struct handle *handle) {
    if (!handle) {
        bool bound = atomic_load(&self->bound);
        notification_unbind(self);
        return bound ? STATUS_OK : STATUS_NOT_BOUND;
    }
    struct notification *notification = (struct notification *)handle->object;
    lock_acquire(&notification->object.lock);
    status_t status = bind_locked(self, notification, handle);
    lock_release(&notification->object.lock);
    return status;
}

// The line is opened last: it is the only part that cannot be undone without a trace at the controller.
status_t sys_interrupt_create(struct thread *self, const struct handle *platform, uint64_t line,
                              uint64_t flags, uint64_t *value) {
    struct process *process = self->process;
    if (!platform_covers((const struct platform *)platform->object, PLATFORM_INTERRUPTS, line, 1) ||
        line >= interrupt_line_count())
        return STATUS_OUT_OF_RANGE;
    struct charge charge = charge_records(RECORD_INTERRUPT, 1);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK) {
        status = interrupt_open((unsigned)line, flags);
        if (status != STATUS_OK)
            descriptor_unprepare(process, &charge);
    }
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &interrupt_create((unsigned)line)->object,
                                          platform_rights(platform, RIGHTS_INTERRUPT_ALL));
    lock_release(&process->object.lock);
    return status;
}

status_t sys_interrupt_bind(struct thread *self, const struct handle *interrupt,
                            const struct handle *notification, uint64_t bits) {
    (void)self;
    return interrupt_bind((struct interrupt *)interrupt->object, (struct notification *)notification->object,
                          bits);
}

status_t sys_interrupt_ack(struct thread *self, const struct handle *interrupt) {
    (void)self;
    return interrupt_ack((struct interrupt *)interrupt->object);
}
