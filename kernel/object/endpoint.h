// SPDX-License-Identifier: MIT
//
// Endpoint and badge: the rendezvous of calls. Threads that call wait in `callers`, threads that receive in
// `receivers`, of which one at least is always empty; events stand before callers. The endpoint outlives its
// servers: only when no strong descriptor with the right to receive is left do callers get NO_SERVER.
#pragma once
#include <base/avl.h>
#include "ipc/event.h"
#include "object/object.h"
#include "sched/job.h"

struct thread;

struct endpoint {
    struct object object; // object.lock guards all below, and the state of threads that wait here
    struct list callers;
    struct list receivers;
    struct list events;
    struct list delivered; // callers whose call was received and is not answered
    struct avl badges;     // by value
    uint32_t places;       // immutable
    uint32_t places_used;
    atomic_uint servers; // strong descriptors with the right to receive
    struct job job; // wakes the callers when no server is left, or at the end; holds a reference while queued
};

struct badge {
    struct object object;
    struct endpoint
        *_Atomic endpoint; // holds a reference; nullptr when that has ended or the place is free again
    uint64_t value;        // immutable
    // Under the endpoint's lock.
    struct avl_node node;
    struct list calls; // outgoing calls through it
    bool destroyed;
    struct event closed;
    struct job job; // badge_destroy: cancels the calls; holds a reference while queued
};

// Does a strong descriptor of this type and these rights count among the servers of its endpoint?
static inline bool endpoint_is_served_by(enum object_type type, uint64_t rights) {
    return type == OBJECT_ENDPOINT && rights & RIGHT_ENDPOINT_RECEIVE;
}

struct endpoint *endpoint_create(uint32_t places);
// Endpoint's lock held: may a badge of this value be made (BAD_DESCRIPTOR when the endpoint has ended,
// DUPLICATE, NO_PLACE), and make it.
status_t badge_check_locked(struct endpoint *endpoint, uint64_t value) LOCK_HELD(endpoint->object.lock);
struct badge *badge_create_locked(struct endpoint *endpoint, uint64_t value) LOCK_HELD(endpoint->object.lock);
// The server ends the badge: its calls end with CANCELLED. DEAD if there is none.
status_t badge_destroy(struct endpoint *endpoint, uint64_t value);
// The last descriptor went.
void badge_end(struct badge *badge);
void endpoint_end(struct endpoint *endpoint, unsigned priority);
// A strong descriptor with the right to receive was made or went.
void endpoint_server_add(struct endpoint *endpoint);
void endpoint_server_remove(struct endpoint *endpoint);
// Posts an event; a waiting receiver gets it. No lock held.
void endpoint_post(struct endpoint *endpoint, struct event *event);
