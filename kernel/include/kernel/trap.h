// SPDX-License-Identifier: MIT
//
// What the port calls when something enters the kernel. Each is called with interrupts off, on this CPU's
// kernel stack, with the user registers of the interrupted thread saved in cpu_current()->thread->arch. From
// user mode the port then calls scheduler_resume(), which never returns; an interrupt that came in kernel
// mode (idle or an interrupt window) returns to where it came.
#pragma once
#include <stdint.h>

// System call by the current thread; then call scheduler_resume().
void trap_syscall(void);
// Page fault of the current thread; access is one of ACCESS_*. Then call scheduler_resume().
void trap_page_fault(uint64_t address, unsigned access);
// Any other exception of the current thread; then call scheduler_resume().
void trap_exception(uint64_t number, uint64_t code);
// The line fired (masked and acknowledged already).
void trap_interrupt(unsigned line);
// This CPU's one-shot timer fired.
void trap_timer(void);
// Picks what runs next and leaves the kernel. Called after trap_* from user mode.
[[noreturn]] void scheduler_resume(void);
