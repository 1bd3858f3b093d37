// SPDX-License-Identifier: MIT
//
// x86-64: frames and registers for a panic. After a trap in the kernel the walk starts where the trap was,
// else in panic() itself. It stays inside the one kernel stack on which it starts, so it cannot fault.

#include <arch/backtrace.h>
#include <arch/cpu.h>
#include <kernel/panic.h>
#include <arch_thread.h>
#include "asm.h"
#include "cpu.h"
#include "paging.h"

static size_t frames_walk(uint64_t *frames, size_t count, size_t most, uint64_t frame) {
    uint64_t low;
    uint64_t high;
    if (!paging_stack_bounds(frame + 16, &low, &high))
        return count;
    while (count < most && frame % 8 == 0 && frame >= low && frame + 16 <= high) {
        const uint64_t *at = (const uint64_t *)frame;
        if (at[1] == 0)
            break;
        frames[count++] = at[1];
        if (at[0] <= frame) // older frames lie higher
            break;
        frame = at[0];
    }
    return count;
}

size_t arch_backtrace(uint64_t *frames, size_t most) {
    const struct arch_cpu *cpu = cpu_is_started() ? cpu_self() : nullptr;
    const struct trap_frame *trap = cpu != nullptr ? cpu->panic_frame : nullptr;
    if (trap == nullptr || most == 0)
        return frames_walk(frames, 0, most, (uint64_t)__builtin_frame_address(0));
    frames[0] = trap->rip;
    return frames_walk(frames, 1, most, trap->rbp);
}

void arch_panic_registers(void) {
    const struct trap_frame *trap = cpu_is_started() ? cpu_self()->panic_frame : nullptr;
    if (trap == nullptr)
        return;
    panic_print("rip %016lx rsp %016lx rflags %08lx cs %04lx ss %04lx\n", trap->rip, trap->rsp, trap->rflags,
                trap->cs, trap->ss);
    panic_print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", trap->rax, trap->rbx, trap->rcx, trap->rdx);
    panic_print("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", trap->rsi, trap->rdi, trap->rbp, trap->r8);
    panic_print("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", trap->r9, trap->r10, trap->r11, trap->r12);
    panic_print("r13 %016lx r14 %016lx r15 %016lx err %016lx\n", trap->r13, trap->r14, trap->r15,
                trap->error);
    panic_print("cr0 %016lx cr2 %016lx cr3 %016lx cr4 %016lx\n", cr0_read(), cr2_read(), cr3_read(),
                cr4_read());
}
