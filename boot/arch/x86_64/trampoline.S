// SPDX-License-Identifier: MIT
//
// The code of the trampoline (see trampoline.h), copied to a page below 1 MiB; its data stands at 0x200 of that
// page (struct trampoline in trampoline.c). %ebx: the page. Source: Intel SDM volume 3, 9.8.5 and 10.8.5
// (entering long mode), 4.5 (CR4.LA57 may change only with paging off).

#define DATA     0x200
#define GDT      (DATA + 48)
#define FAR_32   (DATA + 64)
#define FAR_BOOT (DATA + 72)
#define FAR_64   (DATA + 80)
#define CR4      (DATA + 88)
#define ROOT     (DATA + 92)
#define EFER     (DATA + 96)
#define TARGET   (DATA + 104)
#define ARGUMENT (DATA + 112)
#define STACK    (DATA + 120)
#define MSR_EFER 0xc0000080

    .section .text.trampoline, "ax"
    .globl trampoline_begin, trampoline_32, trampoline_boot, trampoline_64, trampoline_end
    .balign 16
trampoline_begin:
    .code16
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    xor %ebx, %ebx
    mov %ax, %bx
    shl $4, %ebx
    lgdtl GDT
    mov $0x11, %eax                 // ET, PE
    mov %eax, %cr0
    ljmpl *FAR_32

    .code32
    // The boot processor comes here in compatibility mode, paging on.
trampoline_boot:
    mov %cr0, %eax
    and $0x7fffffff, %eax
    mov %eax, %cr0
trampoline_32:
    mov $0x20, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov CR4(%ebx), %eax
    mov %eax, %cr4
    mov ROOT(%ebx), %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov EFER(%ebx), %eax
    xor %edx, %edx
    wrmsr
    mov $0x80010011, %eax           // PG, WP, ET, PE
    mov %eax, %cr0
    ljmpl *FAR_64(%ebx)

    .code64
trampoline_64:
    mov %ebx, %ebx
    xor %eax, %eax
    xchg %rax, STACK(%rbx)          // one processor gets it
    test %rax, %rax
    jz 1f
    mov %rax, %rsp
    mov ARGUMENT(%rbx), %rdi
    mov TARGET(%rbx), %rax
    push $0
    jmp *%rax
1:  cli
    hlt
    jmp 1b
    .org trampoline_begin + DATA     // an error when the code is longer than that
trampoline_end:

    // trampoline_leave(page): out of the firmware's page tables.
    .globl trampoline_leave
trampoline_leave:
    mov %rdi, %rbx
    lgdt GDT(%rbx)
    ljmpl *FAR_BOOT(%rbx)

    .section .note.GNU-stack,"",@progbits
