// SPDX-License-Identifier: MIT
//
// x86-64: what entered the kernel, and who deals with it. Called by entry.S with interrupts off. A trap from
// user mode never returns here: it ends in scheduler_resume(), or directly in the thread. A trap from kernel
// mode is an interrupt, or the end.

#include <kernel/panic.h>
#include <kernel/trap.h>
#include <kernel/types.h>
#include "asm.h"
#include "cpu.h"
#include "interrupt.h"
#include "paging.h"
#include "thread.h"

void trap_from_user(struct trap_frame *frame);
void trap_from_kernel(struct trap_frame *frame);
[[noreturn]] void trap_fatal(struct trap_frame *frame);

// Page fault error code (SDM 3A, 4.7).
#define PAGE_FAULT_WRITE    0x02u
#define PAGE_FAULT_RESERVED 0x08u
#define PAGE_FAULT_FETCH    0x10u

#define EXCEPTIONS 32

static const char *const exception_names[EXCEPTIONS] = {
    "divide error",
    "debug",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range",
    "invalid opcode",
    "no FP unit",
    "double fault",
    "coprocessor overrun",
    "invalid TSS",
    "segment not present",
    "stack segment",
    "general protection",
    "page fault",
    "reserved",
    "x87 error",
    "alignment check",
    "machine check",
    "SIMD error",
    "virtualization",
    "control protection",
};

static const char *exception_name(uint64_t vector) {
    const char *name = vector < EXCEPTIONS ? exception_names[vector] : nullptr;
    return name != nullptr ? name : "reserved";
}

static unsigned fault_access(uint64_t error) {
    if ((error & PAGE_FAULT_FETCH) != 0)
        return ACCESS_EXECUTE;
    return (error & PAGE_FAULT_WRITE) != 0 ? ACCESS_WRITE : ACCESS_READ;
}

static const char *access_name(uint64_t error) {
    static const char *const names[] = {
        [ACCESS_READ] = "reading", [ACCESS_WRITE] = "writing", [ACCESS_EXECUTE] = "executing"};
    return names[fault_access(error)];
}

void trap_fatal(struct trap_frame *frame) {
    uint64_t address = cr2_read();
    cpu_self()->panic_frame = frame;
    if (frame->vector == VECTOR_DOUBLE_FAULT && paging_is_guard(address))
        panic("expected room on the kernel stack, got a fault in its guard page at 0x%016lx", address);
    if (frame->vector == VECTOR_PAGE_FAULT)
        panic("expected no fault in the kernel, got a page fault %s 0x%016lx (code 0x%lx)",
              access_name(frame->error), address, frame->error);
    if (frame->vector == VECTOR_NMI || frame->vector == VECTOR_MACHINE_CHECK)
        panic("expected sound hardware, got a %s", exception_name(frame->vector));
    panic("expected no exception in the kernel, got %s (vector %u, code 0x%lx)",
          exception_name(frame->vector), (unsigned)frame->vector, frame->error);
}

static void page_fault_from_user(struct trap_frame *frame) {
    uint64_t address = cr2_read();
    if ((frame->error & PAGE_FAULT_RESERVED) != 0)
        trap_fatal(frame); // a page table of ours is broken
    trap_page_fault(address, fault_access(frame->error));
}

void trap_from_user(struct trap_frame *frame) {
    if (frame->vector >= EXCEPTIONS) {
        interrupt_dispatch((unsigned)frame->vector);
    } else if (frame->vector == VECTOR_NO_FP) {
        struct arch_thread *thread = (struct arch_thread *)frame;
        arch_thread_fp_start(thread);
        arch_thread_resume(thread);
    } else if (frame->vector == VECTOR_PAGE_FAULT) {
        page_fault_from_user(frame);
    } else {
        trap_exception(frame->vector, frame->error);
    }
    scheduler_resume();
}

void trap_from_kernel(struct trap_frame *frame) {
    if (frame->vector < EXCEPTIONS)
        trap_fatal(frame);
    interrupt_dispatch((unsigned)frame->vector);
}
