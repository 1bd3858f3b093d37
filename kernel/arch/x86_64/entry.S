// SPDX-License-Identifier: MIT
//
// Every way into and out of the kernel. From user mode the registers go straight into the frame of the current
// thread: RSP0 of the task segment and gs:CPU_FRAME_END point at its end. Then the kernel runs on its empty
// stack. From kernel mode (idle, interrupt windows, or a broken kernel) the frame goes onto the kernel stack.
// Interrupts are off everywhere here. Double fault, NMI and machine check come on stacks of their own and never
// return.
#include <arch_offsets.h>

    .text

// From the loader, on its stack.
    .globl  boot_entry
    .type   boot_entry, @function
boot_entry:
    xorl    %ebp, %ebp
    cld
    call    boot_start
    ud2
    .size   boot_entry, . - boot_entry

// stack_continue(stack, root, function): the rest of boot on another stack and other page tables.
    .globl  stack_continue
    .type   stack_continue, @function
stack_continue:
    movq    %rsi, %cr3
    movq    %rdi, %rsp
    xorl    %ebp, %ebp
    call    *%rdx
    ud2
    .size   stack_continue, . - stack_continue

// What stands above: vector and error code, then what the processor pushed.
    .macro  push_registers
    pushq   %rax
    pushq   %rbx
    pushq   %rcx
    pushq   %rdx
    pushq   %rsi
    pushq   %rdi
    pushq   %rbp
    pushq   %r8
    pushq   %r9
    pushq   %r10
    pushq   %r11
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    .endm

    .macro  pop_registers
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %r11
    popq    %r10
    popq    %r9
    popq    %r8
    popq    %rbp
    popq    %rdi
    popq    %rsi
    popq    %rdx
    popq    %rcx
    popq    %rbx
    popq    %rax
    .endm

// System call: rcx = user rip, r11 = user flags, still on the user's stack. MSR_SFMASK has cleared the flags.
    .globl  syscall_entry
    .type   syscall_entry, @function
syscall_entry:
    swapgs
    movq    %rsp, %gs:CPU_USER_STACK
    movq    %gs:CPU_FRAME_END, %rsp
    pushq   $SELECTOR_USER_DATA
    pushq   %gs:CPU_USER_STACK
    pushq   %r11
    pushq   $SELECTOR_USER_CODE
    pushq   %rcx
    pushq   $0
    pushq   $VECTOR_SYSCALL
    push_registers
    movq    %gs:CPU_STACK_TOP, %rsp
    xorl    %ebp, %ebp
    call    trap_syscall
    call    scheduler_resume
    ud2
    .size   syscall_entry, . - syscall_entry

    .type   trap_entry, @function
trap_entry:
    testb   $3, 24(%rsp)        // the code selector's privilege
    jz      1f
    swapgs
    push_registers
    movq    %rsp, %rdi
    movq    %gs:CPU_STACK_TOP, %rsp
    pushq   $2                  // no flag of the user's lives on: direction, alignment check (which is SMAP's key)
    popfq
    xorl    %ebp, %ebp
    call    trap_from_user
    ud2
1:  push_registers
    movq    %rsp, %rdi
    cld
    call    trap_from_kernel
    pop_registers
    addq    $16, %rsp
    iretq
    .size   trap_entry, . - trap_entry

// The three that can come at any instruction, also where GS is still the user's.
    .type   trap_entry_paranoid, @function
trap_entry_paranoid:
    push_registers
    movl    $0xc0000101, %ecx   // MSR_GS_BASE
    rdmsr
    testl   %edx, %edx
    js      1f                  // an address of the kernel
    swapgs
1:  movq    %rsp, %rdi
    pushq   $2
    popfq
    call    trap_fatal
    ud2
    .size   trap_entry_paranoid, . - trap_entry_paranoid

// frame_resume(frame): into user mode, by SYSRET after a system call, else by IRET. Either faults on an rip that is not
// canonical; none gets into a frame (thread.c, arch_thread_start), and SYSRET, which would fault on the user's stack,
// is not tried with one at all (CVE-2012-0217).
    .globl  frame_resume
    .type   frame_resume, @function
frame_resume:
    movq    %rdi, %rsp
    cmpq    $VECTOR_SYSCALL, FRAME_VECTOR(%rdi)
    jne     1f
    movq    FRAME_RIP(%rdi), %rax
    shrq    $47, %rax
    jnz     1f
    pop_registers
    movq    16(%rsp), %rcx
    movq    32(%rsp), %r11
    movq    40(%rsp), %rsp
    swapgs
    sysretq
1:  pop_registers
    addq    $16, %rsp
    swapgs
    iretq
    .size   frame_resume, . - frame_resume

// loop_enter(stack)
    .globl  loop_enter
    .type   loop_enter, @function
loop_enter:
    movq    %rdi, %rsp
    xorl    %ebp, %ebp
    call    scheduler_resume
    ud2
    .size   loop_enter, . - loop_enter

// One stub of 16 bytes for each vector, so that the address follows from the number.
    .balign 16
    .globl  vector_stubs
    .type   vector_stubs, @function
vector_stubs:
    .set    vector, 0
    .rept   256
    .balign 16
    .if (vector == 2) || (vector == 18)
    pushq   $0
    pushq   $vector
    jmp     trap_entry_paranoid
    .elseif vector == 8
    pushq   $vector
    jmp     trap_entry_paranoid
    .elseif (vector == 10) || (vector == 11) || (vector == 12) || (vector == 13) || (vector == 14) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
    pushq   $vector
    jmp     trap_entry
    .else
    pushq   $0
    pushq   $vector
    jmp     trap_entry
    .endif
    .set    vector, vector + 1
    .endr
    .size   vector_stubs, . - vector_stubs

    .section .note.GNU-stack, "", @progbits
