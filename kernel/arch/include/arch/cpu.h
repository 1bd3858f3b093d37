// SPDX-License-Identifier: MIT
//
// Seam: the processor the caller runs on. The kernel runs with interrupts off from entry to exit; the only
// places where one is taken in kernel mode are cpu_idle() and cpu_interrupt_window(). Hot functions are
// inline in the port's arch_cpu.h.
#pragma once
#include <stdint.h>

struct cpu;

// The per-CPU data of this CPU (kernel/sched/cpu.h). Valid from arch_cpu_attach() on.
static inline struct cpu *cpu_current(void);

// Hint in a spin loop.
static inline void cpu_relax(void);

// Sleeps until an interrupt arrived, takes it, returns with interrupts off again.
void cpu_idle(void);

// Takes the interrupts that are pending, then returns with interrupts off.
void cpu_interrupt_window(void);

// Makes `cpu` the value of cpu_current() on the calling CPU.
void arch_cpu_attach(struct cpu *cpu);

// Continues on this CPU's kernel stack, emptied, in scheduler_resume() (kernel/trap.h). Used once a CPU, at
// the end of boot.
[[noreturn]] void arch_cpu_enter_loop(void);

// Stops this CPU for ever, interrupts off.
[[noreturn]] void arch_halt(void);

#include <arch_cpu.h>
