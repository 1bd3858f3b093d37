// SPDX-License-Identifier: MIT
//
// The system call instruction of x86-64 (docs/decisions/0005-register-layout.md): number and status in rax,
// a0 to a2 in rdi rsi rdx (results too), a3 to a10 in r10 r8 r9 r12 r13 r14 r15 rbx. `syscall` itself
// destroys rcx and r11 (AMD64 manual volume 3, SYSCALL). Registers that carry an argument count as changed.

#ifndef USER_ARCH_SYSCALL_H
#define USER_ARCH_SYSCALL_H

#include <abi/status.h>
#include <stdint.h>

static inline status_t ts_syscall6(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                                   uint64_t a4, uint64_t a5, uint64_t results[3]) {
    register uint64_t rax __asm__("rax") = number;
    register uint64_t rdi __asm__("rdi") = a0;
    register uint64_t rsi __asm__("rsi") = a1;
    register uint64_t rdx __asm__("rdx") = a2;
    register uint64_t r10 __asm__("r10") = a3;
    register uint64_t r8 __asm__("r8") = a4;
    register uint64_t r9 __asm__("r9") = a5;
    __asm__ volatile("syscall"
                     : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory");
    results[0] = rdi;
    results[1] = rsi;
    results[2] = rdx;
    return (status_t)(int32_t)rax;
}

static inline status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
                                          uint64_t words[8], uint64_t results[3]) {
    register uint64_t rax __asm__("rax") = number;
    register uint64_t rdi __asm__("rdi") = a0;
    register uint64_t rsi __asm__("rsi") = a1;
    register uint64_t rdx __asm__("rdx") = a2;
    register uint64_t r10 __asm__("r10") = words[0];
    register uint64_t r8 __asm__("r8") = words[1];
    register uint64_t r9 __asm__("r9") = words[2];
    register uint64_t r12 __asm__("r12") = words[3];
    register uint64_t r13 __asm__("r13") = words[4];
    register uint64_t r14 __asm__("r14") = words[5];
    register uint64_t r15 __asm__("r15") = words[6];
    register uint64_t rbx __asm__("rbx") = words[7];
    __asm__ volatile("syscall"
                     : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), "+r"(r12),
                       "+r"(r13), "+r"(r14), "+r"(r15), "+r"(rbx)
                     :
                     : "rcx", "r11", "memory");
    words[0] = r10;
    words[1] = r8;
    words[2] = r9;
    words[3] = r12;
    words[4] = r13;
    words[5] = r14;
    words[6] = r15;
    words[7] = rbx;
    results[0] = rdi;
    results[1] = rsi;
    results[2] = rdx;
    return (status_t)(int32_t)rax;
}

#endif
