// SPDX-License-Identifier: MIT
//
// See memory_map.h. Kinds are entered in the order of how little they promise: usable, then the loader's,
// then tables, then everything else, each cutting its range out of what is there. So a conflict is always
// decided against using the memory. When the array is full the smallest range of memory goes.

#include "memory_map.h"
#include <base/string.h>
#include <base/types.h>

const char *memory_map_error_text(enum memory_map_error error) {
    static const char *const texts[] = {
        [MEMORY_MAP_OK] = "no error",
        [MEMORY_MAP_EMPTY] = "the memory map is empty",
        [MEMORY_MAP_TOO_LONG] = "the memory map has more than 8192 entries",
        [MEMORY_MAP_NO_USABLE] = "the memory map has no usable memory",
    };
    return error < array_length(texts) ? texts[error] : "unknown error";
}

static uint64_t range_end(const struct boot_memory *range) {
    return range->base + range->length;
}

static void range_delete(struct memory_map *map, size_t index) {
    map->count--;
    memmove(&map->ranges[index], &map->ranges[index + 1], (map->count - index) * sizeof(struct boot_memory));
}

static bool is_memory(enum boot_memory_kind kind) {
    return kind == BOOT_MEMORY_USABLE || kind == BOOT_MEMORY_RECLAIM;
}

// Makes room for one more of this length; false if the new one is itself the smallest.
static bool make_room(struct memory_map *map, uint64_t length, enum boot_memory_kind kind) {
    size_t smallest = BOOT_MEMORY_MOST;
    for (size_t i = 0; i < map->count; i++)
        if (is_memory(map->ranges[i].kind) &&
            (smallest == BOOT_MEMORY_MOST || map->ranges[i].length < map->ranges[smallest].length))
            smallest = i;
    bool weaker = smallest < BOOT_MEMORY_MOST && (!is_memory(kind) || map->ranges[smallest].length < length);
    map->dropped_bytes += weaker ? map->ranges[smallest].length : length;
    if (weaker)
        range_delete(map, smallest);
    return weaker;
}

static void range_insert(struct memory_map *map, struct boot_memory range) {
    if (range.length == 0 || (map->count == BOOT_MEMORY_MOST && !make_room(map, range.length, range.kind)))
        return;
    size_t at = 0;
    while (at < map->count && map->ranges[at].base < range.base)
        at++;
    memmove(&map->ranges[at + 1], &map->ranges[at], (map->count - at) * sizeof(struct boot_memory));
    map->ranges[at] = range;
    map->count++;
}

// Joins neighbours of one kind.
static void ranges_join(struct memory_map *map) {
    for (size_t i = 1; i < map->count;) {
        struct boot_memory *before = &map->ranges[i - 1];
        if (before->kind == map->ranges[i].kind && range_end(before) == map->ranges[i].base) {
            before->length += map->ranges[i].length;
            range_delete(map, i);
        } else {
            i++;
        }
    }
}

// True if something of another kind was there.
static bool range_cut(struct memory_map *map, uint64_t start, uint64_t end, enum boot_memory_kind kind) {
    bool conflict = false;
    for (size_t i = 0; i < map->count;) {
        struct boot_memory *range = &map->ranges[i];
        uint64_t low = range->base;
        uint64_t high = range_end(range);
        if (high <= start || low >= end) {
            i++;
            continue;
        }
        struct boot_memory above = {.base = end, .length = high > end ? high - end : 0, .kind = range->kind};
        conflict |= range->kind != kind;
        if (low < start) {
            range->length = start - low;
            i++;
        } else {
            range_delete(map, i);
        }
        range_insert(map, above);
    }
    return conflict;
}

void memory_map_remove(struct memory_map *map, uint64_t base, uint64_t length) {
    uint64_t end;
    uint64_t high;
    if (length == 0)
        return;
    if (ckd_add(&end, base, length) || !try_align_up(end, PAGE_SIZE, &high))
        high = align_down(UINT64_MAX, PAGE_SIZE);
    (void)range_cut(map, align_down(base, PAGE_SIZE), high, 0);
}

void memory_map_insert(struct memory_map *map, uint64_t base, uint64_t length, enum boot_memory_kind kind) {
    range_insert(map, (struct boot_memory){.base = base, .length = length, .kind = kind});
    ranges_join(map);
}

// One entry: memory is rounded inwards, everything else outwards.
static void entry_add(struct memory_map *map, const struct memory_map_entry *entry, uint64_t limit) {
    uint64_t start = entry->base;
    uint64_t end = entry->base + entry->length;
    if (is_memory(entry->kind)) {
        if (!try_align_up(start, PAGE_SIZE, &start))
            return;
        end = align_down(end, PAGE_SIZE);
    } else {
        start = align_down(start, PAGE_SIZE);
        if (!try_align_up(end, PAGE_SIZE, &end))
            end = align_down(UINT64_MAX, PAGE_SIZE);
    }
    if (end > limit) {
        if (is_memory(entry->kind) && start < end)
            map->beyond_bytes += end - max_u64(start, limit);
        end = limit;
    }
    if (start >= end)
        return;
    map->overlaps += range_cut(map, start, end, entry->kind);
    if (entry->kind != 0)
        range_insert(map, (struct boot_memory){.base = start, .length = end - start, .kind = entry->kind});
}

static void entries_add(struct memory_map *map, memory_map_source_t *source, const void *context,
                        size_t entries, enum boot_memory_kind kind, uint64_t limit) {
    for (size_t i = 0; i < entries; i++) {
        struct memory_map_entry entry = source(context, i);
        uint64_t end;
        if (entry.kind != kind || entry.length == 0)
            continue;
        if (ckd_add(&end, entry.base, entry.length)) {
            map->wrapped++;
            if (is_memory(kind))
                continue;
            entry.length = UINT64_MAX - entry.base; // still nothing there may be used
        }
        entry_add(map, &entry, limit);
    }
}

enum memory_map_error memory_map_digest(struct memory_map *map, memory_map_source_t *source,
                                        const void *context, size_t entries, uint64_t limit) {
    *map = (struct memory_map){};
    if (entries == 0)
        return MEMORY_MAP_EMPTY;
    if (entries > MEMORY_MAP_ENTRIES_MOST)
        return MEMORY_MAP_TOO_LONG;
    static const enum boot_memory_kind order[] = {
        BOOT_MEMORY_USABLE, BOOT_MEMORY_RECLAIM, BOOT_MEMORY_ACPI, BOOT_MEMORY_ACPI_NVS, 0,
    };
    for (size_t i = 0; i < array_length(order); i++)
        entries_add(map, source, context, entries, order[i], limit);
    memory_map_remove(map, 0, PAGE_SIZE); // physical address 0 stays nobody's
    ranges_join(map);
    return memory_map_largest(map, BOOT_MEMORY_USABLE) != nullptr ? MEMORY_MAP_OK : MEMORY_MAP_NO_USABLE;
}

bool memory_map_covers(const struct memory_map *map, uint64_t address) {
    for (size_t i = 0; i < map->count; i++)
        if (address >= map->ranges[i].base && address - map->ranges[i].base < map->ranges[i].length)
            return true;
    return false;
}

uint64_t memory_map_bytes(const struct memory_map *map, enum boot_memory_kind kind) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < map->count; i++)
        if (map->ranges[i].kind == kind)
            bytes += map->ranges[i].length;
    return bytes;
}

struct boot_memory *memory_map_largest(struct memory_map *map, enum boot_memory_kind kind) {
    struct boot_memory *largest = nullptr;
    for (size_t i = 0; i < map->count; i++)
        if (map->ranges[i].kind == kind && (largest == nullptr || map->ranges[i].length > largest->length))
            largest = &map->ranges[i];
    return largest;
}
