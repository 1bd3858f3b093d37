// SPDX-License-Identifier: MIT
//
// The multiboot2 header and the way from 32-bit protected mode to C in long mode: identity page tables for the
// first 4 GiB with 2 MiB pages, then boot_front(information). Nothing here is used again afterwards but the
// tables and the stack. Source: Multiboot2 specification 2.0, 3.1 (header), 3.3 (machine state); Intel SDM
// volume 3, 10.8.5 (entering IA-32e mode).

#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289
#define SERIAL_PORT             0x3f8
#define STACK_SIZE              65536

    .section .multiboot2, "a"
    .balign 8
header:
    .long MULTIBOOT2_HEADER_MAGIC, 0, header_end - header
    .long -(MULTIBOOT2_HEADER_MAGIC + (header_end - header))
    .balign 8
    .short 6, 0                     // modules start on pages
    .long 8
    .balign 8
    .short 5, 1                     // a framebuffer is welcome, not required
    .long 20, 1024, 768, 32
    .balign 8
    .short 0, 0
    .long 8
header_end:

    .section .start, "ax"
    .code32
    .globl start
start:
    cli
    cld
    mov $stack_top, %esp
    mov %ebx, %ebp                  // boot information
    mov $text_not_multiboot, %esi
    cmp $MULTIBOOT2_LOADER_MAGIC, %eax
    jne refuse

    // Long mode: leaf 0x80000001, EDX bit 29.
    mov $text_not_64_bit, %esi
    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb refuse
    mov $0x80000001, %eax
    cpuid
    bt $29, %edx
    jnc refuse

    // Tables are in .bss, which is zero. Level 2: 2048 entries of 2 MiB, present, writable, large.
    mov $level_2, %edi
    mov $0x83, %eax
    mov $2048, %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b
    mov $level_2 + 3, %eax
    mov %eax, level_3
    add $0x1000, %eax
    mov %eax, level_3 + 8
    add $0x1000, %eax
    mov %eax, level_3 + 16
    add $0x1000, %eax
    mov %eax, level_3 + 24
    movl $level_3 + 3, level_4

    mov $level_4, %eax
    mov %eax, %cr3
    mov $0x20, %eax                 // CR4: PAE
    mov %eax, %cr4
    mov $0xc0000080, %ecx           // EFER: LME
    rdmsr
    bts $8, %eax
    wrmsr
    mov $0x80000011, %eax           // CR0: PG, ET, PE
    mov %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $start_64

// %esi: what to say. The serial line is all there is.
refuse:
    mov $SERIAL_PORT, %edx
1:  lodsb
    test %al, %al
    jz 3f
    mov %al, %bl
    mov $100000, %ecx
2:  mov $SERIAL_PORT + 5, %dx
    in %dx, %al
    test $0x20, %al
    loopz 2b
    mov $SERIAL_PORT, %dx
    mov %bl, %al
    out %al, %dx
    jmp 1b
3:  cli
    hlt
    jmp 3b

    .code64
start_64:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov %ebp, %edi
    xor %ebp, %ebp
    call boot_front

    .section .rodata.start, "a"
text_not_multiboot:
    .asciz "tessera-loader: not started by a multiboot2 loader.\r\n"
text_not_64_bit:
    .asciz "tessera-loader: this processor has no 64-bit mode.\r\n"
    .balign 8
gdt:
    .quad 0, 0x00209b0000000000, 0x0000930000000000
gdt_pointer:
    .short . - gdt - 1
    .long gdt

    .section .bss
    .balign 4096
level_4:
    .skip 4096
level_3:
    .skip 4096
level_2:
    .skip 4 * 4096
    .skip STACK_SIZE
stack_top:

    .section .note.GNU-stack,"",@progbits
