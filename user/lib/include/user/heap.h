// SPDX-License-Identifier: MIT
//
// A heap for single-threaded programs: first fit over free blocks in the order of their addresses, neighbours
// joined when freed. What is asked for more than HEAP_GROW_SIZE comes as a region of its own size.
// heap_free() stops the program when the pointer is not one that the heap gave out, or was freed before.

#ifndef USER_HEAP_H
#define USER_HEAP_H

#include <base/types.h>

enum { HEAP_GROW_SIZE = 65536, HEAP_ALIGNMENT = 16 };

// Aligned to HEAP_ALIGNMENT; nullptr when there is no memory. A size of 0 counts as 1.
[[nodiscard]] void *heap_allocate(size_t size);
[[nodiscard]] void *heap_allocate_zeroed(size_t size);
// As realloc: the old block stays valid when nullptr is returned.
[[nodiscard]] void *heap_resize(void *block, size_t size);
void heap_free(void *block);

// Bytes handed out now, without headers.
size_t heap_used(void);

// What the heap stands on; user/lib/region.c in a program, the test itself in a test.
void *heap_source(size_t size); // zeroed or not, HEAP_ALIGNMENT-aligned; nullptr: none left
[[noreturn]] void heap_corrupt(void);

#endif
