// SPDX-License-Identifier: MIT
//
// Copies between a server and what a caller lent it for the call.

#include <base/types.h>
#include "ipc/call.h"
#include "ipc/lend.h"
#include "memory/user.h"
#include "object/process.h"

static status_t lent_check(const struct thread *caller, const struct lent_request *request) {
    if (request->range >= caller->call.range_count)
        return STATUS_OUT_OF_RANGE;
    const struct lent_range *range = &caller->call.ranges[request->range];
    if (!range_within(request->offset, request->length, range->length))
        return STATUS_OUT_OF_RANGE;
    return range->flags & (request->write ? RANGE_WRITE : RANGE_READ) ? STATUS_OK : STATUS_LENT_FAULT;
}

// The endpoint's lock is held, so the caller stays where it is and its space stays whole.
static status_t lent_copy(struct thread *self, struct thread *caller, const struct lent_request *request,
                          uint64_t *copied) {
    status_t status = lent_check(caller, request);
    if (status != STATUS_OK)
        return status;
    struct space *mine = self->process->space, *theirs = caller->process->space;
    uint64_t there = caller->call.ranges[request->range].address + request->offset;
    size_t done;
    bool fault_in_from;
    if (request->write)
        status =
            user_copy_across(theirs, there, mine, request->buffer, request->length, &done, &fault_in_from);
    else
        status =
            user_copy_across(mine, request->buffer, theirs, there, request->length, &done, &fault_in_from);
    *copied = done;
    bool fault_is_theirs = fault_in_from != request->write;
    return status != STATUS_OK && fault_is_theirs ? STATUS_LENT_FAULT : status;
}

status_t lend_copy(struct thread *self, struct reply *kept, const struct lent_request *request,
                   uint64_t *copied) {
    struct thread *caller = call_lock(kept ? &kept->caller : &self->pending);
    if (!caller)
        return call_missing(kept ? &kept->gone : &self->gone);
    struct object *endpoint = atomic_load(&caller->waiting_at);
    status_t status = lent_copy(self, caller, request, copied);
    lock_release_found(&endpoint->lock);
    return status;
}
