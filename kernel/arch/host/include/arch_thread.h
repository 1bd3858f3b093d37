// SPDX-License-Identifier: MIT
//
// Host: registers of a thread. As on real machines the number and the status share a register, and results
// replace arguments, so a call that stores something and then restarts goes wrong here too. `again` stands
// for the instruction pointer that was moved back.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <abi/constants.h>
#include <abi/status.h>

#define HOST_ARGUMENTS 11

struct arch_thread {
    uint64_t status; // also the number of the call
    uint64_t a[HOST_ARGUMENTS];
    uint64_t pointer;
    uint64_t instruction, stack;
    uint64_t fp;
    bool again;
};

static inline uint64_t arch_syscall_number(const struct arch_thread *thread) {
    return thread->status;
}

static inline uint64_t arch_syscall_argument(const struct arch_thread *thread, unsigned index) {
    return thread->a[index];
}

static inline void arch_syscall_result_set(struct arch_thread *thread, unsigned index, uint64_t value) {
    thread->a[index] = value;
}

static inline void arch_syscall_status_set(struct arch_thread *thread, status_t status) {
    thread->status = (uint64_t)(int64_t)status;
}

static inline void arch_message_copy(struct arch_thread *to, const struct arch_thread *from) {
    memcpy(&to->a[3], &from->a[3], MESSAGE_WORDS * sizeof(uint64_t));
}

static inline void arch_syscall_restart(struct arch_thread *thread) {
    thread->again = true;
}
