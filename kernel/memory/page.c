// SPDX-License-Identifier: MIT
//
// Buddy allocator. A zone is one run of usable memory. For each order a bitmap holds one bit per pair of
// buddies: set when exactly one of the two is free as a block of that order. Free blocks are linked through
// their own first words. All of a zone's bitmaps stand at its beginning.
//
// Above a zone's frontier nothing was ever handed out, and nothing is touched: blocks enter the lists from
// there only when these are empty, so that booting takes the same time with any amount of memory.
//
// Invariants (under the lock): a free block below the frontier is in the list of its order; two free buddies
// are merged; `free_pages` is the sum of all lists and of what lies above the frontiers. Pages in per-CPU
// caches count as free and are only touched by their CPU.

#include <arch/memory.h>
#include <base/list.h>
#include <base/string.h>
#include <kernel/lock.h>
#include <kernel/panic.h>
#include "memory/page.h"
#include "sched/cpu.h"

#define ORDER_MOST 10 // 4 MiB
#define ZONE_MOST  64

struct zone {
    uint64_t base;  // aligned to the largest block, at or below start
    uint64_t first; // of the run: its bitmaps
    uint64_t start; // first page that can be handed out
    uint64_t end;
    uint64_t frontier; // below it: in use or in a list
    uint8_t *pairs[ORDER_MOST + 1];
};

static struct lock page_lock = LOCK_INIT(LOCK_PAGES);
static struct zone zones[ZONE_MOST];
static unsigned zone_count;
static struct list free_lists[ORDER_MOST + 1];
static uint64_t free_pages;

static uint64_t block_size(unsigned order) {
    return (uint64_t)PAGE_SIZE << order;
}

static struct zone *zone_of(uint64_t address) {
    for (unsigned i = 0; i < zone_count; i++) {
        if (address >= zones[i].start && address < zones[i].end)
            return &zones[i];
    }
    return nullptr;
}

// Flips the bit of the pair that holds the block; returns its new value.
static bool pair_toggle(struct zone *zone, uint64_t block, unsigned order) {
    uint64_t pair = (block - zone->base) / block_size(order + 1);
    zone->pairs[order][pair / 8] ^= (uint8_t)(1u << (pair % 8));
    return zone->pairs[order][pair / 8] >> (pair % 8) & 1;
}

static void list_block(uint64_t block, unsigned order) {
    list_push_front(&free_lists[order], direct_map(paddr(block)));
}

// Puts a block into the lists, merged with its free buddies.
static void block_enter_locked(struct zone *zone, uint64_t block, unsigned order) {
    while (order < ORDER_MOST) {
        uint64_t buddy = ((block - zone->base) ^ block_size(order)) + zone->base;
        // The bit becomes 0 when the buddy is free too.
        if (pair_toggle(zone, block, order))
            break;
        list_remove(direct_map(paddr(buddy)));
        if (buddy < block)
            block = buddy;
        order++;
    }
    list_block(block, order);
}

static void block_free_locked(struct zone *zone, uint64_t block, unsigned order) {
    free_pages += 1ull << order;
    block_enter_locked(zone, block, order);
}

// Moves a frontier up by one block, as large as alignment and the zone's end allow; false if all are at their
// ends.
static bool extend_locked(void) {
    for (unsigned i = 0; i < zone_count; i++) {
        struct zone *zone = &zones[i];
        uint64_t at = zone->frontier;
        if (at == zone->end)
            continue;
        unsigned order = ORDER_MOST;
        while (!is_aligned(at - zone->base, block_size(order)) || at + block_size(order) > zone->end)
            order--;
        zone->frontier += block_size(order);
        block_enter_locked(zone, at, order);
        return true;
    }
    return false;
}

// The order of the smallest block in the lists that is large enough; above ORDER_MOST: none.
static unsigned order_available_locked(unsigned order) {
    while (order <= ORDER_MOST && list_is_empty(&free_lists[order]))
        order++;
    return order;
}

static uint64_t block_alloc_locked(unsigned order) {
    unsigned have = order_available_locked(order);
    while (have > ORDER_MOST && extend_locked())
        have = order_available_locked(order);
    if (have > ORDER_MOST)
        return 0;
    uint64_t block = direct_map_physical(list_pop_front(&free_lists[have])).value;
    struct zone *zone = zone_of(block);
    if (have < ORDER_MOST)
        pair_toggle(zone, block, have);
    while (have > order) {
        have--;
        pair_toggle(zone, block, have);
        list_block(block + block_size(have), have);
    }
    free_pages -= 1ull << order;
    return block;
}

// Bytes of a zone's bitmap of one order.
static uint64_t bitmap_bytes(uint64_t span, unsigned order) {
    return (span / block_size(order + 1) + 1 + 7) / 8;
}

void page_zone_add(uint64_t base, uint64_t length) {
    if (!free_lists[0].next) {
        for (unsigned i = 0; i <= ORDER_MOST; i++)
            list_init(&free_lists[i]);
    }
    if (zone_count == ZONE_MOST)
        return; // memory beyond the 64th run stays unused
    uint64_t aligned = align_down(base, block_size(ORDER_MOST));
    uint64_t span = base + length - aligned;
    uint64_t bytes = 0;
    for (unsigned order = 0; order < ORDER_MOST; order++)
        bytes += bitmap_bytes(span, order);
    uint64_t own = align_up(bytes, PAGE_SIZE);
    if (own >= length)
        return;
    struct zone *zone = &zones[zone_count++];
    *zone = (struct zone){
        .base = aligned, .first = base, .start = base + own, .end = base + length, .frontier = base + own};
    uint8_t *map = direct_map(paddr(base));
    memset(map, 0, own);
    for (unsigned order = 0; order < ORDER_MOST; order++) {
        zone->pairs[order] = map;
        map += bitmap_bytes(span, order);
    }
    free_pages += (zone->end - zone->start) / PAGE_SIZE;
}

// The block is as large as its power of two; what is over goes back at once.
void *page_boot_alloc(uint64_t count) {
    unsigned order = 0;
    while (1ull << order < count)
        order++;
    lock_acquire(&page_lock);
    uint64_t block = order <= ORDER_MOST ? block_alloc_locked(order) : 0;
    if (block == 0)
        panic("expected %lu pages of memory in a row for the kernel's own tables", (unsigned long)count);
    for (uint64_t i = count; i < 1ull << order; i++)
        block_free_locked(zone_of(block), block + i * PAGE_SIZE, 0);
    lock_release(&page_lock);
    memset(direct_map(paddr(block)), 0, count * PAGE_SIZE);
    return direct_map(paddr(block));
}

static void cache_fill(struct cpu *cpu) {
    lock_acquire(&page_lock);
    while (cpu->page_cache_count < PAGE_CACHE_MOST / 2) {
        uint64_t block = block_alloc_locked(0);
        if (block == 0)
            break;
        cpu->page_cache[cpu->page_cache_count++] = direct_map(paddr(block));
    }
    lock_release(&page_lock);
}

void *page_alloc_paid(void) {
    struct cpu *cpu = cpu_current();
    if (cpu->page_cache_count == 0)
        cache_fill(cpu);
    ASSERT(cpu->page_cache_count > 0);
    void *page = cpu->page_cache[--cpu->page_cache_count];
    arch_page_clear(page);
    return page;
}

void page_free(void *page) {
    struct cpu *cpu = cpu_current();
    if (cpu->page_cache_count == PAGE_CACHE_MOST) {
        lock_acquire(&page_lock);
        while (cpu->page_cache_count > PAGE_CACHE_MOST / 2) {
            uint64_t block = direct_map_physical(cpu->page_cache[--cpu->page_cache_count]).value;
            block_free_locked(zone_of(block), block, 0);
        }
        lock_release(&page_lock);
    }
    cpu->page_cache[cpu->page_cache_count++] = page;
}

uint64_t page_free_count(void) {
    uint64_t count = free_pages;
    for (unsigned i = 0; i < cpu_count; i++)
        count += cpus[i].page_cache_count;
    return count;
}

bool page_is_managed(paddr_t page) {
    return zone_of(page.value) != nullptr;
}

bool page_is_free(paddr_t page) {
    const struct zone *zone = zone_of(page.value);
    if (zone && page.value >= zone->frontier)
        return true;
    for (unsigned i = 0; i < cpu_count; i++) {
        for (unsigned j = 0; j < cpus[i].page_cache_count; j++) {
            if (direct_map_physical(cpus[i].page_cache[j]).value == page.value)
                return true;
        }
    }
    for (unsigned order = 0; order <= ORDER_MOST; order++) {
        list_for_each(link, &free_lists[order]) {
            uint64_t block = direct_map_physical(link).value;
            if (page.value >= block && page.value - block < block_size(order))
                return true;
        }
    }
    return false;
}

bool page_range_is_memory(uint64_t base, uint64_t length) {
    for (unsigned i = 0; i < zone_count; i++) {
        if (base < zones[i].end && zones[i].first < base + length)
            return true;
    }
    return false;
}

void *page_table_alloc(void) {
    return page_alloc_paid();
}

void page_table_free(void *table) {
    page_free(table);
}
