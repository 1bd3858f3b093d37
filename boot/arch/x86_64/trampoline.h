// SPDX-License-Identifier: MIT
//
// Two pages below 1 MiB from which a processor comes into long mode with the kernel's page tables: another
// processor, which starts in real mode, and the boot processor, when the number of levels of its page tables
// changes, which is possible only with paging off. The second page is a copy of the tables' root, because a
// root above 4 GiB cannot be loaded before long mode.

#ifndef BOOT_ARCH_X86_64_TRAMPOLINE_H
#define BOOT_ARCH_X86_64_TRAMPOLINE_H

#include <base/types.h>

// Takes the pages while there is somebody to ask. False when there are none.
[[nodiscard]] bool trampoline_prepare(void);

// Puts code and root there; the kernel's page tables must be complete, with the pages mapped at their own
// address. `cr4` and `efer` are what the processor shall have.
void trampoline_install(uint64_t cr4, uint64_t efer);

// Physical address; 0 when it was not prepared.
uint64_t trampoline_page(void);
#define TRAMPOLINE_SIZE (2 * 4096)

// Who comes next goes to `target(argument)` on this stack; one processor only, whoever comes again stays
// there.
void trampoline_aim(uint64_t target, uint64_t argument, uint64_t stack);

// Takes the boot processor through it.
[[noreturn]] void trampoline_go(void);

#endif
