// SPDX-License-Identifier: MIT
//
// Host: registers of threads. What a CPU keeps for the thread that is on it (FP state, thread pointer) is in
// struct host_cpu, so a missing arch_thread_leave() or arch_thread_enter() shows as a wrong value.
#include <arch/thread.h>
#include <kernel/panic.h>
#include "machine.h"

void arch_thread_init(struct arch_thread *thread) {
    *thread = (struct arch_thread){};
}

void arch_thread_start(struct arch_thread *thread, uint64_t entry, uint64_t stack, uint64_t argument0,
                       uint64_t argument1) {
    thread->instruction = entry;
    thread->stack = stack;
    thread->a[0] = argument0;
    thread->a[1] = argument1;
}

void arch_thread_pointer_set(struct arch_thread *thread, uint64_t value) {
    thread->pointer = value;
    if (host_cpu_self()->entered == thread)
        host_cpu_self()->thread_pointer = value;
}

void arch_thread_registers(const struct arch_thread *thread, struct fault_registers *out) {
    *out = (struct fault_registers){
        .instruction = thread->instruction,
        .stack = thread->stack,
        .thread_pointer = thread->pointer,
        .general_count = HOST_ARGUMENTS,
    };
    memcpy(out->general, thread->a, sizeof(thread->a));
}

void arch_thread_leave(struct arch_thread *thread) {
    struct host_cpu *cpu = host_cpu_self();
    ASSERT(cpu->entered == thread);
    thread->fp = cpu->fp;
    cpu->entered = nullptr;
    cpu->fp = 0xdeadull;
    cpu->thread_pointer = 0xdeadull;
}

void arch_thread_enter(struct arch_thread *thread) {
    struct host_cpu *cpu = host_cpu_self();
    ASSERT(cpu->entered == nullptr);
    cpu->entered = thread;
    cpu->fp = thread->fp;
    cpu->thread_pointer = thread->pointer;
}

uint64_t host_fp(void) {
    return host_cpu_self()->fp;
}

void host_fp_set(uint64_t value) {
    host_cpu_self()->fp = value;
}

uint64_t host_thread_pointer(void) {
    return host_cpu_self()->thread_pointer;
}
