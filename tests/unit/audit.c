// SPDX-License-Identifier: MIT
//
// See audit.h. White box, and written without the functions that keep the counts: what it costs and what
// holds what is said here a second time.

#include <arch/memory.h>
#include <arch/space.h>
#include <abi/constants.h>
#include <host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit.h"
#include "memory/page.h"
#include "memory/slab.h"
#include "object/endpoint.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/cpu.h"

#define REQUIRE(condition, ...)                                                                              \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "audit: expected %s: ", #condition);                                             \
            fprintf(stderr, __VA_ARGS__);                                                                    \
            fprintf(stderr, "\n");                                                                           \
            audit_failed();                                                                                  \
        }                                                                                                    \
    } while (0)

void (*audit_failed)(void) = abort;

enum owner {
    OWNER_NONE = 0,
    OWNER_SLAB,
    OWNER_TABLE,
    OWNER_PAGE_TABLE,
    OWNER_MESSAGE,
    OWNER_MEMORY,
    OWNER_NODE,
};

static uint8_t *owners;
static uint8_t *reserve; // pages that nobody reached at the baseline
static uint64_t page_total;
static uint32_t baseline_used[RECORD_COUNT];
static struct charge baseline_root;
static uint32_t baseline_slots; // of init's table, which only grows

// What the walk finds that each quota pays, and how many strong descriptors each object has.
struct tally {
    const void *key;
    struct charge charge;
    unsigned strong;
};

#define TALLIES 8192
static struct tally tallies[TALLIES];

static struct tally *tally_of(const void *key) {
    size_t at = (uintptr_t)key / 16 % TALLIES;
    while (tallies[at].key != nullptr && tallies[at].key != key)
        at = (at + 1) % TALLIES;
    tallies[at].key = key;
    return &tallies[at];
}

static void page_mark(uint64_t physical, enum owner owner) {
    uint64_t index = (physical - HOST_MEMORY_BASE) / PAGE_SIZE;
    REQUIRE(physical >= HOST_MEMORY_BASE && index < page_total && physical % PAGE_SIZE == 0, "page %#llx",
            (unsigned long long)physical);
    REQUIRE(owners[index] == OWNER_NONE, "page %#llx has owners %u and %u", (unsigned long long)physical,
            owners[index], owner);
    owners[index] = (uint8_t)owner;
}

static void pointer_mark(const void *page, enum owner owner) {
    page_mark(direct_map_physical(page).value, owner);
}

static struct charge record_charge(enum record_type type) {
    struct charge charge = {};
    charge.records[type] = 1;
    return charge;
}

// ---- slabs

static bool is_live(const struct object *object) {
    return atomic_load(&object->references) > 0;
}

static void slabs_walk(void) {
    for (unsigned type = 0; type < RECORD_COUNT; type++) {
        const void *last = nullptr;
        uint32_t live = 0;
        for (uint32_t i = 0;; i++) {
            char *record = slab_record((enum record_type)type, i);
            if (record == nullptr)
                break;
            char *page = (char *)((uintptr_t)record & ~(uintptr_t)(PAGE_SIZE - 1));
            if (page != last)
                pointer_mark(page, OWNER_SLAB);
            last = page;
            live += type != RECORD_MAPPING && is_live((struct object *)record);
        }
        if (type != RECORD_MAPPING)
            REQUIRE(live == slab_used((enum record_type)type), "records of type %u: %u live, %u used", type,
                    live, slab_used((enum record_type)type));
    }
}

// Calls `visit` for each object that lives.
static void objects_visit(enum record_type type, void (*visit)(struct object *)) {
    for (uint32_t i = 0;; i++) {
        struct object *object = slab_record(type, i);
        if (object == nullptr)
            return;
        if (is_live(object))
            visit(object);
    }
}

// ---- memory objects

static uint64_t nodes_walk(const uint64_t *node, unsigned level, uint64_t *pages) {
    uint64_t nodes = 1;
    pointer_mark(node, OWNER_NODE);
    for (unsigned i = 0; i < 512; i++) {
        if (node[i] == 0)
            continue;
        if (level > 1) {
            nodes += nodes_walk((const uint64_t *)node[i], level - 1, pages);
        } else {
            page_mark(node[i], OWNER_MEMORY);
            ++*pages;
        }
    }
    return nodes;
}

// Pages and nodes that a memory object of so many pages may come to have.
static uint64_t memory_bytes(const struct memory *memory) {
    uint64_t sum = memory->pages, level = memory->pages;
    if (memory->is_physical)
        return 0;
    while (level > (sum == memory->pages ? MEMORY_INLINE_PAGES : 1)) {
        level = (level + 511) / 512;
        sum += level;
    }
    return sum * PAGE_SIZE;
}

static void memory_walk(struct object *object) {
    struct memory *memory = (struct memory *)object;
    uint64_t pages = 0, nodes = 0;
    if (memory->is_physical || !object_is_alive(object))
        return;
    if (memory->height > 0) {
        nodes = memory->root != nullptr ? nodes_walk(memory->root, memory->height, &pages) : 0;
    } else {
        for (unsigned i = 0; i < MEMORY_INLINE_PAGES; i++) {
            if (memory->direct[i] == 0)
                continue;
            page_mark(memory->direct[i], OWNER_MEMORY);
            pages++;
        }
    }
    REQUIRE((pages + nodes) * PAGE_SIZE <= memory_bytes(memory), "more pages than were paid");
}

// ---- descriptor tables

static struct charge descriptor_charge(const struct object *object) {
    struct charge charge = record_charge((enum record_type)(object->type - 1));
    if (object->type == OBJECT_MEMORY)
        charge.bytes = memory_bytes((const struct memory *)object);
    if (object->type == OBJECT_ENDPOINT)
        charge.records[RECORD_BADGE] += ((const struct endpoint *)object)->places;
    return charge;
}

static void slot_walk(struct process *process, struct slot *slot, struct tally *payer) {
    enum slot_kind kind = tag_kind(slot->tag);
    struct object *object = slot->object;
    REQUIRE(kind != SLOT_CLOSING || object == nullptr, "a slot is being closed while nothing is on its way");
    if (kind == SLOT_STRONG || kind == SLOT_TRANSIT_IN || kind == SLOT_TRANSIT_OUT) {
        struct charge charge = descriptor_charge(object);
        charge_add(&payer->charge, &charge);
        REQUIRE(is_live(object) && object->type == tag_type(slot->tag),
                "a strong descriptor's object is gone");
        if (kind != SLOT_TRANSIT_IN)
            tally_of(object)->strong++;
    }
    if (kind == SLOT_FREE)
        REQUIRE(object == nullptr && list_is_empty(&slot->mappings), "a free slot holds something");
    list_for_each(link, &slot->mappings) {
        const struct mapping *mapping = list_entry(link, struct mapping, link);
        REQUIRE(mapping->slot == slot && &mapping->memory->object == object, "a mapping is under a stranger");
        REQUIRE(mapping->space->process == process, "a mapping is in a stranger's space");
    }
}

static void table_walk(struct process *process, struct tally *payer) {
    struct descriptor_table *table = &process->table;
    uint32_t used = 0, retired = 0, free_slots = 0;
    if (table->pages == nullptr)
        return;
    pointer_mark(table->pages, OWNER_TABLE);
    payer->charge.bytes += PAGE_SIZE;
    for (uint32_t i = 0; i < table->populated; i++) {
        struct slot *slot = table_slot(process, i);
        if (i % SLOTS_PER_PAGE == 0) {
            pointer_mark(slot, OWNER_TABLE);
            payer->charge.bytes += PAGE_SIZE;
        }
        REQUIRE(slot->index == i, "slot %u is at %u", slot->index, i);
        slot_walk(process, slot, payer);
        used += tag_kind(slot->tag) != SLOT_FREE;
        retired += tag_kind(slot->tag) == SLOT_CLOSING;
    }
    for (const struct slot *slot = table->free; slot != nullptr; slot = slot->peer)
        free_slots++;
    REQUIRE(used - retired == table->used && free_slots == table->free_count &&
                used + free_slots == table->populated,
            "a table of %u has %u used (says %u) and %u free (says %u)", table->populated, used, table->used,
            free_slots, table->free_count);
}

// ---- spaces

struct space_view {
    const struct space *space;
    uint64_t tables;
};

static const struct mapping *mapping_at(const struct space *space, uint64_t address) {
    for (struct avl_node *node = avl_first(&space->mappings); node != nullptr; node = avl_next(node)) {
        const struct mapping *mapping = avl_entry(node, struct mapping, node);
        if (address >= mapping->start && address < mapping->end)
            return mapping;
    }
    return nullptr;
}

static void entry_check(const struct space *space, uint64_t address, uint64_t physical) {
    const struct mapping *mapping = mapping_at(space, address);
    REQUIRE(mapping != nullptr, "address %#llx has an entry and no mapping", (unsigned long long)address);
    if (mapping == &space->fixed)
        return;
    paddr_t page;
    unsigned flags;
    uint64_t index = (mapping->offset + (address - mapping->start)) / PAGE_SIZE;
    uint64_t expected = mapping->memory->is_physical ? mapping->memory->base + index * PAGE_SIZE
                                                     : memory_page_peek(mapping->memory, index);
    REQUIRE(physical == expected, "an entry maps page %#llx, the object has %#llx",
            (unsigned long long)physical, (unsigned long long)expected);
    REQUIRE(arch_space_lookup(&space->arch, address, &page, &flags), "an entry that the port does not find");
    REQUIRE((flags & ARCH_MAP_WRITE) == 0 || (mapping->flags & MAP_WRITE) != 0, "an entry can be written");
    REQUIRE((flags & ARCH_MAP_EXECUTE) == 0 || (mapping->flags & MAP_EXECUTE) != 0,
            "an entry can be executed");
    REQUIRE((flags & ARCH_MAP_WRITE) == 0 || (flags & ARCH_MAP_EXECUTE) == 0, "an entry can be both");
}

static void space_visit(void *context, unsigned level, uint64_t address, uint64_t physical) {
    struct space_view *view = context;
    if (level == 0) {
        entry_check(view->space, address, physical);
    } else {
        page_mark(physical, OWNER_PAGE_TABLE);
        view->tables++;
    }
}

// Distinct tables below the root that the mappings of a space can come to need.
static uint64_t tables_needed(const struct space *space) {
    uint64_t needed = 1;
    for (unsigned level = 1; level <= ARCH_TABLE_LEVELS; level++) {
        uint64_t covered = 0; // first table index that is not counted yet
        for (struct avl_node *node = avl_first(&space->mappings); node != nullptr; node = avl_next(node)) {
            const struct mapping *mapping = avl_entry(node, struct mapping, node);
            uint64_t first = mapping->start >> ARCH_TABLE_SHIFT(level);
            uint64_t end = ((mapping->end - 1) >> ARCH_TABLE_SHIFT(level)) + 1;
            if (first < covered)
                first = covered;
            if (end > first)
                needed += end - first;
            if (end > covered)
                covered = end;
        }
    }
    return needed;
}

static uint32_t mappings_found;

static void space_walk(struct object *object) {
    const struct space *space = (const struct space *)object;
    struct space_view view = {.space = space};
    uint64_t last_end = 0;
    if (space->torn_down)
        return;
    host_space_walk(&space->arch, space_visit, &view);
    uint64_t needed = tables_needed(space);
    REQUIRE(view.tables <= needed, "%llu tables, %llu paid", (unsigned long long)view.tables,
            (unsigned long long)needed);
    struct tally *payer = tally_of(space->process->quota);
    payer->charge.bytes += needed * PAGE_SIZE;
    for (struct avl_node *node = avl_first(&space->mappings); node != nullptr; node = avl_next(node)) {
        const struct mapping *mapping = avl_entry(node, struct mapping, node);
        REQUIRE(mapping->start >= last_end && mapping->end > mapping->start && !mapping->ending,
                "mappings overlap or are on their way");
        last_end = mapping->end;
        if (mapping == &space->fixed)
            continue;
        REQUIRE(object_is_alive(&mapping->memory->object), "a mapping's object has ended");
        payer->charge.records[RECORD_MAPPING]++;
        mappings_found++;
    }
}

// ---- processes, threads, quotas

static void process_walk(struct object *object) {
    struct process *process = (struct process *)object;
    if (atomic_load(&process->state) == PROCESS_ENDED)
        return;
    struct tally *payer = tally_of(process->quota);
    table_walk(process, payer);
    // It pays for itself and its first space, beside what the tables of the space cost.
    struct charge own = record_charge(RECORD_PROCESS), space = record_charge(RECORD_SPACE);
    charge_add(&payer->charge, &own);
    charge_add(&payer->charge, &space);
    uint32_t count = 0;
    list_for_each(link, &process->threads) {
        const struct thread *thread = list_entry(link, struct thread, link);
        REQUIRE(thread->process == process && atomic_load(&thread->state) != THREAD_ENDED,
                "a stranger's thread");
        REQUIRE(process->slots[thread->slot / 64] >> (thread->slot % 64) & 1, "a thread without its slot");
        pointer_mark(thread->message, OWNER_MESSAGE);
        payer->charge.bytes += PAGE_SIZE;
        payer->charge.records[RECORD_THREAD]++;
        if (thread->started)
            tally_of(thread)->strong++;
        count++;
    }
    REQUIRE(count == process->thread_count, "%u threads, says %u", count, process->thread_count);
    if (process->started)
        tally_of(process)->strong++;
    tally_of(process->space)->strong++;
}

static void quota_children(struct object *object) {
    const struct quota *quota = (const struct quota *)object;
    struct tally *own = tally_of(quota);
    own->charge.records[RECORD_QUOTA]++;
    charge_add(&tally_of(quota->parent)->charge, &quota->limit);
}

// Storage that lives on after the last descriptor: its last holder pays.
static void pinned_walk(struct object *object) {
    if (!atomic_load(&object->ended) || object->payer == nullptr || object->type == OBJECT_QUOTA)
        return;
    struct charge charge = descriptor_charge(object);
    charge_add(&tally_of(object->payer)->charge, &charge);
}

static void charge_check(const struct quota *quota) {
    const struct charge *found = &tally_of(quota)->charge;
    REQUIRE(quota->used.bytes == found->bytes, "quota %llu says %llu bytes, the walk finds %llu",
            (unsigned long long)quota->object.serial, (unsigned long long)quota->used.bytes,
            (unsigned long long)found->bytes);
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        REQUIRE(quota->used.records[i] == found->records[i],
                "quota %llu says %u records of type %u, the walk finds %u",
                (unsigned long long)quota->object.serial, quota->used.records[i], i, found->records[i]);
        REQUIRE(quota->returning.records[i] == 0, "%u records of type %u are on their way back to quota %llu",
                quota->returning.records[i], i, (unsigned long long)quota->object.serial);
        REQUIRE(quota->used.records[i] <= quota->limit.records[i], "a quota is exceeded");
    }
    REQUIRE(quota->returning.bytes == 0, "bytes are on their way back");
    REQUIRE(quota->used.bytes <= quota->limit.bytes, "a quota is exceeded");
}

static void quota_walk(struct object *object) {
    charge_check((struct quota *)object);
}

static void strong_check(struct object *object) {
    unsigned found = tally_of(object)->strong;
    REQUIRE(atomic_load(&object->strong) == found, "object %llu of type %u says %u strong, the walk finds %u",
            (unsigned long long)object->serial, object->type, atomic_load(&object->strong), found);
    REQUIRE((found == 0) == atomic_load(&object->ended), "object %llu of type %u lives without a holder",
            (unsigned long long)object->serial, object->type);
}

// ---- pages

static void pages_check(bool first) {
    uint64_t free_pages = 0;
    for (uint64_t i = 0; i < page_total; i++) {
        paddr_t page = paddr(HOST_MEMORY_BASE + i * PAGE_SIZE);
        bool is_free = page_is_managed(page) && page_is_free(page);
        free_pages += is_free;
        REQUIRE(!is_free || owners[i] == OWNER_NONE, "page %#llx is free and owned by %u",
                (unsigned long long)page.value, owners[i]);
        if (is_free || owners[i] != OWNER_NONE)
            continue;
        if (first)
            reserve[i] = 1;
        REQUIRE(reserve[i] == 1, "page %#llx is lost", (unsigned long long)page.value);
    }
    REQUIRE(free_pages == page_free_count(), "%llu pages are free, the allocator says %llu",
            (unsigned long long)free_pages, (unsigned long long)page_free_count());
}

static void walk(bool first) {
    memset(owners, OWNER_NONE, page_total);
    memset(tallies, 0, sizeof(tallies));
    mappings_found = 0;
    slabs_walk();
    objects_visit(RECORD_MEMORY, memory_walk);
    objects_visit(RECORD_PROCESS, process_walk);
    objects_visit(RECORD_SPACE, space_walk);
    objects_visit(RECORD_QUOTA, quota_children);
    REQUIRE(mappings_found == slab_used(RECORD_MAPPING), "%u mappings, %u used", mappings_found,
            slab_used(RECORD_MAPPING));
    for (unsigned type = 0; type < RECORD_COUNT; type++)
        if (type != RECORD_MAPPING && type != RECORD_QUOTA)
            objects_visit((enum record_type)type, strong_check);
    for (unsigned type = 0; type < RECORD_COUNT; type++)
        if (type != RECORD_MAPPING)
            objects_visit((enum record_type)type, pinned_walk);
    charge_check(&root_quota);
    objects_visit(RECORD_QUOTA, quota_walk);
    pages_check(first);
}

void audit_baseline(void) {
    page_total = (host_memory_end - HOST_MEMORY_BASE) / PAGE_SIZE;
    owners = calloc(page_total, 1);
    reserve = calloc(page_total, 1);
    REQUIRE(owners != nullptr && reserve != nullptr, "memory");
    walk(true);
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        baseline_used[i] = slab_used((enum record_type)i);
    baseline_root = root_quota.used;
    baseline_slots = init_process->table.populated;
}

void audit_walk(void) {
    walk(false);
}

void audit_nothing_left(void) {
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        REQUIRE(slab_used((enum record_type)i) == baseline_used[i],
                "%u records of type %u, %u at the beginning", slab_used((enum record_type)i), i,
                baseline_used[i]);
    struct charge expected = baseline_root;
    expected.bytes += (init_process->table.populated - baseline_slots) / SLOTS_PER_PAGE * PAGE_SIZE;
    REQUIRE(memcmp(&root_quota.used, &expected, sizeof(expected)) == 0,
            "the root quota uses %llu bytes, %llu at the beginning",
            (unsigned long long)root_quota.used.bytes, (unsigned long long)expected.bytes);
}

// ---- the hash

static uint64_t hash;

static void hash_add(uint64_t value) {
    hash = (hash ^ value) * 0x100000001b3ull;
    hash ^= hash >> 29;
}

static void object_hash(struct object *object) {
    hash_add(object->serial);
    hash_add(atomic_load(&object->strong));
    hash_add(atomic_load(&object->ended));
}

static void process_hash(struct object *object) {
    struct process *process = (struct process *)object;
    if (process->table.pages == nullptr || atomic_load(&process->state) == PROCESS_ENDED)
        return;
    for (uint32_t i = 0; i < process->table.populated; i++) {
        const struct slot *slot = table_slot(process, i);
        // A free slot may have been used on the way.
        if (tag_kind(slot->tag) != SLOT_FREE) {
            hash_add(slot->tag);
            hash_add((uintptr_t)slot->object);
        }
    }
    hash_add(process->state);
    hash_add(process->thread_count);
}

static void space_hash(struct object *object) {
    const struct space *space = (const struct space *)object;
    if (space->torn_down)
        return;
    for (struct avl_node *node = avl_first(&space->mappings); node != nullptr; node = avl_next(node)) {
        const struct mapping *mapping = avl_entry(node, struct mapping, node);
        hash_add(mapping->start);
        hash_add(mapping->end);
        hash_add(mapping->offset);
        hash_add(mapping->flags);
    }
}

static void notification_hash(struct object *object) {
    hash_add(((struct notification *)object)->bits);
}

uint64_t audit_hash(void) {
    hash = 0xcbf29ce484222325ull;
    for (unsigned type = 0; type < RECORD_COUNT; type++)
        if (type != RECORD_MAPPING)
            objects_visit((enum record_type)type, object_hash);
    objects_visit(RECORD_PROCESS, process_hash);
    objects_visit(RECORD_SPACE, space_hash);
    objects_visit(RECORD_NOTIFICATION, notification_hash);
    return hash;
}
