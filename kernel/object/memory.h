// SPDX-License-Identifier: MIT
//
// A memory object: anonymous pages, or a physical range. The pages of an anonymous one stand in a radix tree
// whose nodes are pages of 512 entries (small objects keep their pages in the record itself); pages are made
// zeroed when first touched, from what was paid at creation. The size never changes.
#pragma once
#include "object/object.h"
#include "sched/job.h"
#include <base/avl.h>

#define MEMORY_INLINE_PAGES 8
#define MEMORY_NODE_SHIFT   9

struct memory {
    struct object object;
    // Immutable after creation.
    uint64_t pages;
    bool is_physical;
    bool is_ram;     // a physical range that lies in the direct map (a boot module)
    uint64_t base;   // physical
    uint32_t cache;  // ARCH_MAP_* of every mapping
    unsigned height; // levels of nodes; 0: the pages are in direct[]
    // Under object.lock.
    bool sealed;
    uint32_t writable_mappings;
    struct avl waiters; // threads in futex_wait, by offset and then by arrival
    uint64_t arrivals;
    union {
        uint64_t direct[MEMORY_INLINE_PAGES]; // physical addresses, 0: not made yet
        uint64_t *root;                       // entries: addresses of nodes, at the lowest level of pages
    };
    // The end.
    struct job job;
    uint64_t freed; // pages looked at so far
};

// Makes one; the caller has paid memory_charge(). It has no strong descriptor yet.
struct memory *memory_create(uint64_t pages);
struct memory *memory_create_physical(uint64_t base, uint64_t pages, uint32_t cache);
struct charge memory_charge(uint64_t pages);

// The physical page at an index, made when it does not exist yet. The caller holds object.lock or is the only
// user.
paddr_t memory_page_locked(struct memory *memory, uint64_t index);
// As above, 0 if it does not exist yet; for walks.
uint64_t memory_page_peek(struct memory *memory, uint64_t index);

// A mapping with these flags is made or goes, or gets these flags: writable ones are counted, which seal
// looks at. SEALED. The lock is not held.
status_t memory_add_mapping(struct memory *memory, unsigned flags);
void memory_drop_mapping(struct memory *memory, unsigned flags);

void memory_end(struct memory *memory, unsigned priority);
