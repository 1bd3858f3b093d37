// SPDX-License-Identifier: MIT
//
// Endpoints and badges: who may serve, who may call, and how both end. The calls themselves are in ipc/.

#include <base/types.h>
#include "ipc/call.h"
#include "ipc/message.h"
#include "object/endpoint.h"
#include "object/thread.h"
#include "sched/scheduler.h"

#define WAKE_STEP 32 // callers woken in one step

static bool endpoint_job(struct job *job);
static bool badge_job(struct job *job);
static void closed_taken(struct event *event);

struct endpoint *endpoint_create(uint32_t places) {
    struct endpoint *endpoint = object_create(OBJECT_ENDPOINT, LOCK_ENDPOINT);
    list_init(&endpoint->callers);
    list_init(&endpoint->receivers);
    list_init(&endpoint->events);
    list_init(&endpoint->delivered);
    avl_init(&endpoint->badges);
    endpoint->places = places;
    job_init(&endpoint->job, endpoint_job);
    return endpoint;
}

void endpoint_server_add(struct endpoint *endpoint) {
    atomic_fetch_add(&endpoint->servers, 1);
}

// Takes over a reference of the caller's. Each entry in the queue has its own, so the last server and the
// last descriptor may go at a time on two CPUs, while the job runs on a third (tests/models/ends.pml).
static void wake_later(struct endpoint *endpoint, unsigned priority) {
    if (!job_queue(&endpoint->job, priority))
        object_put(&endpoint->object);
}

void endpoint_server_remove(struct endpoint *endpoint) {
    if (atomic_fetch_sub(&endpoint->servers, 1) != 1)
        return;
    object_get(&endpoint->object);
    wake_later(endpoint, scheduler_current_priority());
}

// The reference for being alive goes to the job.
void endpoint_end(struct endpoint *endpoint, unsigned priority) {
    wake_later(endpoint, priority);
}

static bool cancel_some_locked(struct endpoint *endpoint, struct list *queue, status_t status) {
    for (unsigned i = 0; i < WAKE_STEP && !list_is_empty(queue); i++)
        call_cancel_locked(endpoint, list_first(queue, struct thread, queue), status);
    return list_is_empty(queue);
}

static bool drop_events_locked(struct endpoint *endpoint) {
    for (unsigned i = 0; i < WAKE_STEP; i++) {
        struct list *link = list_pop_front(&endpoint->events);
        if (!link)
            return true;
        struct event *event = list_entry(link, struct event, link);
        event->taken(event);
    }
    return false;
}

// The badges of an endpoint that ended name nothing any more, so that who holds them does not keep its
// storage.
static bool detach_some_locked(struct endpoint *endpoint) {
    struct avl_node *node;
    for (unsigned i = 0; i < WAKE_STEP && (node = avl_first(&endpoint->badges)); i++) {
        struct badge *badge = avl_entry(node, struct badge, node);
        avl_remove(&endpoint->badges, node);
        atomic_store(&badge->endpoint, nullptr);
        object_put(&endpoint->object);
    }
    return avl_first(&endpoint->badges) == nullptr;
}

// No server is left: callers that wait get NO_SERVER. No strong descriptor at all: calls that were received
// cannot be answered sensibly either (SERVER_DIED, since what they ask for may have been done), and events
// have no reader.
static bool wake_step(struct endpoint *endpoint) {
    bool done = true;
    lock_acquire(&endpoint->object.lock);
    bool ended = !object_is_alive(&endpoint->object);
    if (ended || atomic_load(&endpoint->servers) == 0)
        done = cancel_some_locked(endpoint, &endpoint->callers, STATUS_NO_SERVER);
    if (done && ended)
        done = cancel_some_locked(endpoint, &endpoint->delivered, STATUS_SERVER_DIED) &&
               drop_events_locked(endpoint) && detach_some_locked(endpoint);
    lock_release(&endpoint->object.lock);
    return done;
}

static bool endpoint_job(struct job *job) {
    struct endpoint *endpoint = container_of(job, struct endpoint, job);
    if (wake_step(endpoint))
        object_put(&endpoint->object);
    else
        wake_later(endpoint, scheduler_current_priority());
    return true;
}

static bool value_before(const struct avl_node *a, const struct avl_node *b) {
    return avl_entry_const(a, struct badge, node)->value < avl_entry_const(b, struct badge, node)->value;
}

static bool is_below(const struct avl_node *node, uint64_t value) {
    return avl_entry_const(node, struct badge, node)->value < value;
}

static struct badge *badge_find_locked(struct endpoint *endpoint, uint64_t value) {
    struct avl_node *node = avl_find_from(&endpoint->badges, is_below, value);
    struct badge *badge = node ? avl_entry(node, struct badge, node) : nullptr;
    return badge && badge->value == value ? badge : nullptr;
}

status_t badge_check_locked(struct endpoint *endpoint, uint64_t value) {
    if (!object_is_alive(&endpoint->object))
        return STATUS_BAD_DESCRIPTOR;
    if (badge_find_locked(endpoint, value))
        return STATUS_DUPLICATE;
    return endpoint->places_used < endpoint->places ? STATUS_OK : STATUS_NO_PLACE;
}

struct badge *badge_create_locked(struct endpoint *endpoint, uint64_t value) {
    struct badge *badge = object_create(OBJECT_BADGE, LOCK_NOTIFICATION);
    object_get(&endpoint->object);
    badge->endpoint = endpoint;
    badge->value = value;
    list_init(&badge->calls);
    list_init(&badge->closed.link);
    badge->closed.label = EVENT_BADGE_CLOSED;
    badge->closed.badge_value = value;
    badge->closed.taken = closed_taken;
    job_init(&badge->job, badge_job);
    endpoint->places_used++;
    avl_insert(&endpoint->badges, &badge->node, value_before);
    return badge;
}

// Frees the badge's place; endpoint's lock held.
static void leave_locked(struct endpoint *endpoint, struct badge *badge) {
    avl_remove(&endpoint->badges, &badge->node);
    atomic_store(&badge->endpoint, nullptr);
    endpoint->places_used--;
    object_put(&endpoint->object);
}

// The server heard it, or will never hear.
static void closed_taken(struct event *event) {
    struct badge *badge = container_of(event, struct badge, closed);
    leave_locked(atomic_load(&badge->endpoint), badge);
    object_put(&badge->object);
}

// The endpoint of a badge, locked; nullptr when it has ended.
LOCK_UNSEEN static struct endpoint *badge_lock(struct badge *badge) {
    struct endpoint *endpoint = atomic_load(&badge->endpoint);
    if (!endpoint)
        return nullptr;
    lock_acquire(&endpoint->object.lock);
    if (atomic_load(&badge->endpoint) == endpoint)
        return endpoint;
    lock_release(&endpoint->object.lock);
    return nullptr;
}

static void post_locked(struct endpoint *endpoint, struct event *event) {
    struct list *link = list_pop_front(&endpoint->receivers);
    if (link) {
        struct thread *receiver = list_entry(link, struct thread, queue);
        message_event_locked(receiver, event);
        thread_wake_locked(receiver);
        event->taken(event);
    } else if (!object_is_alive(&endpoint->object)) {
        event->taken(event);
    } else {
        list_push_back(&endpoint->events, &event->link);
    }
}

void endpoint_post(struct endpoint *endpoint, struct event *event) {
    lock_acquire(&endpoint->object.lock);
    post_locked(endpoint, event);
    lock_release(&endpoint->object.lock);
}

// The last descriptor went. A badge that the server destroyed before is not announced.
void badge_end(struct badge *badge) {
    struct endpoint *endpoint = badge_lock(badge);
    if (!endpoint)
        return;
    if (badge->destroyed) {
        leave_locked(endpoint, badge);
    } else {
        object_get(&badge->object);
        post_locked(endpoint, &badge->closed);
    }
    lock_release_found(&endpoint->object.lock);
}

static bool badge_job(struct job *job) {
    struct badge *badge = container_of(job, struct badge, job);
    struct endpoint *endpoint = badge_lock(badge);
    bool done = true;
    if (endpoint) {
        for (unsigned i = 0; i < WAKE_STEP && !list_is_empty(&badge->calls); i++) {
            struct thread *caller = list_first(&badge->calls, struct thread, call.badge_link);
            call_cancel_locked(endpoint, caller, STATUS_CANCELLED);
        }
        done = list_is_empty(&badge->calls);
        lock_release_found(&endpoint->object.lock);
    }
    if (done)
        object_put(&badge->object);
    return done;
}

status_t badge_destroy(struct endpoint *endpoint, uint64_t value) {
    lock_acquire(&endpoint->object.lock);
    struct badge *badge = badge_find_locked(endpoint, value);
    bool alive = badge && !badge->destroyed && object_is_alive(&badge->object);
    if (alive) {
        badge->destroyed = true;
        object_get(&badge->object);
    }
    lock_release(&endpoint->object.lock);
    if (alive)
        job_queue(&badge->job, scheduler_current_priority());
    return alive ? STATUS_OK : STATUS_DEAD;
}
