// SPDX-License-Identifier: MIT
//
// The last instructions of the loader, for the boot processor and for each other one. They run with the
// kernel's page tables, at the loader's own address first and then at its alias in the direct map, from where
// the boot processor empties the lower half: no trace of the loader's mappings is left.

// struct jump and struct park, processors.h
#define JUMP_ROOT    0
#define JUMP_HHDM    8
#define JUMP_GDT     16
#define JUMP_STACK   24
#define JUMP_ENTRY   32
#define PARK_INFO    0
#define PARK_ROOT    8
#define PARK_HHDM    16
#define PARK_GDT     24
#define PARK_ARRIVED 32
#define INFO_STACK   8 // struct limine_mp_info
#define INFO_GOTO    16
#define TSS_SELECTOR 0x38
#define TSS_ACCESS   (TSS_SELECTOR + 5)

    // Descriptor tables and segments. %rdx: operand of LGDT. The task register gets a segment with base and
    // limit 0, whose busy bit the processor before has set. Uses %rax and %rsi.
    .macro load_segments
    lgdt (%rdx)
    lidt no_idt(%rip)
    xor %eax, %eax
    lldt %ax
    mov 2(%rdx), %rax
    movb $0x89, TSS_ACCESS(%rax)
    mov $TSS_SELECTOR, %eax
    ltr %ax
    mov $0x30, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    pushq $0x28
    lea 1f(%rip), %rsi
    push %rsi
    lretq
1:
    .endm

    // To %rbp with all registers zero but %rdi.
    .macro leave_loader
    pushq $0            // the return address that the kernel must not use
    push %rbp
    pushq $2            // flags, set last: the instructions between change them
    xor %eax, %eax
    xor %ebx, %ebx
    xor %ecx, %ecx
    xor %edx, %edx
    xor %esi, %esi
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
    .endm

    .text
    // jump_to_kernel(const struct jump *)
    .globl jump_to_kernel
jump_to_kernel:
    mov JUMP_ROOT(%rdi), %rax
    mov %rax, %cr3
    mov JUMP_HHDM(%rdi), %rcx
    mov JUMP_GDT(%rdi), %rdx
    mov JUMP_STACK(%rdi), %rsp
    mov JUMP_ENTRY(%rdi), %rbp
    lea (%rax, %rcx), %rdi
    lea 1f(%rip), %rsi
    add %rcx, %rsi
    jmp *%rsi
1:
    mov %rax, %rbx
    xor %eax, %eax
    mov $256, %ecx
    cld
    rep stosq
    mov %rbx, %cr3
    load_segments
    xor %edi, %edi
    leave_loader

    // processor_park(const struct park *): waits in the direct map until the kernel sends for this processor.
    .globl processor_park
processor_park:
    mov PARK_HHDM(%rdi), %rcx
    lea 1f(%rip), %rsi
    add %rcx, %rsi
    jmp *%rsi
1:
    mov PARK_ROOT(%rdi), %rbx
    mov PARK_GDT(%rdi), %rdx
    mov PARK_ARRIVED(%rdi), %rcx
    mov PARK_INFO(%rdi), %rdi
    mov %rbx, %cr3
    load_segments
    movl $1, (%rcx)     // from here on nothing of the lower half is used
2:  pause
    mov INFO_GOTO(%rdi), %rbp
    test %rbp, %rbp
    jz 2b
    mov INFO_STACK(%rdi), %rsp
    mov %rbx, %cr3      // forgets what stood in the lower half
    leave_loader
no_idt:
    .word 0
    .quad 0

    .section .note.GNU-stack,"",@progbits
