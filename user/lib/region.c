// SPDX-License-Identifier: MIT
//
// Where memory is mapped that has no address of its own, the heap's among it: memory objects one behind the
// other from startup->heap_start on, with an unmapped page between them. They are given back when the process
// ends.

#include <user/heap.h>
#include <user/program.h>
#include <tessera/syscalls.h>

static uint64_t next_address;

static void *map(desc_t memory, uint64_t size, uint64_t flags) {
    if (next_address == 0)
        next_address = startup->heap_start;
    uint64_t address = next_address;
    if (ts_space_map((desc_t){0}, memory.value, address, 0, size, flags) != STATUS_OK)
        return nullptr;
    next_address += size + PAGE_SIZE;
    return (void *)(uintptr_t)address;
}

void *memory_map(desc_t memory, uint64_t flags, uint64_t *size) {
    struct descriptor_info info = {};
    if (ts_descriptor_inspect(memory, &info, sizeof(info)) != STATUS_OK)
        return nullptr;
    *size = info.size;
    return map(memory, info.size, flags);
}

void *heap_source(size_t size) {
    uint64_t whole;
    if (!try_align_up(size, PAGE_SIZE, &whole))
        return nullptr;
    desc_t memory;
    if (ts_memory_allocate(whole, 0, &memory) != STATUS_OK)
        return nullptr;
    void *region = map(memory, whole, MAP_READ | MAP_WRITE);
    if (region == nullptr)
        (void)ts_descriptor_release(memory);
    return region;
}

void heap_corrupt(void) {
    log_at(LOG_ERROR, "the heap is corrupt");
    __builtin_trap();
}
