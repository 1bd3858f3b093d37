// SPDX-License-Identifier: MIT
//
// First instruction of a program: the argument of thread_start is in rdi, the message page in rsi, the stack is
// 16-byte aligned. Gives user_start() the stack of a C function and a frame chain that ends.

.text
.global _start
.type _start, @function
_start:
    xorl %ebp, %ebp
    call user_start
    ud2
.size _start, . - _start

.section .note.GNU-stack, "", @progbits
