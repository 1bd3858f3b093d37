// SPDX-License-Identifier: MIT
//
// An address space: mappings in address order and the page tables of the port. It belongs to one process,
// whose quota pays for mappings and for the page tables that they need; tables are paid when a mapping is
// made and filled when pages are touched, so a touch never fails.
#pragma once
#include <arch/space.h>
#include <base/avl.h>
#include "memory/slab.h"
#include "object/descriptor.h"
#include "object/object.h"
#include "sched/job.h"

struct memory;
struct process;

struct mapping {
    uint64_t reserved[SLAB_WORDS / sizeof(uint64_t)];
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
    uint64_t cursor; // ending, or protected anew: entries before this address are out of the page tables
};

static_assert(offsetof(struct mapping, space) == SLAB_WORDS);

struct space {
    struct object object;    // object.lock guards all below
    struct process *process; // holds a reference
    struct arch_space arch;
    struct avl mappings;
    struct mapping fixed; // clock page and message pages
    bool closed;          // nothing can be mapped any more
    bool torn_down;       // and nothing is left
    struct list link;     // in process->spaces; under the process lock
    struct job job;       // the end
};

// What a space pays beside its record: the root table and the tables of the fixed part.
struct charge space_fixed_charge(void);
// A space of the process, which has paid.
struct space *space_create(struct process *process);

// Adds a mapping made through `slot`. Caller holds the process lock of the owner, has checked rights,
// alignment and the range of the object. OVERLAP, SEALED, NO_QUOTA, RESTART, PROCESS_ENDED.
status_t space_map_locked(struct space *space, struct memory *memory, struct slot *slot, uint64_t address,
                          uint64_t offset, uint64_t length, unsigned flags);

// Removing: begin marks the mapping that starts at the address (NOT_MAPPED), then steps until done. Several
// may step the same one.
status_t space_unmap_begin(struct space *space, uint64_t address);
bool space_unmap_step(struct space *space, uint64_t address);
// One step of removing a mapping that hangs under a slot of the process, whose lock the caller holds.
void mapping_remove_step_locked(struct mapping *mapping);

// Changing what is allowed: begin sets the flags, steps take the old entries away; touches bring them back.
status_t space_protect_begin(struct space *space, uint64_t address, unsigned flags);
bool space_protect_step(struct space *space, uint64_t address);

// Resolves a touch by the current thread: true if the access may be tried again.
bool space_fault(struct space *space, uint64_t address, unsigned access);

// For the kernel's own copies and futexes: the page behind an address, made when needed; `flags` is MAP_READ
// or MAP_WRITE. On success the space's lock is held, so that the mapping stays, until space_close(). False:
// none, no right, or not ordinary memory.
bool space_open(struct space *space, uint64_t address, unsigned flags, paddr_t *page, struct memory **memory,
                uint64_t *offset) LOCK_TAKES_IF(space->object.lock);
void space_close(struct space *space) LOCK_GIVES(space->object.lock);
// The same with the lock held by the caller.
bool space_page_locked(struct space *space, uint64_t address, unsigned flags, paddr_t *page)
    LOCK_HELD(space->object.lock);

// A page in the fixed part.
void space_map_fixed(struct space *space, uint64_t address, paddr_t page, bool writable);
void space_unmap_fixed(struct space *space, uint64_t address);

// Takes the space apart, a bounded step at a time; true when nothing is left but the record.
bool space_teardown_step(struct space *space);
// The last strong descriptor is gone.
void space_end(struct space *space, unsigned priority);
