// SPDX-License-Identifier: MIT
//
// The one way in which the kernel touches user memory: through the mappings of a space and the direct map,
// never through the user's own page tables, so no user page can fault in the kernel and SMAP stays shut.
// Device memory is refused.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <kernel/types.h>

struct space;

// Bytes from address 0 to the end of user space.
extern const uint64_t user_length;
// The one range check: [address, address + length) lies in user space. Length 0 is valid if the address is.
bool user_range_valid(uint64_t address, uint64_t length);

// Copies to or from a space, page by page; stops at the first page that is not mapped or lacks the right, and
// stores the bytes done. Zero-fill pages are made on the way. The caller bounds the length (each page is one
// bounded step).
status_t user_copy_in(struct space *space, void *to, uint64_t from, size_t length, size_t *done);
status_t user_copy_out(struct space *space, uint64_t to, const void *from, size_t length, size_t *done);
// From one space to another.
status_t user_copy_across(struct space *to_space, uint64_t to, struct space *from_space, uint64_t from,
                          size_t length, size_t *done, bool *fault_in_from);
