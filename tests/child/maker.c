// SPDX-License-Identifier: MIT
//
// See maker.h.

#include "maker.h"
#include <abi/constants.h>
#include <base/string.h>

// Nothing else of a program is here.
#define WINDOW 0x240000000000ULL

status_t maker_fill(const void *bytes, uint64_t length, uint64_t offset, uint64_t size, desc_t *memory) {
    uint64_t first = align_down(offset, PAGE_SIZE);
    uint64_t mapped = align_up(offset + length, PAGE_SIZE) - first;
    status_t status = ts_memory_allocate(size, 0, memory);
    if (status != STATUS_OK)
        return status;
    status = ts_space_map((desc_t){0}, memory->value, WINDOW, first, mapped, MAP_READ | MAP_WRITE);
    if (status == STATUS_OK) {
        memcpy((char *)(uintptr_t)WINDOW + (offset - first), bytes, length);
        status = ts_space_unmap((desc_t){0}, WINDOW);
    }
    if (status != STATUS_OK)
        (void)ts_descriptor_release(*memory);
    return status;
}

status_t maker_give(desc_t process, desc_t descriptor, uint64_t rights, desc_t *moved) {
    status_t status = ts_descriptor_transfer(descriptor, process, rights, moved);
    if (status != STATUS_OK)
        (void)ts_descriptor_release(descriptor);
    return status;
}

status_t maker_map(desc_t process, desc_t space, desc_t memory, uint64_t address, uint64_t size,
                   uint64_t flags) {
    uint64_t rights = RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ | (flags & MAP_WRITE ? RIGHT_MEMORY_WRITE : 0) |
                      (flags & MAP_EXECUTE ? RIGHT_MEMORY_EXECUTE : 0);
    desc_t moved;
    status_t status = maker_give(process, memory, rights, &moved);
    if (status != STATUS_OK)
        return status;
    return ts_space_map(space, moved.value, address, 0, size, flags);
}
