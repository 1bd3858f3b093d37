// SPDX-License-Identifier: MIT
//
// x86-64: registers of a thread. The entry paths push user registers straight into `frame`. Register layout
// of a call: number and status rax, a0..a10 = rdi rsi rdx r10 r8 r9 r12 r13 r14 r15 rbx; rcx and r11 are
// destroyed.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <abi/status.h>

// In the order of memory: entry.S pushes from the end.
struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

// x87, SSE and AVX state, the most that XCR0 is ever set to: 512 legacy, 64 header, 256 upper halves.
#define FP_AREA_SIZE 832

struct arch_thread {
    // 16-byte aligned at its end, because the processor aligns the stack before it pushes (SDM 3A, 6.14.2).
    alignas(64) struct trap_frame frame;
    uint64_t thread_pointer;
    bool fp_used; // fp holds state whenever the thread does not run
    alignas(64) uint8_t fp[FP_AREA_SIZE];
};

static inline uint64_t *arch_syscall_register(struct arch_thread *thread, unsigned index) {
    struct trap_frame *frame = &thread->frame;
    switch (index) {
    case 0:
        return &frame->rdi;
    case 1:
        return &frame->rsi;
    case 2:
        return &frame->rdx;
    case 3:
        return &frame->r10;
    case 4:
        return &frame->r8;
    case 5:
        return &frame->r9;
    case 6:
        return &frame->r12;
    case 7:
        return &frame->r13;
    case 8:
        return &frame->r14;
    case 9:
        return &frame->r15;
    default:
        return &frame->rbx;
    }
}

static inline uint64_t arch_syscall_number(const struct arch_thread *thread) {
    return thread->frame.rax;
}

static inline uint64_t arch_syscall_argument(const struct arch_thread *thread, unsigned index) {
    return *arch_syscall_register((struct arch_thread *)thread, index);
}

static inline void arch_syscall_result_set(struct arch_thread *thread, unsigned index, uint64_t value) {
    *arch_syscall_register(thread, index) = value;
}

static inline void arch_syscall_status_set(struct arch_thread *thread, status_t status) {
    thread->frame.rax = (uint64_t)(int64_t)status;
}

static inline void arch_message_copy(struct arch_thread *to, const struct arch_thread *from) {
    to->frame.r10 = from->frame.r10;
    to->frame.r8 = from->frame.r8;
    to->frame.r9 = from->frame.r9;
    to->frame.r12 = from->frame.r12;
    to->frame.r13 = from->frame.r13;
    to->frame.r14 = from->frame.r14;
    to->frame.r15 = from->frame.r15;
    to->frame.rbx = from->frame.rbx;
}

static inline void arch_syscall_restart(struct arch_thread *thread) {
    thread->frame.rip -= 2; // the length of SYSCALL
}
