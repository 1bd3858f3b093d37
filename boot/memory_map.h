// SPDX-License-Identifier: MIT
//
// Physical memory maps. Firmware reports ranges unsorted, overlapping, empty or past the end of the address
// space, and the loader lays its own ranges over them; memory_map_build() makes of all that one map that is
// sorted, without overlaps, and page-aligned where the protocol asks for it. Pure functions on arrays that
// the caller owns: no allocation, no hardware, so the same code runs in host tests.

#ifndef BOOT_MEMORY_MAP_H
#define BOOT_MEMORY_MAP_H

#include <base/limine.h>

#define PAGE_SIZE 4096ULL

struct memory_map {
    struct limine_memory_range *ranges;
    size_t count;
    size_t capacity;
};

// Appends a range. An empty one is dropped, one that runs past 2^64 is cut there. False when the map is full.
[[nodiscard]] bool memory_map_add(struct memory_map *map, uint64_t base, uint64_t length,
                                  enum limine_memory_type type);

// As memory_map_add(), but widened to whole pages.
[[nodiscard]] bool memory_map_add_pages(struct memory_map *map, uint64_t base, uint64_t length,
                                        enum limine_memory_type type);

// Resolves `raw` into `out` (emptied first). Where ranges overlap, the type that promises least to the kernel
// wins, except that a framebuffer, and firmware tables that must be mapped, win over plain reserved memory.
// Usable and reclaimable ranges are shrunk to whole pages. False when `out` is too small; twice raw->count +
// 1 always suffices.
[[nodiscard]] bool memory_map_build(struct memory_map *out, const struct memory_map *raw);

// The highest free place for `pages` pages of usable memory of a built map that ends at or below `limit`.
[[nodiscard]] bool memory_map_find(const struct memory_map *map, uint64_t pages, uint64_t limit,
                                   uint64_t *base);

#endif
