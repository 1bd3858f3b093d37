// SPDX-License-Identifier: MIT
//
// What init must know of x86-64: the machine of its ELF files, and the names of the registers in a fault
// report in the kernel's order.

#ifndef USER_ARCH_MACHINE_H
#define USER_ARCH_MACHINE_H

#include <base/elf.h>

enum { MACHINE_ELF = ELF_MACHINE_X86_64, MACHINE_ELF_RELATIVE = ELF_RELATIVE_X86_64 };

static const char *const machine_registers[] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};

#endif
