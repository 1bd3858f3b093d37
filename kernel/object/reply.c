// SPDX-License-Identifier: MIT
//
// Reply objects.

#include "ipc/call.h"
#include "object/reply.h"

struct reply *reply_create(void) {
    return object_create(OBJECT_REPLY, LOCK_NOTIFICATION);
}

void reply_end(struct reply *reply) {
    reply_drop(reply, STATUS_DROPPED);
}
