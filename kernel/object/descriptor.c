// SPDX-License-Identifier: MIT
//
// Descriptor tables: the lookup, and the few functions that change slots.

#include <base/types.h>
#include <kernel/panic.h>
#include "ipc/call.h"
#include "memory/page.h"
#include "object/descriptor.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/process.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"

#define GENERATION_MAX 0xffffffffffULL
#define TAG(generation, type, kind, rights)                                                                  \
    ((uint64_t)(generation) << TAG_GENERATION | (uint64_t)(type) << TAG_TYPE |                               \
     (uint64_t)(kind) << TAG_KIND | (uint64_t)(rights) << TAG_RIGHTS)

static_assert(sizeof(struct slot) == 64);

struct slot *table_slot(struct process *process, uint32_t index) {
    struct descriptor_table *table = &process->table;
    if (index >= __atomic_load_n(&table->populated, __ATOMIC_ACQUIRE))
        return nullptr;
    return &table->pages[index / SLOTS_PER_PAGE][index % SLOTS_PER_PAGE];
}

uint64_t slot_value(const struct slot *slot) {
    return tag_generation(slot->tag) << DESCRIPTOR_INDEX_BITS | slot->index;
}

static status_t kind_check(enum slot_kind kind, uint32_t accept) {
    switch (kind) {
    case SLOT_STRONG:
        return STATUS_OK;
    case SLOT_TRANSIT_IN:
        return accept & LOOKUP_STRONG_ONLY ? STATUS_WRONG_KIND : STATUS_OK;
    case SLOT_WEAK:
        return accept & LOOKUP_WEAK ? STATUS_OK : STATUS_WRONG_KIND;
    case SLOT_TRANSIT_OUT:
        return accept & LOOKUP_TRANSIT_SENT ? STATUS_OK : STATUS_IN_TRANSIT;
    default:
        return STATUS_BAD_DESCRIPTOR;
    }
}

status_t descriptor_lookup(struct process *process, uint64_t value, uint32_t type_mask, uint64_t rights,
                           uint32_t accept, struct handle *out) {
    struct slot *slot = table_slot(process, (uint32_t)(value & ((1u << DESCRIPTOR_INDEX_BITS) - 1)));
    if (!slot)
        return STATUS_BAD_DESCRIPTOR;
    // Acquire: the object pointer is read after the tag that vouches for it; the second read shows that it
    // did not change.
    uint64_t tag = atomic_load_explicit(&slot->tag, memory_order_acquire);
    struct object *object = atomic_load_explicit(&slot->object, memory_order_acquire);
    if (tag_generation(tag) != value >> DESCRIPTOR_INDEX_BITS ||
        atomic_load_explicit(&slot->tag, memory_order_relaxed) != tag)
        return STATUS_BAD_DESCRIPTOR;
    enum slot_kind kind = tag_kind(tag);
    if (kind == SLOT_FREE || kind >= SLOT_CLOSING)
        return STATUS_BAD_DESCRIPTOR;
    if (!(type_mask >> tag_type(tag) & 1))
        return STATUS_WRONG_TYPE;
    status_t status = kind_check(kind, accept);
    if (status != STATUS_OK)
        return status;
    if ((tag_rights(tag) & rights) != rights)
        return STATUS_NO_RIGHT;
    *out = (struct handle){.object = object, .value = value, .tag = tag, .slot = slot};
    return STATUS_OK;
}

bool handle_is_current(const struct handle *handle) {
    return atomic_load(&handle->slot->tag) == handle->tag;
}

// Only written under the process lock: no atomic addition is needed.
static void used_change_locked(struct descriptor_table *table, uint32_t by) {
    atomic_store_explicit(&table->used, atomic_load_explicit(&table->used, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

static void slot_push_free(struct descriptor_table *table, struct slot *slot) {
    slot->peer = table->free;
    table->free = slot;
    table->free_count++;
}

static status_t grow_locked(struct process *process) {
    struct descriptor_table *table = &process->table;
    if (table->populated == DESCRIPTORS_PER_PROCESS)
        return STATUS_TABLE_FULL;
    struct charge charge = charge_bytes(PAGE_SIZE);
    status_t status = quota_charge(process->quota, &charge);
    if (status != STATUS_OK)
        return status;
    struct slot *page = page_alloc_paid();
    table->pages[table->populated / SLOTS_PER_PAGE] = page;
    for (uint32_t i = SLOTS_PER_PAGE; i-- > 0;) {
        list_init(&page[i].mappings);
        page[i].index = (table->populated + i) & 0xffffff;
        atomic_init(&page[i].tag, TAG(1, 0, SLOT_FREE, 0));
        slot_push_free(table, &page[i]);
    }
    // Release: a lookup that sees the new size sees the page.
    __atomic_store_n(&table->populated, table->populated + (uint32_t)SLOTS_PER_PAGE, __ATOMIC_RELEASE);
    return STATUS_OK;
}

status_t table_reserve_locked(struct process *process, uint32_t count) {
    while (process->table.free_count < count) {
        status_t status = grow_locked(process);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

uint64_t table_insert_locked(struct process *process, struct object *object, enum slot_kind kind,
                             uint64_t rights, struct slot **out) {
    struct descriptor_table *table = &process->table;
    struct slot *slot = table->free;
    ASSERT(slot && table->free_count > 0);
    table->free = slot->peer;
    table->free_count--;
    used_change_locked(table, 1);
    slot->peer = nullptr;
    slot->peer_process = nullptr;
    slot->serial = object->serial;
    atomic_store_explicit(&slot->object, object, memory_order_relaxed);
    uint64_t generation = tag_generation(slot->tag);
    // Release: who sees the tag sees the object.
    atomic_store_explicit(&slot->tag, TAG(generation, object->type, kind, rights), memory_order_release);
    if (out)
        *out = slot;
    return slot_value(slot);
}

void slot_set_kind_locked(struct slot *slot, enum slot_kind kind) {
    uint64_t tag = slot->tag;
    atomic_store(&slot->tag, TAG(tag_generation(tag), tag_type(tag), kind, tag_rights(tag)));
}

void slot_free_locked(struct process *process, struct slot *slot) {
    struct descriptor_table *table = &process->table;
    ASSERT(list_is_empty(&slot->mappings));
    uint64_t generation = tag_generation(slot->tag);
    used_change_locked(table, -1u);
    atomic_store_explicit(&slot->object, nullptr, memory_order_relaxed);
    // A slot whose generation is used up stays as it is, found by nobody.
    bool last = generation == GENERATION_MAX;
    atomic_store(&slot->tag, TAG(last ? generation : generation + 1, 0, last ? SLOT_CLOSING : SLOT_FREE, 0));
    if (!last)
        slot_push_free(table, slot);
}

status_t descriptor_prepare_locked(struct process *process, uint32_t slots, const struct charge *charge) {
    status_t status = table_reserve_locked(process, slots);
    return status == STATUS_OK ? quota_charge(process->quota, charge) : status;
}

uint64_t descriptor_commit_locked(struct process *process, struct object *object, uint64_t rights) {
    object_retain(object);
    return descriptor_commit_retained_locked(process, object, rights);
}

uint64_t descriptor_commit_retained_locked(struct process *process, struct object *object, uint64_t rights) {
    if (endpoint_is_served_by((enum object_type)object->type, rights))
        endpoint_server_add((struct endpoint *)object);
    return table_insert_locked(process, object, SLOT_STRONG, rights, nullptr);
}

void descriptor_unprepare(struct process *process, const struct charge *charge) {
    quota_uncharge(process->quota, charge);
}

bool slot_mark_closing_locked(struct slot *slot) {
    enum slot_kind kind = tag_kind(slot->tag);
    if (kind == SLOT_CLOSING)
        return false;
    slot->closing_kind = (uint32_t)kind & 0xff;
    slot_set_kind_locked(slot, SLOT_CLOSING);
    return true;
}

#define WAIT_STEP 16 // threads woken in one step

// Threads of the process that wait, or are bound, through the slot: at most WAIT_STEP, each with a reference.
static unsigned waiters_through(struct process *process, const struct slot *slot,
                                struct thread *found[WAIT_STEP]) {
    unsigned count = 0;
    lock_acquire(&process->object.lock);
    list_for_each(link, &process->threads) {
        struct thread *thread = list_entry(link, struct thread, link);
        if (atomic_load(&thread->through) != slot && atomic_load(&thread->bound_through) != slot)
            continue;
        object_get(&thread->object);
        found[count++] = thread;
        if (count == WAIT_STEP)
            break;
    }
    lock_release(&process->object.lock);
    return count;
}

// One step of ending what waits through the slot; true when nothing does.
static bool end_waits(struct process *process, struct slot *slot) {
    struct thread *found[WAIT_STEP];
    unsigned count = waiters_through(process, slot, found);
    for (unsigned i = 0; i < count; i++) {
        if (atomic_load(&found[i]->bound_through) == slot)
            notification_unbind(found[i]);
        thread_cancel(found[i], slot, STATUS_CLOSED);
        object_put(&found[i]->object);
    }
    return count == 0;
}

// One step of removing the mappings made through the slot; true if there was one, or if the slot is closed
// already.
static bool remove_mapping(struct process *process, struct slot *slot, uint64_t tag) {
    lock_acquire(&process->object.lock);
    bool found = slot->tag == tag && !list_is_empty(&slot->mappings);
    if (found)
        mapping_remove_step_locked(list_first(&slot->mappings, struct mapping, link));
    lock_release(&process->object.lock);
    return found;
}

// What was in transit goes back to the sender, who kept paying.
static void close_transit(struct process *process, struct slot *slot, uint64_t tag) {
    struct process *sender = slot->peer_process;
    if (!sender)
        return;
    struct charge charge = {};
    lock_acquire_pair(&process->object.lock, &sender->object.lock);
    bool mine = slot->tag == tag;
    if (mine) {
        charge = object_charge(slot->object);
        slot_set_kind_locked(slot->peer, SLOT_STRONG);
        slot_free_locked(process, slot);
    }
    lock_release_pair(&process->object.lock, &sender->object.lock);
    if (mine) {
        quota_uncharge(process->quota, &charge);
        object_put(&sender->object);
    }
}

static void strong_closed(struct process *process, struct object *object, uint64_t rights) {
    if (endpoint_is_served_by((enum object_type)object->type, rights))
        endpoint_server_remove((struct endpoint *)object);
    if (object->type == OBJECT_REPLY && process_is_ending(process))
        reply_drop((struct reply *)object, STATUS_SERVER_DIED);
    object_release(object, process->quota);
}

// A transfer was to fill the slot: it will find it gone. What this process paid for it goes.
static void reserved_closed(struct process *process, struct object *object) {
    struct charge charge = object_charge(object);
    quota_uncharge(process->quota, &charge);
}

bool slot_close_step(struct process *process, struct slot *slot, uint64_t tag) {
    if (remove_mapping(process, slot, tag))
        return false;
    if (!end_waits(process, slot))
        return false;
    if (slot->closing_kind == SLOT_TRANSIT_IN) {
        close_transit(process, slot, tag);
        return true;
    }
    lock_acquire(&process->object.lock);
    struct object *object = slot->tag == tag ? slot->object : nullptr;
    uint32_t kind = slot->closing_kind;
    if (object)
        slot_free_locked(process, slot);
    lock_release(&process->object.lock);
    if (object && kind == SLOT_STRONG)
        strong_closed(process, object, tag_rights(tag));
    else if (object && kind == SLOT_RESERVED)
        reserved_closed(process, object);
    return true;
}

bool slot_strip_step(struct process *process, struct slot *slot) {
    if (remove_mapping(process, slot, slot->tag))
        return false;
    return end_waits(process, slot);
}
