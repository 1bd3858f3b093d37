// SPDX-License-Identifier: MIT
//
// Ways into the kernel, from the port.

#include <arch/cpu.h>
#include <arch/thread.h>
#include <kernel/trap.h>
#include "ipc/call.h"
#include "memory/reclaim.h"
#include "object/interrupt.h"
#include "object/process.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/cpu.h"
#include "sched/timer.h"
#include "syscall/syscall.h"

void trap_syscall(void) {
    reclaim_enter();
    syscall_dispatch(cpu_current()->thread);
}

static uint64_t instruction_of(struct thread *thread) {
    struct fault_registers registers;
    arch_thread_registers(&thread->arch, &registers);
    return registers.instruction;
}

void trap_page_fault(uint64_t address, unsigned access) {
    reclaim_enter();
    struct thread *thread = cpu_current()->thread;
    if (space_fault(thread->process->space, address, access))
        return;
    uint64_t words[4] = {address, instruction_of(thread), access, thread->slot};
    call_fault(thread, FAULT_ACCESS, words);
}

void trap_exception(uint64_t number, uint64_t code) {
    reclaim_enter();
    struct thread *thread = cpu_current()->thread;
    uint64_t words[4] = {number, instruction_of(thread), code, thread->slot};
    call_fault(thread, FAULT_EXCEPTION, words);
}

void trap_interrupt(unsigned line) {
    reclaim_enter();
    interrupt_fire(line);
}

void trap_timer(void) {
    reclaim_enter();
    timer_run();
}
