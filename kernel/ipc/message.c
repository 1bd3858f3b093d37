// SPDX-License-Identifier: MIT
//
// What messages carry: words in registers, descriptors and lent ranges through the message page.
//
// Decide, then act: message_take() and message_answer_locked() first look at everything that can fail, then
// move.

#include <arch/thread.h>
#include <base/types.h>
#include "ipc/message.h"
#include "memory/user.h"
#include "object/endpoint.h"
#include "object/process.h"

#define HEADER_CALL_BITS (0xffffffffULL | 7ULL << HEADER_DESCRIPTORS_SHIFT | 3ULL << HEADER_RANGES_SHIFT)

// The program may change its message page at any moment: each part is read once, and the copy is checked.
static struct message_descriptor send_read(const struct thread *thread, unsigned index) {
    const volatile struct message_descriptor *part =
        &((const struct message_page *)thread->message)->send[index];
    return (struct message_descriptor){
        .descriptor = part->descriptor, .rights = part->rights, .mode = part->mode};
}

static struct message_range lend_read(const struct thread *thread, unsigned index) {
    const volatile struct message_range *part = &((const struct message_page *)thread->message)->lend[index];
    return (struct message_range){.address = part->address, .length = part->length, .flags = part->flags};
}

static status_t header_check(uint64_t header, bool is_call, struct outgoing_call *out) {
    uint64_t allowed = is_call ? HEADER_CALL_BITS : (HEADER_CALL_BITS | HEADER_GIVE_BACK);
    if (header & ~allowed)
        return STATUS_BAD_FLAGS;
    out->header = header;
    out->descriptor_count = header >> HEADER_DESCRIPTORS_SHIFT & 7;
    out->range_count = header >> HEADER_RANGES_SHIFT & 3;
    if (out->descriptor_count > MESSAGE_DESCRIPTORS || out->range_count > (is_call ? MESSAGE_RANGES : 0))
        return STATUS_BAD_VALUE;
    return STATUS_OK;
}

static status_t ranges_take(struct thread *sender, struct outgoing_call *out) {
    for (unsigned i = 0; i < out->range_count; i++) {
        struct message_range range = lend_read(sender, i);
        if (range.flags & ~RANGE_FLAGS_ALL)
            return STATUS_BAD_FLAGS;
        if (range.length != 0 && !user_range_valid(range.address, range.length))
            return STATUS_BAD_ADDRESS;
        out->ranges[i] = (struct lent_range){range.address, range.length, range.flags};
    }
    return STATUS_OK;
}

// One descriptor of the sender's part: what it is and whether it may go. Process lock held.
static status_t descriptor_decide_locked(struct thread *sender, const struct message_descriptor *wanted,
                                         struct outgoing *out) {
    if (wanted->mode != DESCRIPTOR_MOVE && wanted->mode != DESCRIPTOR_CLONE)
        return STATUS_BAD_FLAGS;
    bool move = wanted->mode == DESCRIPTOR_MOVE;
    struct handle handle;
    status_t status = descriptor_lookup(sender->process, wanted->descriptor, UINT32_MAX,
                                        move ? RIGHT_TRANSFER : RIGHT_CLONE, LOOKUP_STRONG_ONLY, &handle);
    if (status != STATUS_OK)
        return status;
    if (wanted->rights & ~handle_rights(&handle))
        return STATUS_NO_RIGHT;
    if (move && !list_is_empty(&handle.slot->mappings))
        return STATUS_MAPPED;
    *out = (struct outgoing){
        .object = handle.object, .slot = handle.slot, .rights = wanted->rights, .move = move};
    return STATUS_OK;
}

static status_t descriptors_decide_locked(struct thread *sender, struct outgoing_call *out,
                                          struct charge *clones) {
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        struct message_descriptor wanted = send_read(sender, i);
        status_t status = descriptor_decide_locked(sender, &wanted, &out->descriptors[i]);
        if (status != STATUS_OK)
            return status;
        for (unsigned j = 0; j < i; j++) {
            if (out->descriptors[j].slot == out->descriptors[i].slot)
                return STATUS_DUPLICATE;
        }
        if (!out->descriptors[i].move) {
            struct charge charge = object_charge(out->descriptors[i].object);
            charge_add(clones, &charge);
        }
    }
    return STATUS_OK;
}

// Is a thread of the process waiting or bound through one of the descriptors that move?
static bool moves_are_waited_on(const struct process *process, const struct outgoing_call *out) {
    list_for_each(link, &process->threads) {
        const struct thread *thread = list_entry(link, struct thread, link);
        for (unsigned i = 0; i < out->descriptor_count; i++) {
            const struct outgoing *one = &out->descriptors[i];
            if (one->move && (atomic_load(&thread->through) == one->slot ||
                              atomic_load(&thread->bound_through) == one->slot))
                return true;
        }
    }
    return false;
}

static void moves_mark(struct outgoing_call *out, enum slot_kind kind) {
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        if (out->descriptors[i].move)
            slot_set_kind_locked(out->descriptors[i].slot, kind);
    }
}

// The marks come before the look at waiting threads: who starts to wait after the mark sees it
// (thread_block_locked).
static status_t descriptors_act_locked(struct thread *sender, struct outgoing_call *out,
                                       const struct charge *clones) {
    moves_mark(out, SLOT_TRANSIT_OUT);
    status_t status = STATUS_OK;
    if (moves_are_waited_on(sender->process, out))
        status = STATUS_MAPPED;
    else
        status = quota_charge(sender->process->quota, clones);
    if (status != STATUS_OK) {
        moves_mark(out, SLOT_STRONG);
        return status;
    }
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        struct outgoing *one = &out->descriptors[i];
        if (one->move)
            continue;
        object_retain(one->object);
        if (endpoint_is_served_by((enum object_type)one->object->type, one->rights))
            endpoint_server_add((struct endpoint *)one->object);
        one->slot = nullptr;
    }
    return STATUS_OK;
}

status_t message_take(struct thread *sender, uint64_t header, bool is_call, struct outgoing_call *out) {
    status_t status = header_check(header, is_call, out);
    if (status == STATUS_OK)
        status = ranges_take(sender, out);
    if (status != STATUS_OK || out->descriptor_count == 0)
        return status;
    struct charge clones = {};
    struct lock *lock = &sender->process->object.lock;
    lock_acquire(lock);
    status = descriptors_decide_locked(sender, out, &clones);
    if (status == STATUS_OK)
        status = descriptors_act_locked(sender, out, &clones);
    lock_release(lock);
    return status;
}

// A clone that is on its way: its strong count and what the sender paid for it go.
static void clone_drop(struct thread *sender, struct outgoing *one) {
    if (endpoint_is_served_by((enum object_type)one->object->type, one->rights))
        endpoint_server_remove((struct endpoint *)one->object);
    object_release(one->object, sender->process->quota);
}

void message_put_back(struct thread *sender, struct outgoing_call *out) {
    if (out->descriptor_count == 0)
        return;
    lock_acquire(&sender->process->object.lock);
    moves_mark(out, SLOT_STRONG);
    lock_release(&sender->process->object.lock);
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        if (!out->descriptors[i].move)
            clone_drop(sender, &out->descriptors[i]);
    }
    out->descriptor_count = 0;
}

static struct charge message_charge(const struct outgoing_call *out) {
    struct charge sum = {};
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        struct charge charge = object_charge(out->descriptors[i].object);
        charge_add(&sum, &charge);
    }
    return sum;
}

// What accepting a message costs, in the unit of an offer: bytes, and for each record beyond the descriptors'
// own (the places of an endpoint) OFFER_RECORD_BYTES.
static uint64_t offer_needed(const struct outgoing_call *out, const struct charge *charge) {
    uint64_t records = 0;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        records += charge->records[i];
    return charge->bytes + (records - out->descriptor_count) * OFFER_RECORD_BYTES;
}

// Room, offer and charge at the receiving side, whose process lock is held.
static status_t accept_locked(struct process *process, const struct outgoing_call *out, unsigned slots,
                              uint64_t bytes) {
    struct charge charge = message_charge(out);
    if (out->descriptor_count > slots || offer_needed(out, &charge) > bytes || process_is_ending(process))
        return STATUS_NOT_OFFERED;
    status_t status = descriptor_prepare_locked(process, out->descriptor_count, &charge);
    return status == STATUS_OK || status == STATUS_RESTART ? status : STATUS_NOT_OFFERED;
}

static void show_received(struct thread *receiver, unsigned index, uint64_t value,
                          const struct outgoing *one) {
    struct message_page *page = receiver->message;
    page->received[index] = (struct message_received){
        .descriptor = value, .rights = (uint32_t)one->rights, .type = one->object->type};
}

// Clones become the receiver's, moves enter its table in transit. Both are paid by the receiver already; the
// sender's process may differ.
static void hand_over_locked(struct thread *receiver, struct thread *sender, struct outgoing_call *out) {
    struct process *process = receiver->process;
    for (unsigned i = 0; i < out->descriptor_count; i++) {
        struct outgoing *one = &out->descriptors[i];
        struct slot *slot;
        uint64_t value = table_insert_locked(process, one->object, one->move ? SLOT_TRANSIT_IN : SLOT_STRONG,
                                             one->rights, &slot);
        show_received(receiver, i, value, one);
        if (one->move) {
            object_get(&sender->process->object);
            slot->peer = one->slot;
            slot->peer_process = sender->process;
            one->received_index = slot->index;
            one->received_tag = slot->tag;
        } else {
            struct charge charge = object_charge(one->object);
            quota_uncharge(sender->process->quota, &charge);
        }
    }
}

static void show_ranges(struct thread *receiver, const struct outgoing_call *out) {
    struct message_page *page = receiver->message;
    for (unsigned i = 0; i < out->range_count; i++)
        page->lent[i] =
            (struct message_range){.length = out->ranges[i].length, .flags = out->ranges[i].flags};
}

static void show_fault(struct thread *receiver, const struct thread *caller) {
    struct message_page *page = receiver->message;
    arch_thread_registers(&caller->arch, &page->registers);
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        arch_syscall_result_set(&receiver->arch, 3 + i, i < 4 ? caller->call.fault_words[i] : 0);
}

static void receive_results(struct thread *receiver, uint64_t badge, uint64_t header, uint64_t number) {
    arch_syscall_result_set(&receiver->arch, 0, badge);
    arch_syscall_result_set(&receiver->arch, 1, header);
    arch_syscall_result_set(&receiver->arch, 2, number);
    arch_syscall_status_set(&receiver->arch, STATUS_OK);
}

status_t message_deliver_locked(struct thread *receiver, struct thread *caller) {
    struct outgoing_call *call = &caller->call;
    if (call->descriptor_count > 0) {
        struct process *process = receiver->process;
        lock_acquire(&process->object.lock);
        status_t status = accept_locked(process, call, receiver->offer_slots, receiver->offer_bytes);
        if (status == STATUS_OK)
            hand_over_locked(receiver, caller, call);
        lock_release(&process->object.lock);
        if (status != STATUS_OK)
            return status;
    }
    if (call->range_count > 0)
        show_ranges(receiver, call);
    if (call->is_fault)
        show_fault(receiver, caller);
    else
        arch_message_copy(&receiver->arch, &caller->arch);
    receive_results(receiver, call->badge_value, call->header, call->number);
    return STATUS_OK;
}

void message_event_locked(struct thread *receiver, const struct event *event) {
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        arch_syscall_result_set(&receiver->arch, 3 + i, i < 4 ? event->words[i] : 0);
    receive_results(receiver, event->badge_value, event->label | HEADER_EVENT, 0);
}

void message_notified_locked(struct thread *receiver, uint64_t bits) {
    struct event event = {.label = EVENT_NOTIFIED, .words = {bits}};
    message_event_locked(receiver, &event);
}

// Process locks of both are held.
static void answer_moves_locked(struct thread *server, struct outgoing_call *answer) {
    for (unsigned i = 0; i < answer->descriptor_count; i++) {
        struct outgoing *one = &answer->descriptors[i];
        if (!one->move)
            continue;
        bool served = endpoint_is_served_by(tag_type(one->slot->tag), tag_rights(one->slot->tag));
        slot_free_locked(server->process, one->slot);
        if (served && !endpoint_is_served_by((enum object_type)one->object->type, one->rights))
            endpoint_server_remove((struct endpoint *)one->object);
    }
}

static void answer_insert_locked(struct thread *server, struct outgoing_call *answer, struct thread *caller) {
    struct charge charge = message_charge(answer);
    for (unsigned i = 0; i < answer->descriptor_count; i++) {
        struct outgoing *one = &answer->descriptors[i];
        uint64_t value = table_insert_locked(caller->process, one->object, SLOT_STRONG, one->rights, nullptr);
        show_received(caller, i, value, one);
    }
    answer_moves_locked(server, answer);
    quota_uncharge(server->process->quota, &charge);
    answer->descriptor_count = 0;
}

status_t message_answer_locked(struct thread *server, struct outgoing_call *answer, struct thread *caller) {
    if (answer->descriptor_count == 0)
        return STATUS_OK;
    struct process *from = server->process, *to = caller->process;
    lock_acquire_pair(&from->object.lock, &to->object.lock);
    status_t status = accept_locked(to, answer, caller->call.offer_slots, caller->call.offer_bytes);
    if (status == STATUS_OK)
        answer_insert_locked(server, answer, caller);
    lock_release_pair(&from->object.lock, &to->object.lock);
    return status;
}

// The move is final: the server's slot becomes strong, the sender's goes.
static void settle_one_locked(struct process *sender, struct outgoing *one, struct slot *slot) {
    bool served = endpoint_is_served_by(tag_type(one->slot->tag), tag_rights(one->slot->tag));
    slot->peer = nullptr;
    slot->peer_process = nullptr;
    slot_set_kind_locked(slot, SLOT_STRONG);
    slot_free_locked(sender, one->slot);
    if (served && !endpoint_is_served_by((enum object_type)one->object->type, one->rights))
        endpoint_server_remove((struct endpoint *)one->object);
}

// False: the server's slot is being closed (released, or its process ends), and the move is on its way back.
static bool settle_or_leave(struct process *sender, struct process *server, struct outgoing *one) {
    lock_acquire_pair(&sender->object.lock, &server->object.lock);
    struct slot *slot = table_slot(server, one->received_index);
    bool ours = slot && tag_generation(slot->tag) == tag_generation(one->received_tag);
    bool settled = ours && slot->tag == one->received_tag;
    if (settled)
        settle_one_locked(sender, one, slot);
    lock_release_pair(&sender->object.lock, &server->object.lock);
    if (settled) {
        struct charge charge = object_charge(one->object);
        quota_uncharge(sender->quota, &charge);
        object_put(&sender->object);
    }
    return settled || !ours;
}

void message_settle_locked(struct thread *caller) {
    struct outgoing_call *call = &caller->call;
    unsigned left = 0;
    for (unsigned i = 0; i < call->descriptor_count; i++) {
        struct outgoing one = call->descriptors[i];
        if (one.move && !settle_or_leave(caller->process, call->server_process, &one))
            call->descriptors[left++] = one;
    }
    call->descriptor_count = left;
}

bool message_in_transit(const struct thread *caller) {
    for (unsigned i = 0; i < caller->call.descriptor_count; i++) {
        if (caller->call.descriptors[i].move)
            return true;
    }
    return false;
}

// The server's slot of a move, marked, with the tag to close it with; nullptr when it is back already. A
// server that ended has given all back and may have no table any more.
static struct slot *transit_mark(struct process *server, const struct outgoing *one, uint64_t *tag) {
    lock_acquire(&server->object.lock);
    struct slot *slot = table_slot(server, one->received_index);
    if (slot && tag_generation(slot->tag) != tag_generation(one->received_tag))
        slot = nullptr;
    if (slot && slot->tag == one->received_tag)
        slot_mark_closing_locked(slot);
    if (slot)
        *tag = slot->tag;
    lock_release(&server->object.lock);
    return slot;
}

void message_give_back_begin_locked(struct thread *caller) {
    const struct outgoing_call *call = &caller->call;
    uint64_t tag;
    for (unsigned i = 0; i < call->descriptor_count; i++) {
        if (call->descriptors[i].move)
            (void)transit_mark(call->server_process, &call->descriptors[i], &tag);
    }
}

bool message_give_back_step(struct thread *caller) {
    struct outgoing_call *call = &caller->call;
    while (call->descriptor_count > 0) {
        struct outgoing *one = &call->descriptors[call->descriptor_count - 1];
        uint64_t tag;
        struct slot *slot = one->move ? transit_mark(call->server_process, one, &tag) : nullptr;
        if (slot) {
            (void)slot_close_step(call->server_process, slot, tag);
            return false;
        }
        call->descriptor_count--;
    }
    object_put(&call->server_process->object);
    return true;
}
