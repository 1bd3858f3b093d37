// SPDX-License-Identifier: MIT
//
// Where the heap's memory comes from: memory objects mapped one behind the other from startup->heap_start on,
// with an unmapped page between them. They are given back when the process ends.

#include <user/heap.h>
#include <user/program.h>
#include <tessera/syscalls.h>

static uint64_t next_address;

void *heap_source(size_t size) {
    if (next_address == 0)
        next_address = startup->heap_start;
    uint64_t whole;
    if (!try_align_up(size, PAGE_SIZE, &whole))
        return nullptr;
    desc_t memory;
    if (ts_memory_allocate(whole, 0, &memory) != STATUS_OK)
        return nullptr;
    uint64_t address = next_address;
    if (ts_space_map((desc_t){0}, memory.value, address, 0, whole, MAP_READ | MAP_WRITE) != STATUS_OK) {
        (void)ts_descriptor_release(memory);
        return nullptr;
    }
    next_address += whole + PAGE_SIZE;
    return (void *)(uintptr_t)address;
}

void heap_corrupt(void) {
    log_at(LOG_ERROR, "the heap is corrupt");
    __builtin_trap();
}
