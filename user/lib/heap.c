// SPDX-License-Identifier: MIT
//
// See user/heap.h. Invariants: free blocks are in the order of their addresses and no two of them touch; each
// block, free or used, has a header with its size, a multiple of HEAP_ALIGNMENT that includes the header.

#include <user/heap.h>
#include <base/string.h>

#define MAGIC_USED 0x5553454455534544ULL
#define MAGIC_FREE 0x4652454546524545ULL

struct block {
    uint64_t magic;
    size_t size;
};

struct free_block {
    struct block block;
    struct free_block *next;
    void *unused;
};
static_assert(sizeof(struct block) == HEAP_ALIGNMENT);

static struct free_block *first_free;
static size_t used;

static bool touches(const struct free_block *low, const struct free_block *high) {
    return (const char *)low + low->block.size == (const char *)high;
}

static void join_with_next(struct free_block *free) {
    if (free->next == nullptr || !touches(free, free->next))
        return;
    free->block.size += free->next->block.size;
    free->next = free->next->next;
}

static void insert_free(void *start, size_t size) {
    struct free_block *free = start;
    struct free_block *before = nullptr;
    for (struct free_block *at = first_free; at != nullptr && at < free; at = at->next)
        before = at;
    free->block = (struct block){.magic = MAGIC_FREE, .size = size};
    free->next = before != nullptr ? before->next : first_free;
    if (before == nullptr) {
        first_free = free;
    } else {
        before->next = free;
    }
    join_with_next(free);
    if (before != nullptr)
        join_with_next(before);
}

// Takes `size` bytes out of the free block that *link names; a rest that can hold a free block stays.
static void *take(struct free_block **link, size_t size) {
    struct free_block *free = *link;
    size_t rest = free->block.size - size;
    if (rest >= sizeof(struct free_block)) {
        struct free_block *tail = (struct free_block *)(void *)((char *)free + size);
        *tail = (struct free_block){.block = {.magic = MAGIC_FREE, .size = rest}, .next = free->next};
        *link = tail;
    } else {
        size += rest;
        *link = free->next;
    }
    free->block = (struct block){.magic = MAGIC_USED, .size = size};
    used += size - sizeof(struct block);
    return (char *)free + sizeof(struct block);
}

static void *try_take(size_t size) {
    for (struct free_block **link = &first_free; *link != nullptr; link = &(*link)->next) {
        if ((*link)->block.size >= size)
            return take(link, size);
    }
    return nullptr;
}

// Each region is as large as half of all before, so that a large heap takes few kernel records; when there is
// not so much, what is needed has to do.
static bool heap_grow(size_t needed) {
    static size_t total;
    size_t size = max_u64(max_u64(needed, HEAP_GROW_SIZE), align_up(total / 2, HEAP_ALIGNMENT));
    void *region = heap_source(size);
    if (region == nullptr && size > needed) {
        size = needed;
        region = heap_source(size);
    }
    if (region == nullptr)
        return false;
    insert_free(region, size);
    total += size;
    return true;
}

void *heap_allocate(size_t size) {
    uint64_t whole;
    if (ckd_add(&whole, size, sizeof(struct block)) || !try_align_up(whole, HEAP_ALIGNMENT, &whole))
        return nullptr;
    whole = max_u64(whole, sizeof(struct free_block));
    void *found = try_take(whole);
    if (found != nullptr)
        return found;
    if (!heap_grow(whole))
        return nullptr;
    return try_take(whole);
}

void *heap_allocate_zeroed(size_t size) {
    void *block = heap_allocate(size);
    if (block != nullptr)
        memset(block, 0, size);
    return block;
}

static struct block *block_of(void *pointer) {
    struct block *block = (struct block *)(void *)((char *)pointer - sizeof(struct block));
    if (block->magic != MAGIC_USED)
        heap_corrupt();
    return block;
}

void heap_free(void *pointer) {
    if (pointer == nullptr)
        return;
    struct block *block = block_of(pointer);
    used -= block->size - sizeof(struct block);
    insert_free(block, block->size);
}

void *heap_resize(void *pointer, size_t size) {
    if (pointer == nullptr)
        return heap_allocate(size);
    size_t old = block_of(pointer)->size - sizeof(struct block);
    if (size <= old)
        return pointer;
    void *larger = heap_allocate(size);
    if (larger == nullptr)
        return nullptr;
    memcpy(larger, pointer, old);
    heap_free(pointer);
    return larger;
}

size_t heap_used(void) {
    return used;
}
