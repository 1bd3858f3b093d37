// SPDX-License-Identifier: MIT
//
// The last instructions of the loader. They run at one address that is mapped alike before and after the change
// of page tables, go over to their alias in the direct map, and take the identity mapping away behind them.
// %rdi: struct jump (entry.c). Everything is read from it before the old mappings go.

    .text
    // Aligned so that the code lies in one page.
    .balign 256
    .globl jump_begin
    .globl jump_to_kernel
jump_begin:
jump_to_kernel:
    mov 0(%rdi), %rax
    mov 8(%rdi), %rbx
    mov 16(%rdi), %rcx
    mov 24(%rdi), %rdx
    mov 32(%rdi), %rsp
    mov 40(%rdi), %rbp
    mov %rax, %cr3
    lea 1f(%rip), %rsi
    add %rcx, %rsi
    jmp *%rsi
1:
    movq $0, (%rbx)
    mov %rax, %cr3
    lgdt (%rdx)
    lidt no_idt(%rip)
    xor %eax, %eax
    lldt %ax
    mov $0x30, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    pushq $0x28
    lea 2f(%rip), %rsi
    push %rsi
    lretq
2:
    pushq $0            // the return address that the kernel must not use
    push %rbp
    pushq $2            // flags, set last: the instructions between change them
    xor %eax, %eax
    xor %ebx, %ebx
    xor %ecx, %ecx
    xor %edx, %edx
    xor %esi, %esi
    xor %edi, %edi
    xor %ebp, %ebp
    xor %r8d, %r8d
    xor %r9d, %r9d
    xor %r10d, %r10d
    xor %r11d, %r11d
    xor %r12d, %r12d
    xor %r13d, %r13d
    xor %r14d, %r14d
    xor %r15d, %r15d
    popfq
    ret
no_idt:
    .word 0
    .quad 0
jump_end:
    .if jump_end - jump_begin > 256
    .error "the jump does not fit its alignment"
    .endif

    .section .note.GNU-stack,"",@progbits
