// SPDX-License-Identifier: MIT
//
// Page tables as the loader left them (Intel SDM volume 3, 4.5: four and five levels), what the direct map's
// addresses stand for, and a window to devices that this kernel adds for itself in the lower half.

#include "kernel.h"

#define PRESENT 1ULL
#define WRITE   2ULL
#define USER    4ULL
#define LARGE   0x80ULL
#define NX      (1ULL << 63)
#define ADDRESS 0x000ffffffffff000ULL
#define LA57    (1ULL << 12)

static uint64_t offset(void) {
    return ((const struct word_response *)answer(&direct_map))->word;
}

void *virtual_of(uint64_t physical) {
    return (void *)(offset() + physical);
}

uint64_t physical_of(const void *pointer) {
    return (uint64_t)pointer - offset();
}

bool is_in_direct_map(const void *pointer) {
    return (uint64_t)pointer >= offset() && (uint64_t)pointer < 0xffffffff80000000ULL;
}

const struct range *range_at(uint64_t physical) {
    const struct map_response *map = answer(&memory_map);
    for (uint64_t i = 0; i < map->count; i++)
        if (physical >= map->ranges[i]->base && physical - map->ranges[i]->base < map->ranges[i]->length)
            return map->ranges[i];
    return NULL;
}

bool lies_in(const void *pointer, uint64_t size, enum memory_type type) {
    if (!is_in_direct_map(pointer))
        return false;
    for (uint64_t at = 0; at < size;) {
        const struct range *range = range_at(physical_of(pointer) + at);
        if (range == NULL || range->type != type || leaf_at((uint64_t)pointer + at).entry == 0)
            return false;
        at += PAGE - (((uint64_t)pointer + at) & (PAGE - 1));
    }
    return true;
}

static unsigned caching_of(uint64_t entry, unsigned shift) {
    unsigned pat = entry & (shift == 12 ? 0x80 : 0x1000) ? 4 : 0;
    return pat + (entry & 0x10 ? 2 : 0) + (entry & 8 ? 1 : 0);
}

struct leaf leaf_at(uint64_t address) {
    struct leaf leaf = {.writable = true, .executable = true, .user = true};
    uint64_t table = read_cr3() & ADDRESS;
    for (leaf.shift = read_cr4() & LA57 ? 48 : 39;; leaf.shift -= 9) {
        uint64_t entry = ((const uint64_t *)virtual_of(table))[(address >> leaf.shift) & 511];
        if (!(entry & PRESENT))
            return (struct leaf){.shift = leaf.shift};
        leaf.writable = leaf.writable && (entry & WRITE);
        leaf.executable = leaf.executable && !(entry & NX);
        leaf.user = leaf.user && (entry & USER);
        if (leaf.shift == 12 || (leaf.shift < 39 && (entry & LARGE))) {
            leaf.entry = entry;
            leaf.caching = caching_of(entry, leaf.shift);
            return leaf;
        }
        table = entry & ADDRESS;
    }
}

// The first 4 GiB, uncached, from the second entry of the level-4 table on.
#define WINDOW (1ULL << 39)

static uint64_t window_tables[6][512] __attribute__((aligned(4096)));

static uint64_t image_physical(const void *object) {
    const struct address_response *address = answer(&executable_address);
    return (uint64_t)object - address->virtual_base + address->physical;
}

static void window_open(void) {
    uint64_t *root = virtual_of(read_cr3() & ADDRESS);
    for (uint64_t i = 0; i < 2048; i++)
        window_tables[i / 512][i % 512] = i << 21 | LARGE | 0x10 | 8 | WRITE | PRESENT;
    for (unsigned i = 0; i < 4; i++)
        window_tables[4][i] = image_physical(window_tables[i]) | WRITE | PRESENT;
    if (read_cr4() & LA57) {
        window_tables[5][1] = image_physical(window_tables[4]) | WRITE | PRESENT;
        root[0] = image_physical(window_tables[5]) | WRITE | PRESENT;
    } else {
        root[1] = image_physical(window_tables[4]) | WRITE | PRESENT;
    }
    __asm__ volatile("mov %0, %%cr3" : : "r"(read_cr3()) : "memory");
}

volatile uint32_t *device(uint64_t physical) {
    if (window_tables[4][0] == 0)
        window_open();
    return (volatile uint32_t *)(WINDOW + physical);
}
