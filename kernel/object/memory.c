// SPDX-License-Identifier: MIT
//
// Memory objects: a radix tree of page-sized nodes, filled as pages are touched, taken apart in steps.

#include <arch/memory.h>
#include <base/types.h>
#include <kernel/panic.h>
#include "memory/page.h"
#include "object/futex.h"
#include "object/memory.h"
#include "object/quota.h"

#define NODE_ENTRIES (1u << MEMORY_NODE_SHIFT)
#define FREE_STEP    64 // pages looked at in one step of the end
#define WAKE_STEP    32 // waiters woken in one step of the end

static unsigned height_for(uint64_t pages) {
    if (pages <= MEMORY_INLINE_PAGES)
        return 0;
    unsigned height = 1;
    while (pages > 1ull << (height * MEMORY_NODE_SHIFT))
        height++;
    return height;
}

static uint64_t node_count(uint64_t pages) {
    uint64_t nodes = 0;
    for (unsigned level = height_for(pages); level > 0; level--) {
        uint64_t covered = 1ull << (level * MEMORY_NODE_SHIFT);
        nodes += (pages + covered - 1) / covered;
    }
    return nodes;
}

struct charge memory_charge(uint64_t pages) {
    struct charge charge = charge_records(RECORD_MEMORY, 1);
    charge.bytes = (pages + node_count(pages)) * PAGE_SIZE;
    return charge;
}

status_t memory_add_mapping(struct memory *memory, unsigned flags) {
    if (!(flags & MAP_WRITE))
        return STATUS_OK;
    status_t status = STATUS_SEALED;
    lock_acquire(&memory->object.lock);
    if (!memory->sealed) {
        memory->writable_mappings++;
        status = STATUS_OK;
    }
    lock_release(&memory->object.lock);
    return status;
}

void memory_drop_mapping(struct memory *memory, unsigned flags) {
    if (!(flags & MAP_WRITE))
        return;
    lock_acquire(&memory->object.lock);
    ASSERT(memory->writable_mappings > 0);
    memory->writable_mappings--;
    lock_release(&memory->object.lock);
}

static bool memory_job(struct job *job);

struct memory *memory_create(uint64_t pages) {
    struct memory *memory = object_create(OBJECT_MEMORY, LOCK_MEMORY);
    memory->pages = pages;
    memory->height = height_for(pages);
    job_init(&memory->job, memory_job);
    return memory;
}

struct memory *memory_create_physical(uint64_t base, uint64_t pages, uint32_t cache) {
    struct memory *memory = memory_create(pages);
    memory->is_physical = true;
    memory->base = base;
    memory->cache = cache;
    return memory;
}

// The entry for a page, with the nodes above it made when `make` is set; nullptr when a node is missing.
static uint64_t *entry_of(struct memory *memory, uint64_t index, bool make) {
    if (memory->height == 0)
        return &memory->direct[index];
    uint64_t *node = memory->root;
    if (!node) {
        if (!make)
            return nullptr;
        node = memory->root = page_alloc_paid();
    }
    for (unsigned level = memory->height - 1; level > 0; level--) {
        uint64_t *entry = &node[index >> (level * MEMORY_NODE_SHIFT) & (NODE_ENTRIES - 1)];
        if (*entry == 0) {
            if (!make)
                return nullptr;
            *entry = (uintptr_t)page_alloc_paid();
        }
        node = (uint64_t *)*entry;
    }
    return &node[index & (NODE_ENTRIES - 1)];
}

paddr_t memory_page_locked(struct memory *memory, uint64_t index) {
    if (memory->is_physical)
        return paddr(memory->base + index * PAGE_SIZE);
    uint64_t *entry = entry_of(memory, index, true);
    if (*entry == 0)
        *entry = direct_map_physical(page_alloc_paid()).value;
    return paddr(*entry);
}

uint64_t memory_page_peek(struct memory *memory, uint64_t index) {
    uint64_t *entry = entry_of(memory, index, false);
    return entry ? *entry : 0;
}

// Frees the nodes on the path to `index` whose last page this is.
static void free_nodes(struct memory *memory, uint64_t index) {
    uint64_t *path[8];
    uint64_t *node = memory->root;
    unsigned depth = 0;
    for (unsigned level = memory->height; node && level > 0; level--) {
        path[depth++] = node;
        node = level > 1 ? (uint64_t *)node[index >> ((level - 1) * MEMORY_NODE_SHIFT) & (NODE_ENTRIES - 1)]
                         : nullptr;
    }
    // path[i] stands at level height - i and covers 2^(level * shift) pages.
    while (depth-- > 0) {
        unsigned level = memory->height - depth;
        bool last = index + 1 == memory->pages || (index + 1) % (1ull << (level * MEMORY_NODE_SHIFT)) == 0;
        if (!last)
            return;
        page_free(path[depth]);
        if (depth == 0)
            memory->root = nullptr;
    }
}

// Frees pages from `freed` on; a missing node is skipped whole.
static void free_some(struct memory *memory) {
    for (unsigned i = 0; i < FREE_STEP && memory->freed < memory->pages; i++) {
        uint64_t index = memory->freed;
        uint64_t *entry = entry_of(memory, index, false);
        if (entry && *entry)
            page_free(direct_map(paddr(*entry)));
        if (!entry)
            memory->freed = min_u64(align_down(index, NODE_ENTRIES) + NODE_ENTRIES, memory->pages);
        else
            memory->freed++;
        if (memory->height > 0)
            free_nodes(memory, memory->freed - 1);
    }
}

static bool memory_free_step(struct memory *memory) {
    if (!futex_close_some(memory, WAKE_STEP))
        return false;
    if (!memory->is_physical)
        free_some(memory);
    return memory->is_physical || memory->freed == memory->pages;
}

static bool memory_job(struct job *job) {
    struct memory *memory = container_of(job, struct memory, job);
    if (!memory_free_step(memory))
        return false;
    object_put(&memory->object);
    return true;
}

// Every mapping hung under a descriptor and went with it, its entries flushed, so no TLB holds a page any
// more and pages can be freed at once.
void memory_end(struct memory *memory, unsigned priority) {
    if (memory_free_step(memory))
        object_put(&memory->object);
    else
        job_queue(&memory->job, priority);
}
