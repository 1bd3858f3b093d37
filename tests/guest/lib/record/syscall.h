// SPDX-License-Identifier: MIT
//
// Stands before the port's syscall.h, so that each system call made through a generated stub leaves a mark
// (call, status) in the memory that all processes of the tests share. At the end the marks say which
// documented errors occurred, and whether one came that is not documented. Code that runs without that
// memory, or with numbers that are no call, uses the bare_ functions.

#ifndef GUEST_RECORD_SYSCALL_H
#define GUEST_RECORD_SYSCALL_H

#define ts_syscall6        bare_syscall6
#define ts_syscall_message bare_syscall_message
#include_next "syscall.h"
#undef ts_syscall6
#undef ts_syscall_message

#include "../shared.h"

static inline status_t record(uint64_t number, status_t status) {
    shared_mark(number, status);
    return status;
}

static inline status_t ts_syscall6(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                                   uint64_t a4, uint64_t a5, uint64_t results[3]) {
    return record(number, bare_syscall6(number, a0, a1, a2, a3, a4, a5, results));
}

static inline status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
                                          uint64_t words[8], uint64_t results[3]) {
    return record(number, bare_syscall_message(number, a0, a1, a2, words, results));
}

#endif
