// SPDX-License-Identifier: MIT
//
// x86-64 programs.
#pragma once

#define ARCH_ELF_MACHINE  ELF_MACHINE_X86_64
#define ARCH_ELF_RELATIVE ELF_RELATIVE_X86_64
