// SPDX-License-Identifier: MIT
//
// Calls from entry to answer. See call.h for where a call stands at each moment.

#include <arch/clock.h>
#include <arch/thread.h>
#include <kernel/panic.h>
#include "ipc/call.h"
#include "ipc/message.h"
#include "memory/user.h"
#include "object/notification.h"
#include "object/process.h"

#define REFUSE_MOST 8 // calls that do not fit the offer, answered with an error in one step of a receive

static _Atomic uint64_t next_number = 1;

// Reads what the thread offers to accept; once, because its message page is its own to change.
static status_t offer_take(const struct thread *thread, unsigned *slots, uint64_t *bytes) {
    const volatile struct message_page *page = thread->message;
    uint64_t offered = page->offer_slots;
    *bytes = page->offer_bytes;
    if (offered > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    *slots = (unsigned)offered;
    return STATUS_OK;
}

// The undelivered or delivered descriptors of a cancelled call go back, in steps, before its thread runs
// again.
static bool undo_step(struct thread *caller) {
    if (caller->operation.value)
        return message_give_back_step(caller);
    message_put_back(caller, &caller->call);
    return true;
}

static void undo_later(struct thread *caller, bool delivered) {
    if (caller->call.descriptor_count == 0)
        return;
    if (delivered && !message_in_transit(caller)) {
        caller->call.descriptor_count = 0; // clones arrived
        return;
    }
    caller->operation = (struct operation){.step = undo_step, .value = delivered};
}

// The caller leaves the endpoint's lists. Its server, if any, forgets it.
static void unlink_locked(struct thread *caller, bool server_hears) {
    list_remove(&caller->queue);
    list_remove(&caller->call.badge_link);
    if (caller->call.server) {
        atomic_store(&caller->call.server->gone, server_hears);
        atomic_store(&caller->call.server->pending, nullptr);
    }
    if (caller->call.reply) {
        atomic_store(&caller->call.reply->gone, server_hears);
        atomic_store(&caller->call.reply->caller, nullptr);
    }
    caller->call.server = nullptr;
    caller->call.reply = nullptr;
}

static void fault_unresolved(struct thread *thread) {
    const struct outgoing_call *call = &thread->call;
    atomic_store(&thread->ending, true);
    process_end(thread->process, END_FAULTED, 255, call->fault_words[0], call->fault_words[1],
                atomic_load(&thread->priority));
}

void call_cancel_locked(struct endpoint *endpoint, struct thread *caller, status_t status) {
    ASSERT(lock_is_held(&endpoint->object.lock));
    bool delivered = atomic_load(&caller->state) == THREAD_AWAITING;
    unlink_locked(caller, true);
    undo_later(caller, delivered);
    if (caller->call.is_fault) {
        fault_unresolved(caller);
        thread_wake_locked(caller);
    } else {
        thread_wake_status_locked(caller, status);
    }
}

static void delivered_locked(struct endpoint *endpoint, struct thread *receiver, struct thread *caller) {
    caller->call.server = receiver;
    caller->call.reply = nullptr;
    caller->call.server_process = receiver->process;
    if (message_in_transit(caller))
        object_get(&receiver->process->object);
    atomic_store(&receiver->pending, caller);
    atomic_store(&receiver->gone, false);
    list_push_back(&endpoint->delivered, &caller->queue);
}

// Why a call cannot be made now; endpoint's lock held.
static status_t send_check_locked(const struct endpoint *endpoint, const struct badge *badge) {
    if (!object_is_alive(&endpoint->object) ||
        (badge && (badge->destroyed || atomic_load(&badge->endpoint) != endpoint)))
        return STATUS_DEAD;
    return atomic_load(&endpoint->servers) > 0 ? STATUS_OK : STATUS_NO_SERVER;
}

// The caller's side of a call whose message is taken: hands it to a waiting receiver or queues it.
static status_t send_locked(struct endpoint *endpoint, struct thread *caller, const struct handle *through,
                            uint64_t deadline) {
    status_t status = send_check_locked(endpoint, caller->call.badge);
    if (status != STATUS_OK)
        return status;
    struct list *link = list_is_empty(&endpoint->receivers) ? nullptr : endpoint->receivers.next;
    if (!thread_block_locked(caller, link ? THREAD_AWAITING : THREAD_CALLING, &endpoint->object, through,
                             deadline))
        return STATUS_CLOSED;
    caller->call.number = atomic_fetch_add_explicit(&next_number, 1, memory_order_relaxed);
    caller->call.server = nullptr;
    caller->call.reply = nullptr;
    if (link) {
        struct thread *receiver = list_entry(link, struct thread, queue);
        status = message_deliver_locked(receiver, caller);
        if (status != STATUS_OK) {
            thread_unblock_locked(caller);
            return status;
        }
        list_remove(&receiver->queue);
        delivered_locked(endpoint, receiver, caller);
        thread_wake_locked(receiver);
    } else {
        list_push_back(&endpoint->callers, &caller->queue);
    }
    if (caller->call.badge)
        list_push_back(&caller->call.badge->calls, &caller->call.badge_link);
    return STATUS_PENDING;
}

static struct endpoint *endpoint_of(struct object *object, struct badge **badge) {
    *badge = object->type == OBJECT_BADGE ? (struct badge *)object : nullptr;
    return *badge ? atomic_load(&(*badge)->endpoint) : (struct endpoint *)object;
}

static bool moves_target(const struct outgoing_call *call, const struct handle *target) {
    for (unsigned i = 0; i < call->descriptor_count; i++) {
        if (call->descriptors[i].move && call->descriptors[i].slot == target->slot)
            return true;
    }
    return false;
}

status_t call_send(struct thread *self, const struct handle *target, uint64_t header, uint64_t deadline) {
    struct outgoing_call *call = &self->call;
    if (deadline_is_past(deadline))
        return STATUS_TIMED_OUT;
    status_t status = offer_take(self, &call->offer_slots, &call->offer_bytes);
    if (status == STATUS_OK)
        status = message_take(self, header, true, call);
    if (status != STATUS_OK)
        return status;
    struct endpoint *endpoint = endpoint_of(target->object, &call->badge);
    call->badge_value = call->badge ? call->badge->value : 0;
    call->is_fault = false;
    if (moves_target(call, target)) {
        message_put_back(self, call);
        return STATUS_SELF;
    }
    status = STATUS_DEAD;
    if (endpoint) {
        lock_acquire(&endpoint->object.lock);
        status = send_locked(endpoint, self, target, deadline);
        lock_release(&endpoint->object.lock);
    }
    if (status != STATUS_PENDING)
        message_put_back(self, call);
    return status;
}

void call_fault(struct thread *thread, uint64_t label, const uint64_t words[4]) {
    struct outgoing_call *call = &thread->call;
    struct endpoint *endpoint = thread->process->supervisor;
    // The supervisor may read all of the program while the fault is with it.
    *call = (struct outgoing_call){.header = label | HEADER_KERNEL,
                                   .badge_value = thread->process->value,
                                   .range_count = 1,
                                   .ranges = {{.length = user_length, .flags = RANGE_READ}},
                                   .is_fault = true};
    list_init(&call->badge_link);
    for (unsigned i = 0; i < 4; i++)
        call->fault_words[i] = words[i];
    status_t status = STATUS_NO_SERVER;
    if (endpoint) {
        lock_acquire(&endpoint->object.lock);
        status = send_locked(endpoint, thread, nullptr, DEADLINE_NONE);
        lock_release(&endpoint->object.lock);
    }
    if (status != STATUS_PENDING)
        fault_unresolved(thread);
}

// Delivers queued calls until one fits; those that do not get their error. RESTART: as many as one step may
// were refused.
static status_t receive_queued_locked(struct endpoint *endpoint, struct thread *self) {
    for (unsigned i = 0; i < REFUSE_MOST; i++) {
        if (list_is_empty(&endpoint->callers))
            return STATUS_TIMED_OUT;
        struct thread *caller = list_first(&endpoint->callers, struct thread, queue);
        status_t status = message_deliver_locked(self, caller);
        if (status == STATUS_RESTART)
            return status;
        if (status != STATUS_OK) {
            call_cancel_locked(endpoint, caller, status);
            continue;
        }
        list_remove(&caller->queue);
        atomic_store(&caller->state, THREAD_AWAITING);
        delivered_locked(endpoint, self, caller);
        return STATUS_PENDING;
    }
    return STATUS_RESTART;
}

// Bits of the bound notification, if there are any; its lock is held.
static bool take_bits_locked(struct thread *self, struct notification *bound) {
    uint64_t bits = bound->bound == self ? notification_take_locked(bound, UINT64_MAX) : 0;
    if (bits)
        message_notified_locked(self, bits);
    return bits != 0;
}

static bool take_bound_locked(struct thread *self, struct notification *bound) {
    lock_acquire(&bound->object.lock);
    bool taken = take_bits_locked(self, bound);
    lock_release(&bound->object.lock);
    return taken;
}

// Events come before calls, so that callers cannot keep a server from hearing of them; so do the bits of a
// bound notification.
static status_t receive_ready_locked(struct endpoint *endpoint, struct thread *self,
                                     struct notification *bound) {
    struct list *link = list_pop_front(&endpoint->events);
    if (!link && bound && take_bound_locked(self, bound))
        return STATUS_PENDING;
    if (!link)
        return receive_queued_locked(endpoint, self);
    struct event *event = list_entry(link, struct event, link);
    message_event_locked(self, event);
    event->taken(event);
    return STATUS_PENDING;
}

static status_t receive_wait_locked(struct endpoint *endpoint, struct thread *self,
                                    const struct handle *through, uint64_t deadline) {
    if (deadline_is_past(deadline))
        return STATUS_TIMED_OUT;
    if (!thread_block_locked(self, THREAD_RECEIVING, &endpoint->object, through, deadline))
        return STATUS_CLOSED;
    list_push_back(&endpoint->receivers, &self->queue);
    return STATUS_PENDING;
}

// Waits with a bound notification: its lock is held from another look at its bits until the thread waits, so
// that no signal is lost between.
static status_t receive_bound_locked(struct endpoint *endpoint, struct thread *self,
                                     struct notification *bound, const struct handle *through,
                                     uint64_t deadline) {
    lock_acquire(&bound->object.lock);
    status_t status = STATUS_PENDING;
    if (!take_bits_locked(self, bound))
        status = receive_wait_locked(endpoint, self, through, deadline);
    lock_release(&bound->object.lock);
    return status;
}

static status_t receive_once(struct thread *self, const struct handle *through, uint64_t deadline) {
    struct endpoint *endpoint = (struct endpoint *)through->object;
    struct notification *bound = atomic_load(&self->bound);
    lock_acquire(&endpoint->object.lock);
    status_t status = receive_ready_locked(endpoint, self, bound);
    if (status == STATUS_TIMED_OUT && bound)
        status = receive_bound_locked(endpoint, self, bound, through, deadline);
    else if (status == STATUS_TIMED_OUT)
        status = receive_wait_locked(endpoint, self, through, deadline);
    lock_release(&endpoint->object.lock);
    return status;
}

static bool receive_step(struct thread *self) {
    struct operation *operation = &self->operation;
    struct handle through = {.object = operation->object, .slot = operation->slot, .tag = operation->value};
    status_t status =
        handle_is_current(&through) ? receive_once(self, &through, operation->deadline) : STATUS_CLOSED;
    if (status == STATUS_RESTART)
        return false;
    if (status != STATUS_PENDING)
        arch_syscall_status_set(&self->arch, status);
    return true;
}

status_t call_offer(struct thread *self) {
    return offer_take(self, &self->offer_slots, &self->offer_bytes);
}

status_t call_receive(struct thread *self, const struct handle *through, uint64_t deadline) {
    if (atomic_load(&self->pending))
        return STATUS_REPLY_PENDING;
    // The answer of reply_and_receive may have given the descriptor away.
    if (!handle_is_current(through))
        return STATUS_CLOSED;
    atomic_store(&self->gone, false);
    status_t status = receive_once(self, through, deadline);
    if (status != STATUS_RESTART)
        return status;
    object_get(through->object);
    self->operation = (struct operation){.step = receive_step,
                                         .object = through->object,
                                         .slot = through->slot,
                                         .value = through->tag,
                                         .deadline = deadline};
    return STATUS_PENDING;
}

LOCK_UNSEEN struct thread *call_lock(struct thread *_Atomic *place) {
    for (;;) {
        struct thread *caller = atomic_load(place);
        struct object *endpoint = caller ? atomic_load(&caller->waiting_at) : nullptr;
        if (!endpoint)
            return nullptr;
        lock_acquire(&endpoint->lock);
        if (atomic_load(place) == caller && atomic_load(&caller->waiting_at) == endpoint)
            return caller;
        lock_release(&endpoint->lock);
    }
}

status_t call_missing(const atomic_bool *gone) {
    return atomic_load(gone) ? STATUS_CALLER_GONE : STATUS_NO_CALL;
}

static void fault_answered_locked(struct thread *caller, uint64_t header) {
    unlink_locked(caller, false);
    // An instruction outside user space cannot be run again: some processors would fault in the kernel on the
    // way there.
    if ((header & 0xffffffff) != FAULT_REPLY_RESUME || !user_range_valid(caller->call.fault_words[1], 1))
        fault_unresolved(caller);
    thread_wake_locked(caller);
}

static void answered_locked(struct thread *self, struct thread *caller, uint64_t header) {
    arch_message_copy(&caller->arch, &self->arch);
    arch_syscall_result_set(&caller->arch, 0, 0);
    arch_syscall_result_set(&caller->arch, 1, header & ~HEADER_GIVE_BACK);
    arch_syscall_status_set(&caller->arch, STATUS_OK);
    bool transit = message_in_transit(caller);
    if (transit && header & HEADER_GIVE_BACK) {
        message_give_back_begin_locked(caller);
        undo_later(caller, true);
    } else if (transit) {
        message_settle_locked(caller);
        if (caller->call.descriptor_count > 0)
            undo_later(caller, true);
        else
            object_put(&caller->call.server_process->object);
    }
    unlink_locked(caller, false);
    thread_wake_locked(caller);
}

status_t call_answer(struct thread *self, struct reply *kept, uint64_t header) {
    struct thread *_Atomic *place = kept ? &kept->caller : &self->pending;
    atomic_bool *gone = kept ? &kept->gone : &self->gone;
    if (!atomic_load(place)) {
        status_t status = call_missing(gone);
        atomic_store(gone, false);
        return status;
    }
    struct outgoing_call answer;
    status_t status = message_take(self, header, false, &answer);
    if (status != STATUS_OK)
        return status;
    struct thread *caller = call_lock(place);
    if (!caller) {
        atomic_store(gone, false);
        message_put_back(self, &answer);
        return STATUS_CALLER_GONE;
    }
    struct object *endpoint = atomic_load(&caller->waiting_at);
    if (caller->call.is_fault)
        status = answer.descriptor_count ? STATUS_NOT_OFFERED : STATUS_OK;
    else
        status = message_answer_locked(self, &answer, caller);
    if (status == STATUS_OK && caller->call.is_fault)
        fault_answered_locked(caller, header);
    else if (status == STATUS_OK)
        answered_locked(self, caller, header);
    lock_release_found(&endpoint->lock);
    if (status != STATUS_OK)
        message_put_back(self, &answer);
    return status;
}

status_t call_keep(struct thread *self, struct reply *reply) {
    if (atomic_load(&reply->caller))
        return STATUS_REPLY_PENDING;
    struct thread *caller = call_lock(&self->pending);
    if (!caller) {
        status_t status = call_missing(&self->gone);
        atomic_store(&self->gone, false);
        return status;
    }
    struct object *endpoint = atomic_load(&caller->waiting_at);
    // Two threads may keep in one reply object at a time, under the locks of two endpoints: one finds it
    // free.
    struct thread *none = nullptr;
    if (!atomic_compare_exchange_strong(&reply->caller, &none, caller)) {
        lock_release_found(&endpoint->lock);
        return STATUS_REPLY_PENDING;
    }
    // Either the end of the reply object finds the caller in it, or we find that it has ended.
    bool alive = object_is_alive(&reply->object);
    if (alive) {
        caller->call.server = nullptr;
        caller->call.reply = reply;
        atomic_store(&self->pending, nullptr);
        atomic_store(&reply->gone, false);
    } else {
        atomic_store(&reply->caller, nullptr);
    }
    lock_release_found(&endpoint->lock);
    return alive ? STATUS_OK : STATUS_BAD_DESCRIPTOR;
}

static void drop(struct thread *_Atomic *place, status_t status) {
    struct thread *caller = call_lock(place);
    if (!caller)
        return;
    struct object *endpoint = atomic_load(&caller->waiting_at);
    call_cancel_locked((struct endpoint *)endpoint, caller, status);
    lock_release_found(&endpoint->lock);
}

void call_drop_pending(struct thread *server, status_t status) {
    drop(&server->pending, status);
}

void reply_drop(struct reply *reply, status_t status) {
    drop(&reply->caller, status);
}
