// SPDX-License-Identifier: MIT
//
// Calls, receives, replies: the states of the threads that take part. The caller's call stands in its own
// struct thread: in the endpoint's queue (CALLING), then in a server thread's own slot or a reply object
// (AWAITING), until an answer or a cancel. All of these changes happen under the lock of the endpoint that
// was called. tests/models/call.pml is a model of this that is searched in every state.
#pragma once
#include "object/endpoint.h"
#include "object/reply.h"
#include "object/thread.h"

// The bodies of call, receive and reply, for the current thread. `target` is an endpoint or a badge.
status_t call_send(struct thread *self, const struct handle *target, uint64_t header, uint64_t deadline);
// Reads what the thread offers to accept in what it receives next; comes before call_receive().
status_t call_offer(struct thread *self);
status_t call_receive(struct thread *self, const struct handle *endpoint, uint64_t deadline);
// `kept` is nullptr for the call in the thread's own slot.
status_t call_answer(struct thread *self, struct reply *kept, uint64_t header);
status_t call_keep(struct thread *self, struct reply *reply);

// A fault of the current thread goes to its process's supervisor as a call; without one the process ends.
void call_fault(struct thread *thread, uint64_t label, const uint64_t words[4]);
// Ends the wait of a caller, queued or delivered; its descriptors are given back before it runs. Endpoint's
// lock held.
void call_cancel_locked(struct endpoint *endpoint, struct thread *caller, status_t status);
// The thread ends, and owes an answer: its caller gets the status.
void call_drop_pending(struct thread *server, status_t status);
// The call that a reply object keeps ends with the status.
void reply_drop(struct reply *reply, status_t status);
// The caller whose call stands in *place, with the lock of what it waits at (the endpoint that it called)
// held; nullptr: there is none (any more).
struct thread *call_lock(struct thread *_Atomic *place);
// Why there is none: CALLER_GONE when it gave up (`gone` of the thread or reply object), else NO_CALL.
status_t call_missing(const atomic_bool *gone);
