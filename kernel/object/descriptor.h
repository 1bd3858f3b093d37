// SPDX-License-Identifier: MIT
//
// Descriptor tables. A value is 24 bits of index and 40 of generation; the slot's tag holds generation, type,
// kind and rights in one atomic word, so a lookup needs no lock: it reads the tag, then the object, then the
// tag again. What a lookup returns is good until the kernel is left (storage is not reused before); whoever
// acts on it locks and compares the tag once more.
//
// Slots are grouped in pages that the process pays for and keeps until it ends. A slot whose generation is
// used up is retired.
#pragma once
#include "object/object.h"
#include <base/list.h>

struct process;
struct thread;

enum slot_kind {
    SLOT_FREE = 0,
    SLOT_STRONG = 1,
    SLOT_WEAK = 2,
    SLOT_BORROWED = 3,    // kept for leases
    SLOT_TRANSIT_IN = 4,  // received in a call that this process has not answered
    SLOT_TRANSIT_OUT = 5, // sent in a call that is not answered
    SLOT_CLOSING = 6,     // being released, nobody finds it
    SLOT_RESERVED = 7,    // a transfer will fill it
};

// The first bit of each part of a slot's tag; a part ends where the next begins. A debugger reads them, too.
enum tag_part {
    TAG_RIGHTS = 0,
    TAG_KIND = 16,
    TAG_TYPE = 20,
    TAG_GENERATION = 24,
};

struct slot {
    _Atomic uint64_t tag; // parts: enum tag_part; changed under the process lock
    struct object *_Atomic object;
    uint64_t serial;      // of the object; what a weak one compares
    struct list mappings; // made through it; under the process lock
    // Under the process lock. TRANSIT_IN: the sender's slot (and its process); FREE: the next free slot.
    struct slot *peer;
    struct process *peer_process; // holds a reference
    uint32_t index : 24;          // immutable
    uint32_t closing_kind : 8;    // CLOSING: what it was
    uint32_t mapping_count;       // length of mappings
};

// What a lookup found.
struct handle {
    struct object *object;
    uint64_t value;
    uint64_t tag; // as it was read
    struct slot *slot;
};

#define LOOKUP_WEAK         0x1u
#define LOOKUP_TRANSIT_SENT 0x2u
#define LOOKUP_STRONG_ONLY  0x4u

// The one lookup. Errors in this order: BAD_DESCRIPTOR, WRONG_TYPE, IN_TRANSIT, WRONG_KIND, NO_RIGHT.
status_t descriptor_lookup(struct process *process, uint64_t value, uint32_t type_mask, uint64_t rights,
                           uint32_t accept, struct handle *out);

static inline enum slot_kind tag_kind(uint64_t tag) {
    return (enum slot_kind)(tag >> TAG_KIND & 0xf);
}
static inline enum object_type tag_type(uint64_t tag) {
    return (enum object_type)(tag >> TAG_TYPE & 0xf);
}
static inline uint64_t tag_rights(uint64_t tag) {
    return tag >> TAG_RIGHTS & 0xffff;
}
static inline uint64_t tag_generation(uint64_t tag) {
    return tag >> TAG_GENERATION;
}

static inline enum slot_kind handle_kind(const struct handle *handle) {
    return tag_kind(handle->tag);
}
static inline uint64_t handle_rights(const struct handle *handle) {
    return tag_rights(handle->tag);
}
// Is the slot still what the lookup saw? Under the process lock, or after publishing a wait (see
// thread_block_locked).
bool handle_is_current(const struct handle *handle);

struct descriptor_table {
    struct slot **pages;   // a page of pointers to pages of slots
    uint32_t populated;    // slots that exist
    _Atomic uint32_t used; // reports read it without the lock
    uint32_t free_count;
    struct slot *free;
};

#define SLOTS_PER_PAGE (PAGE_SIZE / sizeof(struct slot))

// All of the following: caller holds the process lock.

// Makes sure that `count` slots can be taken; pays for table pages. TABLE_FULL, NO_QUOTA, RESTART.
status_t table_reserve_locked(struct process *process, uint32_t count);
// Takes a free slot, which must have been reserved, and fills it. The object's strong count and the charge
// are the caller's.
uint64_t table_insert_locked(struct process *process, struct object *object, enum slot_kind kind,
                             uint64_t rights, struct slot **slot);
// Changes the kind of a slot in use.
void slot_set_kind_locked(struct slot *slot, enum slot_kind kind);
// Frees a slot: generation up.
void slot_free_locked(struct process *process, struct slot *slot);
struct slot *table_slot(struct process *process, uint32_t index);
uint64_t slot_value(const struct slot *slot);

// A new strong descriptor in two parts, under one hold of the process lock: first all that can fail, then
// what cannot.
status_t descriptor_prepare_locked(struct process *process, uint32_t slots, const struct charge *charge);
uint64_t descriptor_commit_locked(struct process *process, struct object *object, uint64_t rights);
// The same for an object whose strong count was raised by object_try_retain().
uint64_t descriptor_commit_retained_locked(struct process *process, struct object *object, uint64_t rights);
// What descriptor_prepare_locked paid is not needed after all (slots stay free).
void descriptor_unprepare(struct process *process, const struct charge *charge);

// From now on nobody finds the slot; false if somebody else closes it already.
bool slot_mark_closing_locked(struct slot *slot);

// Closes a slot that was marked: one bounded step; true when done. `tag` is the slot's tag after the mark:
// several may close the same slot together, and who comes after the last step finds another tag. No lock
// held.
bool slot_close_step(struct process *process, struct slot *slot, uint64_t tag);
// The first part of closing: removes what hangs under the slot (mappings, waits), a step at a time; true when
// nothing does.
bool slot_strip_step(struct process *process, struct slot *slot);
