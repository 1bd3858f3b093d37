// SPDX-License-Identifier: MIT
//
// Physical pages: a buddy allocator on bitmaps, one zone for each run of usable memory, and a small cache per
// CPU. What is promised to anybody never needs more than one page in a row; larger blocks serve the kernel at
// boot.
//
// Payment: every page that is handed out after boot was charged to a quota (or belongs to the kernel's
// reserve) before it is asked for, so page_alloc_paid() cannot fail; a failure is a broken invariant.
#pragma once
#include <kernel/types.h>

// Called at boot, with ranges in any order; overlap is the caller's fault. Page aligned.
void page_zone_add(uint64_t base, uint64_t length);

// Boot only: `count` pages in a row, zeroed; panics when there are none.
void *page_boot_alloc(uint64_t count);

// A zeroed page that was paid for. Address in the direct map.
void *page_alloc_paid(void);
void page_free(void *page);

// Pages that are free, caches included; for the tests that count what is left, and for quota set-up.
uint64_t page_free_count(void);
// Whether the page is free, and whether the allocator owns it at all; walks, for tests.
bool page_is_free(paddr_t page);
bool page_is_managed(paddr_t page);

// Does the range touch memory of any zone?
bool page_range_is_memory(uint64_t base, uint64_t length);

// For the ports' page tables: paid pages of the space being changed.
void *page_table_alloc(void);
void page_table_free(void *table);
