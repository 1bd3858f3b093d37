// SPDX-License-Identifier: MIT
//
// Calls, receives, replies: the states of the threads that take part.
#pragma once
#include "object/endpoint.h"
#include "object/thread.h"

// A fault of the current thread goes to its process's supervisor as a call; without one the process ends.
void call_fault(struct thread *thread, uint64_t label, const uint64_t words[4]);
// Ends the wait of a caller (queued or delivered), descriptors given back first. Endpoint's lock held.
void call_cancel_locked(struct endpoint *endpoint, struct thread *caller, status_t status);
// The thread ends, and owes an answer.
void call_drop_pending(struct thread *server, status_t status);
// All calls that a process received and has not answered end with the status.
void reply_drop(struct reply *reply, status_t status);
// The endpoint that a caller called, locked, if its call is still the one in *place; nullptr: it is gone.
struct endpoint *call_lock(struct thread *_Atomic *place, struct thread **caller);
