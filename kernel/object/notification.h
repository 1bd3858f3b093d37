// SPDX-License-Identifier: MIT
//
// 64 signal bits, a timer, one waiting thread, one bound thread, and the interrupts that raise bits here.
// Who is woken when: tests/models/wait.pml, a model that is searched in every state.
#pragma once
#include <base/list.h>
#include "object/object.h"
#include "sched/timer.h"

struct thread;

struct notification {
    struct object object; // object.lock guards all below
    uint64_t bits;
    struct thread *waiter;
    struct thread *bound;
    struct list interrupts;
    struct timer timer;
    uint64_t timer_bits; // 0: not set, or fired
};

struct notification *notification_create(void);
void notification_signal(struct notification *notification, uint64_t bits);
// Takes the bits of the mask that are raised.
uint64_t notification_take_locked(struct notification *notification, uint64_t mask);
// Ends a thread's binding, if it has one.
void notification_unbind(struct thread *thread);
void notification_end(struct notification *notification);
