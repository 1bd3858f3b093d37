// SPDX-License-Identifier: MIT
//
// Memory for what the kernel is told: responses, strings, arrays. It is loader memory, reclaimable, and never
// freed. An allocation that fails ends the boot with a message, so callers need not look. After
// platform_finish() only what arena_reserve() put aside is left.

#ifndef BOOT_ARENA_H
#define BOOT_ARENA_H

#include <base/types.h>

// Zeroed, aligned for any type.
void *arena_take(size_t size);

// A terminated copy.
char *arena_text(const char *text, size_t length);

// Makes sure that the next `size` bytes can be taken whatever happens to the firmware.
void arena_reserve(size_t size);

// Whole pages outside the arena's chunks; `purpose` stands in the message when there are none.
uint64_t arena_pages(uint64_t size, const char *purpose);

#endif
