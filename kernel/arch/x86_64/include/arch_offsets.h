// SPDX-License-Identifier: MIT
//
// Numbers that entry.S and C share. C checks each against the structures (cpu.c, thread.c).
#pragma once

// Selectors. SYSRET wants user data and user code in this order (SDM 2B, SYSRET: SS = base + 8, CS = base +
// 16).
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_SYSRET_BASE 0x18
#define SELECTOR_USER_DATA   0x23
#define SELECTOR_USER_CODE   0x2b
#define SELECTOR_TASK        0x30

// struct arch_cpu.
#define CPU_SELF       0
#define CPU_FRAME_END  8
#define CPU_STACK_TOP  16
#define CPU_USER_STACK 24

// struct trap_frame.
#define FRAME_VECTOR 120
#define FRAME_RIP    136
#define FRAME_SIZE   176

// Vectors. Interrupt lines stand between the exceptions and the local ones; the system call is none of the
// processor's, but has its number in the frame.
#define VECTOR_LINE_FIRST 0x30
#define VECTOR_TIMER      0xf0
#define VECTOR_SPURIOUS   0xff
#define VECTOR_SYSCALL    0x100

#define VECTOR_DEBUG         1
#define VECTOR_NMI           2
#define VECTOR_BREAKPOINT    3
#define VECTOR_OVERFLOW      4
#define VECTOR_NO_FP         7
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_PAGE_FAULT    14
#define VECTOR_MACHINE_CHECK 18
