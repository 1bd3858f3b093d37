// SPDX-License-Identifier: MIT
//
// Messages between threads: the descriptors and ranges they carry, and their delivery.
//
// A call's descriptors leave the sender's table when the call is made (TRANSIT_OUT), enter the receiver's at
// delivery (TRANSIT_IN) and become the receiver's own at the answer; whatever else happens gives them back.
// Locks: endpoint, then both processes by address.
#pragma once
#include "ipc/event.h"
#include "object/thread.h"

// Reads the sender's part of the message page into call->descriptors and ranges, once, and checks it. On
// success moved slots are TRANSIT_OUT and clones are paid. No lock held.
status_t message_take(struct thread *sender, uint64_t header, bool is_call, struct outgoing_call *out);
// Undoes message_take for a message that was not delivered.
void message_put_back(struct thread *sender, struct outgoing_call *out);

// Delivers the call of `caller` to `receiver`, both stopped; endpoint's lock held. On success the receiver
// has its results and must be woken; on failure (NOT_OFFERED; RESTART while its storage is on the way back)
// nothing has changed.
status_t message_deliver_locked(struct thread *receiver, struct thread *caller);
// An event.
void message_event_locked(struct thread *receiver, const struct event *event);
// Bits of the bound notification.
void message_notified_locked(struct thread *receiver, uint64_t bits);
// Moves the descriptors of an answer from server to caller; endpoint's lock held. On failure nothing has
// changed.
status_t message_answer_locked(struct thread *server, struct outgoing_call *answer, struct thread *caller);
// The call was answered: what was in transit is the server's now. What the server is giving back at this
// moment stays in the call, for message_give_back_step.
void message_settle_locked(struct thread *caller);
bool message_in_transit(const struct thread *caller);
// The answer gives all back: from now on the server finds none of it in its table. Endpoint's lock held.
void message_give_back_begin_locked(struct thread *caller);
// One step of giving back what is in transit; true when all is back, and then the reference to the server
// process is put. No lock held.
bool message_give_back_step(struct thread *caller);
