// SPDX-License-Identifier: MIT
//
// Seam: a thread's user registers, and the registers of a system call. The port owns struct arch_thread;
// portable code never looks inside. All user registers of a thread that does not run are in its struct
// arch_thread.
//
// Register layout of a call: a number, a status, and arguments/results a0..a10; message words are a3..a10
// (docs/decisions/0005-register-layout.md).
#pragma once
#include <stdint.h>
#include <abi/status.h>
#include <abi/structs.h>

struct arch_thread;

// Empty registers, no FP state. The thread starts with the given user entry, stack and first two argument
// registers.
void arch_thread_init(struct arch_thread *thread);
void arch_thread_start(struct arch_thread *thread, uint64_t entry, uint64_t stack, uint64_t argument0,
                       uint64_t argument1);

// The registers of the system call that the thread is in.
static inline uint64_t arch_syscall_number(const struct arch_thread *thread);
static inline uint64_t arch_syscall_argument(const struct arch_thread *thread, unsigned index);
static inline void arch_syscall_result_set(struct arch_thread *thread, unsigned index, uint64_t value);
static inline void arch_syscall_status_set(struct arch_thread *thread, status_t status);
// Copies the eight message words from one thread's registers to another's.
static inline void arch_message_copy(struct arch_thread *to, const struct arch_thread *from);
// The thread will enter the system call again, with the same registers.
static inline void arch_syscall_restart(struct arch_thread *thread);

// The user's thread pointer register (TLS).
void arch_thread_pointer_set(struct arch_thread *thread, uint64_t value);

// For fault messages and crash reports.
void arch_thread_registers(const struct arch_thread *thread, struct fault_registers *out);

// This CPU stops running `thread` in user mode / will run it next: FP state and thread pointer. `thread` must
// be current.
void arch_thread_leave(struct arch_thread *thread);
void arch_thread_enter(struct arch_thread *thread);

// Leaves the kernel into the thread, on whose space this CPU already runs.
[[noreturn]] void arch_thread_resume(struct arch_thread *thread);

#include <arch_thread.h>
