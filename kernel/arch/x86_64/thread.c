// SPDX-License-Identifier: MIT
//
// x86-64: user registers of threads. A thread that never used the FP unit has no FP state: CR0.TS is set
// while it runs, and its first FP instruction (#NM) gives it a fresh one. From then on the state is saved and
// restored whenever the thread leaves and enters a CPU, so no state of one thread is ever in the unit while
// another runs with TS clear. Restoring starts with FNINIT, because processors differ in whether they restore
// the x87 pointers when no exception is pending (AMD APM 2, 11.4.4), and they would show the last thread's.

#include <arch/memory.h>
#include <arch/thread.h>
#include <base/string.h>
#include <kernel/panic.h>
#include "asm.h"
#include "cpu.h"
#include "thread.h"

static_assert(sizeof(struct trap_frame) == FRAME_SIZE && FRAME_SIZE % 16 == 0);
static_assert(offsetof(struct trap_frame, vector) == FRAME_VECTOR);
static_assert(offsetof(struct trap_frame, rip) == FRAME_RIP);
static_assert(offsetof(struct arch_thread, frame) == 0);

#define MXCSR_DEFAULT 0x1f80u

static void fp_save(struct arch_thread *thread) {
    const struct cpu_features *features = &cpu_features;
    uint32_t low = (uint32_t)features->fp_components;
    if (features->xsaveopt)
        __asm__ volatile("xsaveopt64 (%0)" : : "r"(thread->fp), "a"(low), "d"(0) : "memory");
    else if (features->xsave)
        __asm__ volatile("xsave64 (%0)" : : "r"(thread->fp), "a"(low), "d"(0) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(thread->fp) : "memory");
}

static void fp_restore(const struct arch_thread *thread) {
    __asm__ volatile("fninit" : : : "memory");
    if (cpu_features.xsave)
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(thread->fp), "a"((uint32_t)cpu_features.fp_components), "d"(0)
                         : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" : : "r"(thread->fp) : "memory");
}

static void fp_on(struct arch_cpu *cpu) {
    if (cpu->fp_off) {
        task_switched_clear();
        cpu->fp_off = false;
    }
}

static void fp_off(struct arch_cpu *cpu) {
    if (!cpu->fp_off) {
        cr0_write(cr0_read() | CR0_TS);
        cpu->fp_off = true;
    }
}

void fp_start(void) {
    if (!cpu_features.xsave)
        return;
    xcr0_write(cpu_features.fp_components);
    uint32_t size = cpuid(13, 0).ebx;
    ASSERT(size <= FP_AREA_SIZE);
}

void arch_thread_fp_start(struct arch_thread *thread) {
    // The state after reset, in the layout of FXSAVE and XSAVE (SDM 1, 10.5.1 and 13.4): an empty header
    // means that everything is in its initial state, but MXCSR and, for FXRSTOR, FCW are read.
    uint16_t control_word = 0x37f;
    uint32_t mxcsr = MXCSR_DEFAULT;
    memset(thread->fp, 0, sizeof(thread->fp));
    memcpy(thread->fp, &control_word, sizeof(control_word));
    memcpy(thread->fp + 24, &mxcsr, sizeof(mxcsr));
    thread->fp_used = true;
    fp_on(cpu_self());
    fp_restore(thread);
}

void arch_thread_init(struct arch_thread *thread) {
    ASSERT((uint64_t)thread % alignof(struct arch_thread) == 0);
    memset(thread, 0, sizeof(*thread));
}

void arch_thread_start(struct arch_thread *thread, uint64_t entry, uint64_t stack, uint64_t argument0,
                       uint64_t argument1) {
    ASSERT(entry < USER_END); // IRET to a non-canonical address would fault in the kernel
    thread->frame = (struct trap_frame){
        .rdi = argument0,
        .rsi = argument1,
        .rip = entry,
        .cs = SELECTOR_USER_CODE,
        .rflags = FLAGS_FIXED | FLAGS_INTERRUPT,
        .rsp = stack,
        .ss = SELECTOR_USER_DATA,
    };
}

void arch_thread_pointer_set(struct arch_thread *thread, uint64_t value) {
    ASSERT(value < 1ull << 47); // a non-canonical one faults in WRMSR
    thread->thread_pointer = value;
    struct arch_cpu *cpu = cpu_self();
    if (cpu->frame_end == &thread->frame + 1)
        msr_write(MSR_FS_BASE, value);
}

void arch_thread_registers(const struct arch_thread *thread, struct fault_registers *out) {
    const struct trap_frame *frame = &thread->frame;
    *out = (struct fault_registers){
        .instruction = frame->rip,
        .stack = frame->rsp,
        .frame = frame->rbp,
        .flags = frame->rflags,
        .thread_pointer = thread->thread_pointer,
        .general_count = 16,
        // In the order of the instruction encoding.
        .general = {frame->rax, frame->rcx, frame->rdx, frame->rbx, frame->rsp, frame->rbp, frame->rsi,
                    frame->rdi, frame->r8, frame->r9, frame->r10, frame->r11, frame->r12, frame->r13,
                    frame->r14, frame->r15},
    };
}

// A program may load null or user data selectors; the next thread must not see which.
static void selectors_reset(void) {
    uint32_t ds, es, fs, gs;
    __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
                     : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
    if ((ds | es | fs) != 0)
        __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs" : : "r"(0));
    if (gs != 0) {
        // Loading GS changes the base in use on some processors: do it on the user's.
        __asm__ volatile("swapgs; mov %0, %%gs; swapgs" : : "r"(0) : "memory");
        msr_write(MSR_KERNEL_GS_BASE, 0);
    }
}

void arch_thread_leave(struct arch_thread *thread) {
    if (thread->fp_used)
        fp_save(thread);
}

void arch_thread_enter(struct arch_thread *thread) {
    struct arch_cpu *cpu = cpu_self();
    cpu_frame_set(&thread->frame + 1);
    selectors_reset();
    msr_write(MSR_FS_BASE, thread->thread_pointer);
    if (thread->fp_used) {
        fp_on(cpu);
        fp_restore(thread);
    } else {
        fp_off(cpu);
    }
}

void arch_thread_resume(struct arch_thread *thread) {
    frame_resume(&thread->frame);
}
