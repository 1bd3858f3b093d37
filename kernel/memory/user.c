// SPDX-License-Identifier: MIT
//
// Copies between the kernel and user memory, page by page through the direct map.

#include <arch/memory.h>
#include <base/string.h>
#include <base/types.h>
#include <abi/structs.h>
#include "memory/user.h"
#include "object/space.h"

const uint64_t user_length = USER_END;

bool user_range_valid(uint64_t address, uint64_t length) {
    return address >= USER_START && address < USER_END && length <= USER_END - address;
}

static size_t piece(uint64_t address, size_t left) {
    return min_u64(left, PAGE_SIZE - address % PAGE_SIZE);
}

static status_t copy(struct space *space, char *kernel, uint64_t user, size_t length, size_t *done,
                     bool out) {
    size_t at = 0;
    status_t status = user_range_valid(user, length) ? STATUS_OK : STATUS_BAD_ADDRESS;
    while (status == STATUS_OK && at < length) {
        paddr_t page;
        if (!space_open(space, user + at, out ? MAP_WRITE : MAP_READ, &page, nullptr, nullptr)) {
            status = STATUS_BAD_ADDRESS;
            break;
        }
        char *window = (char *)direct_map(page) + (user + at) % PAGE_SIZE;
        size_t size = piece(user + at, length - at);
        if (out)
            memcpy(window, kernel + at, size);
        else
            memcpy(kernel + at, window, size);
        space_close(space);
        at += size;
    }
    if (done)
        *done = at;
    return status;
}

status_t user_copy_in(struct space *space, void *to, uint64_t from, size_t length, size_t *done) {
    return copy(space, to, from, length, done, false);
}

status_t user_copy_out(struct space *space, uint64_t to, const void *from, size_t length, size_t *done) {
    return copy(space, (char *)(uintptr_t)from, to, length, done, true);
}

// One piece inside one page on both sides. Both spaces are held, so that neither page can go meanwhile.
static bool copy_piece(struct space *to_space, uint64_t to, struct space *from_space, uint64_t from,
                       size_t size, bool *fault_in_from) {
    paddr_t source, target;
    lock_acquire_pair(&to_space->object.lock, &from_space->object.lock);
    bool readable = space_page_locked(from_space, from, MAP_READ, &source);
    bool writable = readable && space_page_locked(to_space, to, MAP_WRITE, &target);
    if (writable)
        memmove((char *)direct_map(target) + to % PAGE_SIZE, (char *)direct_map(source) + from % PAGE_SIZE,
                size);
    lock_release_pair(&to_space->object.lock, &from_space->object.lock);
    *fault_in_from = !readable;
    return writable;
}

status_t user_copy_across(struct space *to_space, uint64_t to, struct space *from_space, uint64_t from,
                          size_t length, size_t *done, bool *fault_in_from) {
    *done = 0;
    *fault_in_from = false;
    while (*done < length) {
        size_t size = piece(to + *done, piece(from + *done, length - *done));
        if (!copy_piece(to_space, to + *done, from_space, from + *done, size, fault_in_from))
            return STATUS_BAD_ADDRESS;
        *done += size;
    }
    return STATUS_OK;
}
