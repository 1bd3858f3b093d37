// SPDX-License-Identifier: MIT
//
// Kernel records of one type: as many as the root quota has of them, laid out in pages that are taken from
// the kernel's reserve when first needed and never given back. So a record's storage always holds a record of
// its type, a pointer that is stale can be compared by its serial number, and a paid allocation cannot fail.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <abi/objects.h>
#include <kernel/lock.h>

// Every record begins with them: the slab's while it is free. A record may keep a serial number in the first.
#define SLAB_WORDS (2 * sizeof(uint64_t))

struct slab {
    struct lock lock;
    // Immutable after slab_init.
    uint32_t record_size;
    uint32_t per_page;
    uint32_t limit;
    // Under the lock.
    void **pages;
    uint32_t populated; // records whose page exists
    uint32_t used;
    void *free; // free records, linked through their second word
};

// Boot: takes the directory from page_boot_alloc().
void slab_init(enum record_type type, size_t record_size, uint32_t limit);
// Pages that a slab of so many records needs at most, directory included.
uint64_t slab_pages(size_t record_size, uint32_t limit);
// All zero but for the first word, which is kept across uses (struct object keeps its serial there).
void *slab_alloc(enum record_type type);
void slab_free(enum record_type type, void *record);
uint32_t slab_used(enum record_type type);
// The n-th record if its storage exists (used or not), else nullptr; for walks.
void *slab_record(enum record_type type, uint32_t index);
