// SPDX-License-Identifier: MIT
//
// Entry of the test kernel: saves every register as the loader left it, then calls C on the loader's stack.

    .text
    .globl start
start:
    mov %rax, entry_registers + 0(%rip)
    mov %rbx, entry_registers + 8(%rip)
    mov %rcx, entry_registers + 16(%rip)
    mov %rdx, entry_registers + 24(%rip)
    mov %rsi, entry_registers + 32(%rip)
    mov %rdi, entry_registers + 40(%rip)
    mov %rbp, entry_registers + 48(%rip)
    mov %r8, entry_registers + 56(%rip)
    mov %r9, entry_registers + 64(%rip)
    mov %r10, entry_registers + 72(%rip)
    mov %r11, entry_registers + 80(%rip)
    mov %r12, entry_registers + 88(%rip)
    mov %r13, entry_registers + 96(%rip)
    mov %r14, entry_registers + 104(%rip)
    mov %r15, entry_registers + 112(%rip)
    mov %rsp, entry_stack(%rip)
    pushfq
    popq entry_flags(%rip)
    sub $8, %rsp
    and $-16, %rsp
    call kernel_main

    .section .note.GNU-stack,"",@progbits
