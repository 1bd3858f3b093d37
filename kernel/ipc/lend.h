// SPDX-License-Identifier: MIT
//
// Ranges that a caller lends for the time of a call: described in its message page, reached by the server
// through kernel copies only, with the caller's rights.
#pragma once
#include "object/reply.h"
#include "object/thread.h"

struct lent_request {
    uint64_t range, offset, buffer, length;
    bool write; // into the caller's range
};

// Copies between the current thread and the caller that it owes an answer; `kept` is nullptr for the one in
// the thread's own slot. OUT_OF_RANGE; BAD_ADDRESS in the server's memory, LENT_FAULT in the caller's:
// *copied is what was done until then; CALLER_GONE, NO_CALL.
status_t lend_copy(struct thread *self, struct reply *kept, const struct lent_request *request,
                   uint64_t *copied);
