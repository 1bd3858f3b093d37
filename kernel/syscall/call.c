// SPDX-License-Identifier: MIT
//
// System calls of endpoints, badges, calls and replies. The work is in ipc/.

#include <base/types.h>
#include "ipc/call.h"
#include "ipc/lend.h"
#include "object/quota.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

status_t sys_endpoint_create(struct thread *self, uint64_t places, uint64_t *value) {
    struct process *process = self->process;
    struct charge charge = charge_records(RECORD_ENDPOINT, 1);
    charge.records[RECORD_BADGE] = (uint32_t)places;
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &endpoint_create((uint32_t)places)->object,
                                          RIGHTS_ENDPOINT_ALL);
    lock_release(&process->object.lock);
    return status;
}

status_t sys_badge_create(struct thread *self, const struct handle *handle, uint64_t badge_value,
                          uint64_t *value) {
    struct endpoint *endpoint = (struct endpoint *)handle->object;
    struct process *process = self->process;
    struct charge charge = charge_records(RECORD_BADGE, 1);
    lock_acquire(&endpoint->object.lock);
    lock_acquire(&process->object.lock);
    status_t status = badge_check_locked(endpoint, badge_value);
    if (status == STATUS_OK)
        status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK) {
        struct badge *badge = badge_create_locked(endpoint, badge_value);
        *value = descriptor_commit_locked(process, &badge->object, RIGHTS_BADGE_ALL);
    }
    lock_release(&process->object.lock);
    lock_release(&endpoint->object.lock);
    return status;
}

status_t sys_badge_destroy(struct thread *self, const struct handle *handle, uint64_t value) {
    (void)self;
    return badge_destroy((struct endpoint *)handle->object, value);
}

// What these receive goes straight into the registers when it arrives, so the results of the dispatcher stay
// unused.
status_t sys_call(struct thread *self, const struct handle *target, uint64_t header, uint64_t deadline,
                  uint64_t *answer) {
    (void)answer;
    return call_send(self, target, header, deadline);
}

status_t sys_receive(struct thread *self, const struct handle *endpoint, uint64_t deadline, uint64_t *badge,
                     uint64_t *header, uint64_t *number) {
    (void)badge;
    (void)header;
    (void)number;
    status_t status = call_offer(self);
    return status == STATUS_OK ? call_receive(self, endpoint, deadline) : status;
}

// nullptr: the call in the thread's own slot.
static struct reply *kept_of(const struct handle *reply) {
    return reply ? (struct reply *)reply->object : nullptr;
}

status_t sys_reply(struct thread *self, const struct handle *reply, uint64_t header) {
    return call_answer(self, kept_of(reply), header);
}

status_t sys_reply_and_receive(struct thread *self, const struct handle *endpoint, uint64_t header,
                               uint64_t deadline, uint64_t *badge, uint64_t *received, uint64_t *number) {
    (void)badge;
    (void)received;
    (void)number;
    status_t status = call_offer(self);
    if (status == STATUS_OK)
        status = call_answer(self, nullptr, header);
    return status == STATUS_OK ? call_receive(self, endpoint, deadline) : status;
}

status_t sys_reply_create(struct thread *self, uint64_t *value) {
    struct process *process = self->process;
    struct charge charge = charge_records(RECORD_REPLY, 1);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &reply_create()->object, RIGHTS_REPLY_ALL);
    lock_release(&process->object.lock);
    return status;
}

status_t sys_reply_keep(struct thread *self, const struct handle *reply) {
    return call_keep(self, (struct reply *)reply->object);
}

status_t sys_lent_read(struct thread *self, const struct handle *reply, uint64_t range, uint64_t offset,
                       uint64_t buffer, uint64_t length, uint64_t *copied) {
    struct lent_request request = {range, offset, buffer, length, false};
    return lend_copy(self, kept_of(reply), &request, copied);
}

status_t sys_lent_write(struct thread *self, const struct handle *reply, uint64_t range, uint64_t offset,
                        uint64_t buffer, uint64_t length, uint64_t *copied) {
    struct lent_request request = {range, offset, buffer, length, true};
    return lend_copy(self, kept_of(reply), &request, copied);
}
