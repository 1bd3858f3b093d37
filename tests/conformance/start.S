// SPDX-License-Identifier: MIT
//
// The two ways in: `start` for the boot processor, by the entry point request, and `processor_start` for the
// others. Every register goes onto the stack as the loader left it (struct frame, kernel.h), then C goes on.
// `wrong_start` is the entry of the ELF file, which a loader that honours the request never takes.

    .macro save_all
    push %rax
    push %rbx
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %rbp
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    pushfq
    mov %rsp, %rdi
    and $-16, %rsp
    .endm

    .text
    .globl start
start:
    save_all
    call kernel_main

    .globl processor_start
processor_start:
    save_all
    call processor_main

    .globl wrong_start
wrong_start:
    save_all
    call kernel_wrong_entry

    .section .note.GNU-stack,"",@progbits
