// SPDX-License-Identifier: MIT
//
// Kernel records. Storage comes page by page from the reserve and stays with its type for ever.

#include <base/string.h>
#include <base/types.h>
#include <kernel/panic.h>
#include <kernel/types.h>
#include "memory/page.h"
#include "memory/slab.h"

// A free record: its first word is kept (a serial number), the second links free records.
struct free_record {
    uint64_t kept;
    struct free_record *next;
};

static_assert(sizeof(struct free_record) == SLAB_WORDS);

static struct slab slabs[RECORD_COUNT];

static uint32_t records_per_page(size_t record_size) {
    return (uint32_t)(PAGE_SIZE / record_size);
}

uint64_t slab_pages(size_t record_size, uint32_t limit) {
    uint32_t per_page = records_per_page(record_size);
    uint64_t pages = (limit + per_page - 1) / per_page;
    return pages + (pages * sizeof(void *) + PAGE_SIZE - 1) / PAGE_SIZE;
}

void slab_init(enum record_type type, size_t record_size, uint32_t limit) {
    struct slab *slab = &slabs[type];
    lock_init(&slab->lock, LOCK_SLAB);
    slab->record_size = (uint32_t)record_size;
    slab->per_page = records_per_page(record_size);
    ASSERT(slab->per_page > 0);
    slab->limit = limit;
    slab->populated = slab->used = 0;
    slab->free = nullptr;
    uint64_t pages = (limit + slab->per_page - 1) / slab->per_page;
    slab->pages = limit ? page_boot_alloc((pages * sizeof(void *) + PAGE_SIZE - 1) / PAGE_SIZE) : nullptr;
}

static void populate_locked(struct slab *slab) {
    ASSERT(slab->populated < slab->limit);
    char *page = page_alloc_paid();
    slab->pages[slab->populated / slab->per_page] = page;
    for (uint32_t i = slab->per_page; i-- > 0;) {
        struct free_record *record = (void *)(page + (size_t)i * slab->record_size);
        record->next = slab->free;
        slab->free = record;
    }
    slab->populated += slab->per_page;
}

void *slab_alloc(enum record_type type) {
    struct slab *slab = &slabs[type];
    lock_acquire(&slab->lock);
    if (!slab->free)
        populate_locked(slab);
    struct free_record *record = slab->free;
    slab->free = record->next;
    slab->used++;
    lock_release(&slab->lock);
    memset(&record->next, 0, slab->record_size - sizeof(record->kept));
    return record;
}

void slab_free(enum record_type type, void *pointer) {
    struct slab *slab = &slabs[type];
    struct free_record *record = pointer;
    lock_acquire(&slab->lock);
    ASSERT(slab->used > 0);
    record->next = slab->free;
    slab->free = record;
    slab->used--;
    lock_release(&slab->lock);
}

uint32_t slab_used(enum record_type type) {
    return slabs[type].used;
}

void *slab_record(enum record_type type, uint32_t index) {
    struct slab *slab = &slabs[type];
    if (index >= slab->populated)
        return nullptr;
    return (char *)slab->pages[index / slab->per_page] + (size_t)(index % slab->per_page) * slab->record_size;
}
