// SPDX-License-Identifier: MIT
//
// The memory that the test program and its children have in common, at the same address in each: words to
// talk through, and the marks of system calls. The test program makes it before the first test; a child that
// was made without it must use nothing of this.

#ifndef GUEST_SHARED_H
#define GUEST_SHARED_H

#include <abi/status.h>
#include <base/types.h>
#include <stdatomic.h>

enum { SHARED_CALLS = 128, SHARED_STATUSES = 64, SHARED_WORDS = 64 };

struct shared {
    // What a test and its children agree on; cleared before each test.
    _Atomic uint32_t word[SHARED_WORDS];
    _Atomic uint64_t value[SHARED_WORDS];
    // seen[call][-status]: that status came back. Written by many, never back to 0.
    volatile uint8_t seen[SHARED_CALLS][SHARED_STATUSES];
};

#define SHARED_ADDRESS 0x210000000000ULL
#define SHARED         ((struct shared *)SHARED_ADDRESS)

// False until the memory is mapped.
extern bool shared_ready;

static inline void shared_mark(uint64_t number, status_t status) {
    if (shared_ready && number < SHARED_CALLS && status <= 0 && -(int)status < SHARED_STATUSES)
        SHARED->seen[number][-(int)status] = 1;
}

#endif
