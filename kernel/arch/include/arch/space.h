// SPDX-License-Identifier: MIT
//
// Seam: page tables of user address spaces. Portable code decides what is mapped where and pays for
// page-table pages; the port only writes entries. All functions are called under the lock of the space.
// Page-table pages come from page_table_alloc() and go back through page_table_free() (kernel/memory/page.h):
// the first cannot fail, because the mapping paid for them.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <kernel/types.h>

struct arch_space;

// What an entry allows. Readable always.
#define ARCH_MAP_WRITE           0x1u
#define ARCH_MAP_EXECUTE         0x2u
#define ARCH_MAP_UNCACHED        0x4u
#define ARCH_MAP_WRITE_COMBINING 0x8u

// Levels of page tables below the root, and the bytes that one table of a level covers; level 1 is the lowest
// (its entries are pages). Used to pay for tables: constants of the port.
//   ARCH_TABLE_LEVELS            tables on the path to a page, without the root
//   ARCH_TABLE_SHIFT(level)      log2 of the bytes that one table of this level covers

// An empty space: allocates the root table, which maps the kernel.
void arch_space_init(struct arch_space *space);
// Frees the root table. No user entries are left.
void arch_space_fini(struct arch_space *space);

// Enters one page. An existing entry for the page is replaced; the caller flushes when that matters.
void arch_space_map(struct arch_space *space, uint64_t address, paddr_t page, unsigned flags);
// Clears the entries of [address, address + pages * PAGE_SIZE); skips what is not there.
void arch_space_unmap(struct arch_space *space, uint64_t address, uint64_t pages);
// Tables to free: those that cover some of [low, high), where mappings were, and nothing outside [start,
// end), whose entries are all clear.
struct arch_trim {
    uint64_t start, end;
    uint64_t low, high;
};

// Frees at most `most` tables and returns true when none is left. Looks only at tables and entries for [low,
// high).
bool arch_space_trim(struct arch_space *space, const struct arch_trim *range, unsigned most);
// The page an entry maps, and its flags; false if there is none.
bool arch_space_lookup(const struct arch_space *space, uint64_t address, paddr_t *page, unsigned *flags);

// This CPU uses the space from now on (nullptr: the kernel's own).
void arch_space_switch(struct arch_space *space);
// This CPU forgets what it cached of the range.
void arch_space_flush(struct arch_space *space, uint64_t address, uint64_t pages);

#include <arch_space.h>
