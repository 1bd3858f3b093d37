// SPDX-License-Identifier: MIT
//
// Objects: creation from slabs, the two counts, and the dispatch of what happens when the last strong
// descriptor goes.

#include <arch/cpu.h>
#include <kernel/panic.h>
#include "memory/slab.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/object.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/scheduler.h"

// 1 is the root quota.
static _Atomic uint64_t next_serial = 2;

void *object_create(enum object_type type, enum lock_class class) {
    struct object *object = slab_alloc(object_record(type));
    object->type = (uint8_t)type;
    atomic_init(&object->ended, false);
    atomic_init(&object->strong, 0);
    atomic_init(&object->references, 1);
    lock_init(&object->lock, class);
    atomic_store_explicit(&object->serial, atomic_fetch_add(&next_serial, 1), memory_order_release);
    return object;
}

void object_retain(struct object *object) {
    atomic_fetch_add_explicit(&object->strong, 1, memory_order_relaxed);
}

// The storage of a weak descriptor's object may hold another object by now: the serial is compared before and
// after the count is raised. A count that was raised on a stranger is lowered again; it was above 0, so that
// ends nothing that lives.
bool object_try_retain(struct object *object, uint64_t serial) {
    unsigned strong = atomic_load(&object->strong);
    do {
        if (strong == 0 || !object_matches(object, serial))
            return false;
    } while (!atomic_compare_exchange_weak(&object->strong, &strong, strong + 1));
    return true;
}

// The last strong descriptor is gone.
static void object_end(struct object *object) {
    unsigned priority = scheduler_current_priority();
    switch ((enum object_type)object->type) {
    case OBJECT_MEMORY:
        memory_end((struct memory *)object, priority);
        return; // gives its storage back itself, in its job
    case OBJECT_SPACE:
        space_end((struct space *)object, priority);
        return;
    case OBJECT_PROCESS:
        // Only one that was never started, or has ended; a running one holds itself.
        process_end((struct process *)object, END_KILLED, 0, 0, 0, priority);
        break;
    case OBJECT_THREAD:
        thread_end_unstarted((struct thread *)object);
        break;
    case OBJECT_ENDPOINT:
        endpoint_end((struct endpoint *)object, priority);
        return;
    case OBJECT_BADGE:
        badge_end((struct badge *)object);
        break;
    case OBJECT_REPLY:
        reply_end((struct reply *)object);
        break;
    case OBJECT_NOTIFICATION:
        notification_end((struct notification *)object);
        break;
    case OBJECT_INTERRUPT:
        interrupt_end((struct interrupt *)object);
        break;
    case OBJECT_LEASE:
    case OBJECT_QUOTA:
    case OBJECT_PLATFORM:
    case OBJECT_TYPE_COUNT:
        break;
    }
    object_put(object);
}

static void announce(struct object *object) {
    object->announced = true;
    quota_returning(object->payer, &object->charge);
}

// Storage that others can keep from being freed for as long as they like: a process by its space, which
// others may hold, an endpoint by processes that it supervises. Its charge counts as returning only when it
// is retired; before, a charge that needs it is refused, because waiting for it might never end.
static bool may_be_pinned(const struct object *object) {
    return object->type == OBJECT_PROCESS || object->type == OBJECT_ENDPOINT;
}

// Until an event about it was heard, a badge's storage is paid as a place of its endpoint; a holder is free
// at once.
static bool storage_is_paid_elsewhere(const struct object *object) {
    return object->type == OBJECT_BADGE && atomic_load(&((const struct badge *)object)->endpoint);
}

void object_release(struct object *object, struct quota *payer) {
    struct charge charge = object_charge(object);
    // Acquire and release: the last one sees what the others did.
    unsigned strong = atomic_fetch_sub_explicit(&object->strong, 1, memory_order_acq_rel);
    ASSERT(strong > 0);
    if (strong > 1 || storage_is_paid_elsewhere(object)) {
        quota_uncharge(payer, &charge);
    } else {
        object_get(&payer->object);
        object->payer = payer;
        object->charge = charge;
        if (!may_be_pinned(object))
            announce(object);
    }
    if (strong == 1) {
        atomic_store(&object->ended, true);
        object_end(object);
    }
}

void object_get(struct object *object) {
    atomic_fetch_add_explicit(&object->references, 1, memory_order_relaxed);
}

// What the record itself refers to.
static void put_links(struct object *object) {
    switch ((enum object_type)object->type) {
    case OBJECT_SPACE:
        object_put(&((struct space *)object)->process->object);
        return;
    case OBJECT_THREAD:
        object_put(&((struct thread *)object)->process->object);
        return;
    case OBJECT_PROCESS:
        process_put_links((struct process *)object);
        return;
    case OBJECT_QUOTA:
        object_put(&((struct quota *)object)->parent->object);
        return;
    default:
        return;
    }
}

static void object_storage_free(struct retired *retired) {
    struct object *object = container_of(retired, struct object, retired);
    put_links(object);
    struct quota *payer = object->payer;
    struct charge charge = object->charge;
    slab_free(object_record((enum object_type)object->type), object);
    if (payer) {
        quota_returned(payer, &charge);
        object_put(&payer->object);
    }
}

void object_put(struct object *object) {
    unsigned references = atomic_fetch_sub_explicit(&object->references, 1, memory_order_acq_rel);
    ASSERT(references > 0);
    if (references > 1)
        return;
    if (object->payer && !object->announced)
        announce(object);
    reclaim_retire(&object->retired, object_storage_free);
}

bool object_is_alive(const struct object *object) {
    return !atomic_load(&object->ended);
}

bool object_matches(const struct object *object, uint64_t serial) {
    return atomic_load(&object->serial) == serial && object_is_alive(object);
}

struct charge object_charge(const struct object *object) {
    if (object->type == OBJECT_MEMORY) {
        const struct memory *memory = (const struct memory *)object;
        return memory->is_physical ? charge_records(RECORD_MEMORY, 1) : memory_charge(memory->pages);
    }
    struct charge charge = charge_records(object_record((enum object_type)object->type), 1);
    if (object->type == OBJECT_ENDPOINT)
        charge.records[RECORD_BADGE] = ((const struct endpoint *)object)->places;
    return charge;
}
