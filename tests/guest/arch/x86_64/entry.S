// SPDX-License-Identifier: MIT
//
// First instruction of a task or child: argument in rdi, message page in rsi, the stack aligned to 16 bytes. A C
// function wants a return address below that.

.text
.globl guest_entry
.type guest_entry, @function
guest_entry:
    xorl %ebp, %ebp
    call guest_enter
    ud2
.size guest_entry, . - guest_entry

.section .note.GNU-stack, "", @progbits
