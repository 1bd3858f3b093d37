// SPDX-License-Identifier: MIT
//
// The end of everything: a broken kernel invariant. User input never gets here. Prints what was expected,
// registers, backtrace with symbols, the running thread and the last log lines on the early console, then
// halts.
#pragma once
#include <stddef.h>

[[noreturn, gnu::format(printf, 1, 2)]] void panic(const char *format, ...);
// The orderly end, when nothing is left that could go on: the reason and the last log lines, on the early
// console even when a driver has it, then the machine halts.
[[noreturn, gnu::format(printf, 1, 2)]] void halt_orderly(const char *format, ...);
// Prints on the early console, for arch_panic_registers().
[[gnu::format(printf, 1, 2)]] void panic_print(const char *format, ...);
// Looks for `tag=` and eight characters on the kernel's command line. With them a panic first writes the
// record that ends whatever record the serial driver was in the middle of (docs/development.md).
void panic_tag_take(const char *command_line);
// One line on what this CPU was running; must work in any state (kernel/sched/).
void panic_subject(char *buffer, size_t size);

// A kernel invariant. Kept in all builds: a wrong kernel must stop, not go on.
#define ASSERT(condition)                                                                                    \
    ((condition) ? (void)0 : panic("expected %s at %s:%d", #condition, __FILE_NAME__, __LINE__))
