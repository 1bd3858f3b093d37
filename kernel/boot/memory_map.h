// SPDX-License-Identifier: MIT
//
// The loader's memory map, made safe to use: whatever order, overlap, wrap-around or nonsense it has, what
// comes out is sorted, page-aligned, without overlap, and never calls something usable that any entry called
// something else. Pure functions over a caller's storage; no order of calls but digest first.
#pragma once
#include <kernel/boot.h>

// Entries of a map that are looked at; a loader that gives more is broken.
#define MEMORY_MAP_ENTRIES_MOST 8192

struct memory_map_entry {
    uint64_t base;
    uint64_t length;
    enum boot_memory_kind kind; // 0: neither memory nor tables
};

// Gives entry `index`.
typedef struct memory_map_entry memory_map_source_t(const void *context, size_t index);

enum memory_map_error {
    MEMORY_MAP_OK,
    MEMORY_MAP_EMPTY,
    MEMORY_MAP_TOO_LONG,
    MEMORY_MAP_NO_USABLE,
};

// `ranges` and `count` are the result; the rest says what had to be mended.
struct memory_map {
    struct boot_memory ranges[BOOT_MEMORY_MOST];
    size_t count;
    size_t wrapped;         // entries that reach beyond 2^64: left out
    size_t overlaps;        // entries that overlapped earlier ones of another kind
    uint64_t beyond_bytes;  // above the limit: left out
    uint64_t dropped_bytes; // of ranges, the smallest ones, for which there was no room
};

// English, lower case; never nullptr.
const char *memory_map_error_text(enum memory_map_error error);

// Addresses from `limit` on, and page 0, are left out.
[[nodiscard]] enum memory_map_error memory_map_digest(struct memory_map *map, memory_map_source_t *source,
                                                      const void *context, size_t entries, uint64_t limit);
// Takes [base, base + length), rounded outwards, out of the map.
void memory_map_remove(struct memory_map *map, uint64_t base, uint64_t length);
// Adds what overlaps nothing (after memory_map_remove).
void memory_map_insert(struct memory_map *map, uint64_t base, uint64_t length, enum boot_memory_kind kind);
// Is the address in one of the ranges?
bool memory_map_covers(const struct memory_map *map, uint64_t address);
uint64_t memory_map_bytes(const struct memory_map *map, enum boot_memory_kind kind);
// The largest range of the kind; nullptr if there is none.
struct boot_memory *memory_map_largest(struct memory_map *map, enum boot_memory_kind kind);
