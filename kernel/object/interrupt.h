// SPDX-License-Identifier: MIT
//
// One interrupt line. It is masked when it fires and unmasked by its driver's acknowledgement, so a line that
// screams costs its driver and nobody else.
#pragma once
#include <base/list.h>
#include "object/object.h"

struct notification;

struct interrupt {
    struct object object;                      // object.lock guards all below
    unsigned line;                             // immutable
    struct notification *_Atomic notification; // bound to; no reference: its end unbinds
    uint64_t bits;
    struct list link; // in notification->interrupts, under the notification's lock
    bool pending_ack;
};

// Claims and opens the line, masked: TAKEN when it belongs to somebody; OUT_OF_RANGE when there is no such
// line. After success interrupt_create() makes the object, which cannot fail.
status_t interrupt_open(unsigned line, uint64_t flags);
struct interrupt *interrupt_create(unsigned line);
status_t interrupt_bind(struct interrupt *interrupt, struct notification *notification, uint64_t bits);
status_t interrupt_ack(struct interrupt *interrupt);
void interrupt_unbind_all(struct notification *notification);
void interrupt_end(struct interrupt *interrupt);
// The line fired.
void interrupt_fire(unsigned line);
