// SPDX-License-Identifier: MIT
//
// A bump allocator over pages of the platform (see arena.h). The pages come zeroed, so what is taken is zero.

#include "arena.h"
#include "message.h"
#include "platform.h"
#include <base/string.h>

#define CHUNK_SIZE  (32 * KIB)
#define GRANULARITY 16

static struct {
    uint8_t *next;
    size_t left;
} arena;

uint64_t arena_pages(uint64_t size, const char *purpose) {
    uint64_t base;
    uint64_t whole;
    if (!try_align_up(size, PAGE_SIZE, &whole) || !platform_pages_allocate(whole / PAGE_SIZE, &base))
        stop("too little memory: no %llu KiB for %s", (unsigned long long)(size / KIB), purpose);
    return base;
}

void arena_reserve(size_t size) {
    if (arena.left >= size)
        return;
    size_t chunk = max_u64(CHUNK_SIZE, align_up(size, PAGE_SIZE));
    arena.next = (uint8_t *)(uintptr_t)arena_pages(chunk, "boot information");
    arena.left = chunk;
}

void *arena_take(size_t size) {
    size = align_up(size, GRANULARITY);
    arena_reserve(size);
    void *taken = arena.next;
    arena.next += size;
    arena.left -= size;
    return taken;
}

char *arena_text(const char *text, size_t length) {
    char *copy = arena_take(length + 1);
    memcpy(copy, text, length);
    return copy;
}
