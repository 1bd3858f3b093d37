// SPDX-License-Identifier: MIT
//
// Programs of the fake machine: the form is that of x86-64, they are never executed.
#pragma once

#define ARCH_ELF_MACHINE  ELF_MACHINE_X86_64
#define ARCH_ELF_RELATIVE ELF_RELATIVE_X86_64
