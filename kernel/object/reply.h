// SPDX-License-Identifier: MIT
//
// A reply object keeps one received call, to be answered later by any thread of the process. Releasing it
// with a call in it tells the caller DROPPED.
#pragma once
#include "object/object.h"

struct thread;

struct reply {
    struct object object;
    struct thread *_Atomic caller; // changed under the lock of the endpoint that the caller called
    atomic_bool gone;              // that caller gave up before the answer
};

struct reply *reply_create(void);
void reply_end(struct reply *reply);
