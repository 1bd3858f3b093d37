// SPDX-License-Identifier: MIT
//
// The page tables' contents (see direct_map.h).

#include "direct_map.h"
#include "arch.h"
#include "arena.h"
#include "message.h"

// Page tables that the map may need beyond what the bound says, should leaving the firmware split ranges.
#define TABLES_SPARE 32

// PROTOCOL.md, "Memory Layout at Entry".
static bool is_mapped(const struct boot *boot, enum limine_memory_type type) {
    switch (type) {
    case LIMINE_MEMORY_USABLE:
    case LIMINE_MEMORY_LOADER_RECLAIMABLE:
    case LIMINE_MEMORY_EXECUTABLE_AND_MODULES:
    case LIMINE_MEMORY_FRAMEBUFFER:
        return true;
    case LIMINE_MEMORY_ACPI_RECLAIMABLE:
    case LIMINE_MEMORY_ACPI_NVS:
    case LIMINE_MEMORY_RESERVED_MAPPED:
        return boot->base_revision >= 4;
    default:
        return false;
    }
}

struct span {
    uint64_t low;
    uint64_t high;
    unsigned flags;
};

// The next piece of the map, from range *index on, that is mapped alike. Neighbours are joined so that large
// pages reach across them.
static bool next_span(const struct boot *boot, size_t *index, struct span *span) {
    const struct memory_map *map = &boot->map;
    while (*index < map->count && !is_mapped(boot, map->ranges[*index].type))
        ++*index;
    if (*index == map->count)
        return false;
    span->flags = 0;
    for (bool first = true; *index < map->count; first = false, ++*index) {
        const struct limine_memory_range *range = &map->ranges[*index];
        unsigned flags = ARCH_MAP_WRITE | ARCH_MAP_EXECUTE;
        if (range->type == LIMINE_MEMORY_FRAMEBUFFER)
            flags |= ARCH_MAP_WRITE_COMBINING;
        uint64_t low = align_down(range->base, PAGE_SIZE);
        if (!is_mapped(boot, range->type) || (!first && (flags != span->flags || low > span->high)))
            break;
        if (first)
            *span = (struct span){low, low, flags};
        span->high = max_u64(span->high, align_up(range->base + range->length, PAGE_SIZE));
    }
    return true;
}

void direct_map_reserve(const struct boot *boot) {
    struct span span;
    uint64_t pages = TABLES_SPARE + arch_tables_bound(boot->image.size);
    for (size_t index = 0; next_span(boot, &index, &span);)
        pages += arch_tables_bound(span.high - span.low);
    arch_tables_init(arena_pages(pages * PAGE_SIZE, "page tables"), pages);
}

void direct_map_fill(const struct boot *boot) {
    struct span span;
    bool done = image_map(&boot->image);
    for (size_t index = 0; done && next_span(boot, &index, &span);)
        done = arch_map(arch_virtual(span.low), span.low, span.high - span.low, span.flags);
    if (!done)
        stop("the memory put aside for page tables is used up");
}
