// SPDX-License-Identifier: MIT
//
// Words that every part of the tree uses: fixed-width integers and small arithmetic on addresses and sizes.
// Header only, no state. The alignment helpers take a power of two; align_up() wraps at the top of the range,
// so a value that is not trusted goes through try_align_up().

#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdckdint.h>

#define KIB 1024UL
#define MIB (1024UL * KIB)
#define GIB (1024UL * MIB)

#define array_length(array) (sizeof(array) / sizeof((array)[0]))

// The object that contains `member` at `pointer`.
#define container_of(pointer, type, member)                                                                  \
    ((type *)(void *)((char *)(1 ? (pointer) : &((type *)nullptr)->member) - offsetof(type, member)))

static inline bool is_power_of_two(uint64_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

static inline bool is_aligned(uint64_t value, uint64_t alignment) {
    return (value & (alignment - 1)) == 0;
}

static inline uint64_t align_down(uint64_t value, uint64_t alignment) {
    return value & ~(alignment - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

// False when the aligned value does not fit 64 bits.
[[nodiscard]] static inline bool try_align_up(uint64_t value, uint64_t alignment, uint64_t *result) {
    uint64_t sum;
    if (ckd_add(&sum, value, alignment - 1))
        return false;
    *result = align_down(sum, alignment);
    return true;
}

// Whether [start, start + length) lies in [0, limit), written so that it cannot wrap.
static inline bool range_within(uint64_t start, uint64_t length, uint64_t limit) {
    return length <= limit && start <= limit - length;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

#endif
