// SPDX-License-Identifier: MIT
//
// What every object begins with. Two lifetimes: `strong` counts strong descriptors (what users can see); when
// it falls to 0 the object ends (object_end). `references` counts uses of the storage by the kernel, one of
// them for being alive; when it falls to 0 the storage is retired, and after that its charge is lifted.
//
// Who may call: anybody inside the kernel; object_release() and object_put() with no lock held.
#pragma once
#include <stdatomic.h>
#include <abi/objects.h>
#include <kernel/lock.h>
#include <kernel/types.h>
#include "memory/reclaim.h"
#include "memory/slab.h"
#include "object/charge.h"

struct quota;

struct object {
    // Survives reuse of the storage: the serial number of the last object that lived here. 0: none yet. A
    // weak descriptor compares it; see object_matches().
    _Atomic uint64_t serial;
    void *slab_link;   // used by the slab while the record is free
    uint8_t type;      // enum object_type; immutable while alive
    atomic_bool ended; // set once by object_end, never unset
    atomic_uint strong;
    atomic_uint references;
    struct lock lock;
    // What is paid for the storage until it is free again, by the last holder. Set when the last strong
    // descriptor goes.
    struct quota *payer;
    struct charge charge;
    bool announced; // the charge is counted as returning
    struct retired retired;
};

// The slab's two words.
static_assert(offsetof(struct object, serial) == 0 && offsetof(struct object, type) == SLAB_WORDS);

// A fresh record from its slab, with one reference and no strong descriptor yet. The caller has paid.
void *object_create(enum object_type type, enum lock_class class);

// A further strong descriptor. try_: fails when the object has ended (weak descriptors).
void object_retain(struct object *object);
bool object_try_retain(struct object *object, uint64_t serial);
// A strong descriptor, paid by `payer`, is gone. The charge is lifted now, or with the storage if this was
// the last.
void object_release(struct object *object, struct quota *payer);

// Uses of the storage by the kernel.
void object_get(struct object *object);
void object_put(struct object *object);

bool object_is_alive(const struct object *object);
bool object_matches(const struct object *object, uint64_t serial);

// What one strong descriptor of the object costs. Immutable for an object.
struct charge object_charge(const struct object *object);

static inline enum record_type object_record(enum object_type type) {
    return (enum record_type)(type - 1);
}
