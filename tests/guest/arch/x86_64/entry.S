// SPDX-License-Identifier: MIT
//
// First instruction of a task or child: argument in rdi, message page in rsi, the stack aligned to 16 bytes. A C
// function wants a return address below that. What the floating point and vector registers hold at this moment goes
// to guest_enter(), too.

.text
.globl guest_entry
.type guest_entry, @function
guest_entry:
    xorl %ebp, %ebp
    subq $512, %rsp
    fxsave64 (%rsp)
    movq %rsp, %rdx
    call guest_enter
    ud2
.size guest_entry, . - guest_entry

.section .note.GNU-stack, "", @progbits
