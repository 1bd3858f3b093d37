// SPDX-License-Identifier: MIT
//
// Address spaces: the tree of mappings, faults, removal in steps, and the payment of page tables.
//
// Page tables are paid by arithmetic: a space pays for exactly the tables that its mappings touch, which
// neighbours in the tree decide (tables_between). The port makes a table when a page is first entered, from
// what was paid, and frees those that a removed mapping had for itself. So a touch never fails, and no walk
// of page tables is needed to know the charge.

#include <arch/cpu.h>
#include <arch/memory.h>
#include <base/types.h>
#include "memory/clock_page.h"
#include "memory/slab.h"
#include "object/memory.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/space.h"
#include "sched/cpu.h"

#define UNMAP_STEP 256 // pages
#define TRIM_STEP  16  // tables

static struct mapping *mapping_of(struct avl_node *node) {
    return node ? avl_entry(node, struct mapping, node) : nullptr;
}

static bool mapping_before(const struct avl_node *a, const struct avl_node *b) {
    return avl_entry_const(a, struct mapping, node)->start < avl_entry_const(b, struct mapping, node)->start;
}

static bool starts_below(const struct avl_node *node, uint64_t address) {
    return avl_entry_const(node, struct mapping, node)->start <= address;
}

// The last mapping that starts at or below the address.
static struct mapping *find_below(const struct space *space, uint64_t address) {
    return mapping_of(avl_find_below(&space->mappings, starts_below, address));
}

static struct mapping *find_at(const struct space *space, uint64_t address) {
    struct mapping *mapping = find_below(space, address);
    return mapping && address < mapping->end ? mapping : nullptr;
}

static struct mapping *find_start(const struct space *space, uint64_t address) {
    struct mapping *mapping = find_below(space, address);
    return mapping && mapping->start == address && mapping != &space->fixed ? mapping : nullptr;
}

// Tables that [start, end) needs and that no neighbour needs already.
static uint64_t tables_between(const struct mapping *previous, uint64_t start, uint64_t end,
                               const struct mapping *next) {
    uint64_t total = 0;
    for (unsigned level = 1; level <= ARCH_TABLE_LEVELS; level++) {
        unsigned shift = ARCH_TABLE_SHIFT(level);
        uint64_t first = start >> shift, last = (end - 1) >> shift;
        uint64_t count = last - first + 1;
        if (previous && (previous->end - 1) >> shift == first)
            count--;
        if (count > 0 && next && next->start >> shift == last)
            count--;
        total += count;
    }
    return total;
}

static struct charge mapping_charge(const struct mapping *previous, uint64_t start, uint64_t end,
                                    const struct mapping *next) {
    struct charge charge = charge_records(RECORD_MAPPING, 1);
    charge.bytes = tables_between(previous, start, end, next) * PAGE_SIZE;
    return charge;
}

struct charge space_fixed_charge(void) {
    return charge_bytes((1 + ARCH_TABLE_LEVELS) * PAGE_SIZE);
}

static bool space_job(struct job *job);

struct space *space_create(struct process *process) {
    struct space *space = object_create(OBJECT_SPACE, LOCK_SPACE);
    object_get(&process->object);
    space->process = process;
    avl_init(&space->mappings);
    list_init(&space->link);
    job_init(&space->job, space_job);
    arch_space_init(&space->arch);
    space->fixed =
        (struct mapping){.space = space, .start = SPACE_FIXED, .end = SPACE_FIXED + SPACE_FIXED_SIZE};
    avl_insert(&space->mappings, &space->fixed.node, mapping_before);
    space_map_fixed(space, CLOCK_PAGE, clock_page_physical(), false);
    return space;
}

static void mapping_insert(struct space *space, struct memory *memory, struct slot *slot, uint64_t start,
                           uint64_t end, uint64_t offset, unsigned flags) {
    struct mapping *mapping = slab_alloc(RECORD_MAPPING);
    mapping->space = space;
    mapping->memory = memory;
    mapping->slot = slot;
    mapping->start = start;
    mapping->end = end;
    mapping->offset = offset;
    mapping->flags = flags;
    mapping->cursor = end;
    avl_insert(&space->mappings, &mapping->node, mapping_before);
    list_push_back(&slot->mappings, &mapping->link);
    slot->mapping_count++;
}

static status_t map_decide(struct space *space, struct memory *memory, uint64_t start, uint64_t end,
                           unsigned flags) {
    if (space->closed)
        return STATUS_PROCESS_ENDED;
    struct mapping *previous = find_below(space, end - 1);
    if (previous && previous->end > start)
        return STATUS_OVERLAP;
    struct mapping *next =
        previous ? mapping_of(avl_next(&previous->node)) : mapping_of(avl_first(&space->mappings));
    struct charge charge = mapping_charge(previous, start, end, next);
    status_t status = memory_add_mapping(memory, flags);
    if (status != STATUS_OK)
        return status;
    status = quota_charge(space->process->quota, &charge);
    if (status != STATUS_OK)
        memory_drop_mapping(memory, flags);
    return status;
}

status_t space_map_locked(struct space *space, struct memory *memory, struct slot *slot, uint64_t address,
                          uint64_t offset, uint64_t length, unsigned flags) {
    lock_acquire(&space->object.lock);
    status_t status = map_decide(space, memory, address, address + length, flags);
    if (status == STATUS_OK)
        mapping_insert(space, memory, slot, address, address + length, offset, flags);
    lock_release(&space->object.lock);
    return status;
}

// Takes a few entries from the cursor on out of the page tables.
static void drop_entries(struct mapping *mapping) {
    struct space *space = mapping->space;
    uint64_t pages = min_u64((mapping->end - mapping->cursor) / PAGE_SIZE, UNMAP_STEP);
    if (pages == 0)
        return;
    arch_space_unmap(&space->arch, mapping->cursor, pages);
    arch_space_flush(&space->arch, mapping->cursor, pages);
    mapping->cursor += pages * PAGE_SIZE;
}

static void mark(struct mapping *mapping) {
    if (!mapping->ending) {
        mapping->ending = true;
        mapping->cursor = mapping->start;
    }
}

// Frees the tables that only this mapping used; true when there are none left.
static bool trim(struct mapping *mapping, const struct mapping *previous, const struct mapping *next) {
    unsigned shift = ARCH_TABLE_SHIFT(ARCH_TABLE_LEVELS);
    uint64_t start = align_down(mapping->start, 1ull << shift);
    uint64_t end = align_up(mapping->end, 1ull << shift);
    if (previous)
        start = max_u64(start, previous->end);
    if (next)
        end = min_u64(end, next->start);
    const struct arch_trim range = {start, end, mapping->start, mapping->end};
    return arch_space_trim(&mapping->space->arch, &range, TRIM_STEP);
}

// Process and space locks held.
static bool remove_step(struct mapping *mapping) {
    struct space *space = mapping->space;
    if (mapping->cursor < mapping->end)
        drop_entries(mapping);
    if (mapping->cursor < mapping->end)
        return false;
    struct mapping *previous = mapping_of(avl_previous(&mapping->node));
    struct mapping *next = mapping_of(avl_next(&mapping->node));
    if (!trim(mapping, previous, next))
        return false;
    struct charge charge = mapping_charge(previous, mapping->start, mapping->end, next);
    avl_remove(&space->mappings, &mapping->node);
    list_remove(&mapping->link);
    mapping->slot->mapping_count--;
    memory_drop_mapping(mapping->memory, mapping->flags);
    slab_free(RECORD_MAPPING, mapping);
    quota_uncharge(space->process->quota, &charge);
    return true;
}

void mapping_remove_step_locked(struct mapping *mapping) {
    struct space *space = mapping->space;
    lock_acquire(&space->object.lock);
    mark(mapping);
    remove_step(mapping);
    lock_release(&space->object.lock);
}

static void lock_both(struct space *space) LOCK_TAKES(space->process->object.lock, space->object.lock);
static void unlock_both(struct space *space) LOCK_GIVES(space->process->object.lock, space->object.lock);

static void lock_both(struct space *space) {
    lock_acquire(&space->process->object.lock);
    lock_acquire(&space->object.lock);
}

static void unlock_both(struct space *space) {
    lock_release(&space->object.lock);
    lock_release(&space->process->object.lock);
}

status_t space_unmap_begin(struct space *space, uint64_t address) {
    lock_acquire(&space->object.lock);
    struct mapping *mapping = find_start(space, address);
    bool found = mapping && !mapping->ending;
    if (found)
        mark(mapping);
    lock_release(&space->object.lock);
    return found ? STATUS_OK : STATUS_NOT_MAPPED;
}

bool space_unmap_step(struct space *space, uint64_t address) {
    lock_both(space);
    struct mapping *mapping = find_start(space, address);
    bool done = !mapping || !mapping->ending || remove_step(mapping);
    unlock_both(space);
    return done;
}

static unsigned rights_flags(uint64_t rights) {
    unsigned flags = 0;
    if (rights & RIGHT_MEMORY_READ)
        flags |= MAP_READ;
    if (rights & RIGHT_MEMORY_WRITE)
        flags |= MAP_WRITE;
    if (rights & RIGHT_MEMORY_EXECUTE)
        flags |= MAP_EXECUTE;
    return flags;
}

static status_t protect_decide(struct mapping *mapping, unsigned flags) {
    if (!mapping || mapping->ending)
        return STATUS_NOT_MAPPED;
    if (flags & ~rights_flags(tag_rights(mapping->slot->tag)))
        return STATUS_NO_RIGHT;
    return memory_add_mapping(mapping->memory, flags);
}

status_t space_protect_begin(struct space *space, uint64_t address, unsigned flags) {
    lock_both(space);
    struct mapping *mapping = find_start(space, address);
    status_t status = protect_decide(mapping, flags);
    if (status == STATUS_OK) {
        memory_drop_mapping(mapping->memory, mapping->flags);
        mapping->flags = flags;
        mapping->cursor = mapping->start;
    }
    unlock_both(space);
    return status;
}

bool space_protect_step(struct space *space, uint64_t address) {
    lock_acquire(&space->object.lock);
    struct mapping *mapping = find_start(space, address);
    bool busy = mapping && !mapping->ending;
    if (busy) {
        drop_entries(mapping);
        busy = mapping->cursor < mapping->end;
    }
    lock_release(&space->object.lock);
    return !busy;
}

static unsigned arch_flags(const struct mapping *mapping) {
    unsigned flags = mapping->memory->cache;
    if (mapping->flags & MAP_WRITE)
        flags |= ARCH_MAP_WRITE;
    if (mapping->flags & MAP_EXECUTE)
        flags |= ARCH_MAP_EXECUTE;
    return flags;
}

static paddr_t mapping_page(const struct mapping *mapping, uint64_t address) {
    struct memory *memory = mapping->memory;
    uint64_t index = (mapping->offset + (address - mapping->start)) / PAGE_SIZE;
    lock_acquire(&memory->object.lock);
    paddr_t page = memory_page_locked(memory, index);
    lock_release(&memory->object.lock);
    return page;
}

bool space_fault(struct space *space, uint64_t address, unsigned access) {
    static const unsigned needed[] = {
        [ACCESS_READ] = MAP_READ, [ACCESS_WRITE] = MAP_WRITE, [ACCESS_EXECUTE] = MAP_EXECUTE};
    lock_acquire(&space->object.lock);
    struct mapping *mapping = find_at(space, address);
    bool resolved = mapping && mapping->memory && !mapping->ending && mapping->flags & needed[access];
    if (resolved) {
        uint64_t page = align_down(address, PAGE_SIZE);
        arch_space_map(&space->arch, page, mapping_page(mapping, address), arch_flags(mapping));
        arch_space_flush(&space->arch, page, 1);
    }
    lock_release(&space->object.lock);
    return resolved;
}

// The mapping behind an address, if it is ordinary memory that allows `flags`.
static struct mapping *find_memory(struct space *space, uint64_t address, unsigned flags) {
    struct mapping *mapping = find_at(space, address);
    bool good = mapping && mapping->memory && !mapping->ending &&
                (!mapping->memory->is_physical || mapping->memory->is_ram) && mapping->flags & flags;
    return good ? mapping : nullptr;
}

bool space_page_locked(struct space *space, uint64_t address, unsigned flags, paddr_t *page) {
    struct mapping *mapping = find_memory(space, address, flags);
    if (mapping)
        *page = mapping_page(mapping, address);
    return mapping;
}

LOCK_UNSEEN bool space_open(struct space *space, uint64_t address, unsigned flags, paddr_t *page,
                            struct memory **memory, uint64_t *offset) {
    lock_acquire(&space->object.lock);
    struct mapping *mapping = find_memory(space, address, flags);
    if (!mapping) {
        lock_release(&space->object.lock);
        return false;
    }
    *page = mapping_page(mapping, address);
    if (memory)
        *memory = mapping->memory;
    if (offset)
        *offset = mapping->offset + (address - mapping->start);
    return true;
}

void space_close(struct space *space) {
    lock_release(&space->object.lock);
}

void space_map_fixed(struct space *space, uint64_t address, paddr_t page, bool writable) {
    lock_acquire(&space->object.lock);
    arch_space_map(&space->arch, address, page, writable ? ARCH_MAP_WRITE : 0);
    lock_release(&space->object.lock);
}

void space_unmap_fixed(struct space *space, uint64_t address) {
    lock_acquire(&space->object.lock);
    arch_space_unmap(&space->arch, address, 1);
    arch_space_flush(&space->arch, address, 1);
    lock_release(&space->object.lock);
}

static bool any_cpu_uses(const struct space *space) {
    struct cpu *own = cpu_current();
    if (own->space == space) {
        own->space = nullptr;
        arch_space_switch(nullptr);
    }
    for (unsigned i = 0; i < cpu_count; i++) {
        if (cpus[i].space == space)
            return true;
    }
    return false;
}

// Process and space locks held, no mapping left but the fixed one.
static void tear_tables(struct space *space) {
    arch_space_unmap(&space->arch, SPACE_FIXED, SPACE_FIXED_SIZE / PAGE_SIZE);
    // The tables of every other mapping went with it.
    const uint64_t end = SPACE_FIXED + SPACE_FIXED_SIZE;
    const struct arch_trim range = {0, end, SPACE_FIXED, end};
    while (!arch_space_trim(&space->arch, &range, TRIM_STEP))
        continue;
    arch_space_fini(&space->arch);
    list_remove(&space->link);
    space->torn_down = true;
}

bool space_teardown_step(struct space *space) {
    struct charge charge = space_fixed_charge();
    lock_both(space);
    space->closed = true;
    struct mapping *first = mapping_of(avl_first(&space->mappings));
    bool done = space->torn_down;
    bool tear = !done && first == &space->fixed && !any_cpu_uses(space);
    if (tear) {
        tear_tables(space);
    } else if (!done && first != &space->fixed) {
        mark(first);
        remove_step(first);
    }
    unlock_both(space);
    if (tear)
        quota_uncharge(space->process->quota, &charge);
    return done || tear;
}

static bool space_job(struct job *job) {
    struct space *space = container_of(job, struct space, job);
    if (!space_teardown_step(space))
        return false;
    object_put(&space->object);
    return true;
}

void space_end(struct space *space, unsigned priority) {
    job_queue(&space->job, priority);
}
