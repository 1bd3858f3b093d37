// SPDX-License-Identifier: MIT
//
// An address space: mappings in address order and the page tables of the port. It belongs to one process,
// whose quota pays for mappings and for the page tables that they need; tables are paid when a mapping is
// made and filled when pages are touched, so a touch never fails.
#pragma once
#include <arch/space.h>
#include <base/avl.h>
#include "object/descriptor.h"
#include "object/object.h"
#include "sched/job.h"

struct memory;
struct process;

struct mapping {
    uint64_t reserved[2]; // the slab's words
    // Immutable after creation.
    struct space *space;
    struct memory *memory;
    uint64_t start, end; // end is the first address above
    uint64_t offset;     // of start in the object
    struct slot *slot;   // the descriptor it was made through; nullptr: the fixed one of the space
    struct list link;    // in slot->mappings; under the process lock
    // Under the space's lock.
    struct avl_node node;
    unsigned flags;  // map_flags
    bool ending;     // being removed: nothing is entered any more
    uint64_t cursor; // pages before this address are out of the page tables
};

struct space {
    struct object object;    // object.lock guards all below
    struct process *process; // holds a reference
    struct arch_space arch;
    struct avl mappings;
    struct mapping fixed; // clock page and message pages
    uint32_t mapping_count;
    struct job job; // the end
};

// What a space pays beside its record: the root table and the tables of the fixed part.
struct charge space_fixed_charge(void);
struct space *space_create(struct process *process);

// Adds a mapping made through `slot`. Caller holds the process lock of the owner; everything is checked but
// overlap, charge.
status_t space_map_locked(struct space *space, struct memory *memory, struct slot *slot, uint64_t address,
                          uint64_t offset, uint64_t length, unsigned flags);
// The mapping that starts at the address, marked as ending; the caller removes it in steps. nullptr: none.
// `link` stays.
struct mapping *space_take(struct space *space, uint64_t address);
// One bounded step of removing a mapping that is marked; true when it is gone (storage too). No lock held.
bool mapping_remove_step(struct mapping *mapping);
// Marks a mapping as ending.
void mapping_mark(struct mapping *mapping);
status_t space_protect(struct space *space, uint64_t address, unsigned flags);

// Resolves a touch by the current thread: true if the access may be tried again.
bool space_fault(struct space *space, uint64_t address, unsigned access);
// The page behind an address, made when needed, for the kernel's copies and futexes; the right is one of
// MAP_READ, MAP_WRITE. Holds space and memory locks inside; returns false when there is none or it is not
// ordinary memory.
struct memory *space_resolve(struct space *space, uint64_t address, unsigned flags, uint64_t *offset,
                             paddr_t *page);

// Page mapped in the fixed part.
void space_map_fixed(struct space *space, uint64_t address, paddr_t page, bool writable);
void space_unmap_fixed(struct space *space, uint64_t address);

void space_end(struct space *space, unsigned priority);
