// SPDX-License-Identifier: MIT
//
// Resolving overlapping physical ranges (see memory_map.h). The sweep goes from one border to the next and
// asks each time which of the ranges covering that point counts most: quadratic in the number of ranges,
// which are a few hundred at most, and in exchange it needs neither sorting nor room for intermediate pieces.

#include "memory_map.h"

// Which type counts where several cover the same memory. Memory that somebody else uses beats memory we may
// use; ACPI's own types beat "reserved, but mapped", which only says that a table was found there.
static const uint8_t precedence[LIMINE_MEMORY_TYPES] = {
    [LIMINE_MEMORY_USABLE] = 1,
    [LIMINE_MEMORY_LOADER_RECLAIMABLE] = 2,
    [LIMINE_MEMORY_EXECUTABLE_AND_MODULES] = 3,
    [LIMINE_MEMORY_RESERVED] = 4,
    [LIMINE_MEMORY_BAD] = 5,
    [LIMINE_MEMORY_RESERVED_MAPPED] = 6,
    [LIMINE_MEMORY_ACPI_RECLAIMABLE] = 7,
    [LIMINE_MEMORY_ACPI_NVS] = 8,
    [LIMINE_MEMORY_FRAMEBUFFER] = 9,
};

bool memory_map_add(struct memory_map *map, uint64_t base, uint64_t length, enum limine_memory_type type) {
    if (length > UINT64_MAX - base)
        length = UINT64_MAX - base;
    if (length == 0)
        return true;
    if (map->count == map->capacity)
        return false;
    map->ranges[map->count++] = (struct limine_memory_range){base, length, type};
    return true;
}

bool memory_map_add_pages(struct memory_map *map, uint64_t base, uint64_t length,
                          enum limine_memory_type type) {
    uint64_t end;
    if (length == 0)
        return true;
    if (ckd_add(&end, base, length) || !try_align_up(end, PAGE_SIZE, &end))
        end = align_down(UINT64_MAX, PAGE_SIZE);
    base = align_down(base, PAGE_SIZE);
    return memory_map_add(map, base, end - base, type);
}

static uint64_t range_end(const struct limine_memory_range *range) {
    return range->base + range->length;
}

// The first border of any range above `position`, or at it when `inclusive`; UINT64_MAX when there is none.
static uint64_t next_border(const struct memory_map *raw, uint64_t position, bool inclusive) {
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < raw->count; i++) {
        uint64_t borders[] = {raw->ranges[i].base, range_end(&raw->ranges[i])};
        for (size_t j = 0; j < array_length(borders); j++)
            if (borders[j] > position || (inclusive && borders[j] == position))
                next = min_u64(next, borders[j]);
    }
    return next;
}

static const struct limine_memory_range *range_that_counts(const struct memory_map *raw, uint64_t position) {
    const struct limine_memory_range *best = nullptr;
    for (size_t i = 0; i < raw->count; i++) {
        const struct limine_memory_range *range = &raw->ranges[i];
        if (position < range->base || position >= range_end(range))
            continue;
        if (best == nullptr || precedence[range->type] > precedence[best->type])
            best = range;
    }
    return best;
}

static bool is_strict(enum limine_memory_type type) {
    return type == LIMINE_MEMORY_USABLE || type == LIMINE_MEMORY_LOADER_RECLAIMABLE;
}

// Appends, joined to the last range where type and border agree.
static bool append_joined(struct memory_map *out, uint64_t base, uint64_t end, enum limine_memory_type type) {
    if (out->count > 0) {
        struct limine_memory_range *last = &out->ranges[out->count - 1];
        if (last->type == type && range_end(last) == base) {
            last->length += end - base;
            return true;
        }
    }
    return memory_map_add(out, base, end - base, type);
}

// Shrinks usable and reclaimable ranges to whole pages; what remains of none is removed.
static void shrink_strict(struct memory_map *map) {
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct limine_memory_range range = map->ranges[i];
        if (is_strict(range.type)) {
            uint64_t end = align_down(range_end(&range), PAGE_SIZE);
            if (!try_align_up(range.base, PAGE_SIZE, &range.base) || range.base >= end)
                continue;
            range.length = end - range.base;
        }
        map->ranges[kept++] = range;
    }
    map->count = kept;
}

bool memory_map_build(struct memory_map *out, const struct memory_map *raw) {
    out->count = 0;
    uint64_t position = next_border(raw, 0, true);
    while (position != UINT64_MAX) {
        uint64_t next = next_border(raw, position, false);
        const struct limine_memory_range *range = range_that_counts(raw, position);
        if (range != nullptr && !append_joined(out, position, next, range->type))
            return false;
        position = next;
    }
    shrink_strict(out);
    return true;
}

bool memory_map_find(const struct memory_map *map, uint64_t pages, uint64_t limit, uint64_t *base) {
    uint64_t size;
    if (pages == 0 || ckd_mul(&size, pages, PAGE_SIZE))
        return false;
    for (size_t i = map->count; i-- > 0;) {
        const struct limine_memory_range *range = &map->ranges[i];
        uint64_t end = min_u64(range_end(range), align_down(limit, PAGE_SIZE));
        if (range->type != LIMINE_MEMORY_USABLE || end < range->base || end - range->base < size)
            continue;
        *base = end - size;
        return true;
    }
    return false;
}
