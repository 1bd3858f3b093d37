// SPDX-License-Identifier: MIT
//
// Seam: what programs of this architecture look like, for base/elf.h: ARCH_ELF_MACHINE and ARCH_ELF_RELATIVE.
#pragma once
#include <base/elf.h>
#include <arch_elf.h>
