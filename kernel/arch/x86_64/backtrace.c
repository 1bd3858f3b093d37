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

#define VALUE(value) ((unsigned long long)(value))

void arch_panic_registers(void) {
    const struct trap_frame *trap = cpu_is_started() ? cpu_self()->panic_frame : nullptr;
    if (trap == nullptr)
        return;
    panic_print("rip %016llx rsp %016llx rflags %08llx cs %04llx ss %04llx\n", VALUE(trap->rip),
                VALUE(trap->rsp), VALUE(trap->rflags), VALUE(trap->cs), VALUE(trap->ss));
    panic_print("rax %016llx rbx %016llx rcx %016llx rdx %016llx\n", VALUE(trap->rax), VALUE(trap->rbx),
                VALUE(trap->rcx), VALUE(trap->rdx));
    panic_print("rsi %016llx rdi %016llx rbp %016llx r8  %016llx\n", VALUE(trap->rsi), VALUE(trap->rdi),
                VALUE(trap->rbp), VALUE(trap->r8));
    panic_print("r9  %016llx r10 %016llx r11 %016llx r12 %016llx\n", VALUE(trap->r9), VALUE(trap->r10),
                VALUE(trap->r11), VALUE(trap->r12));
    panic_print("r13 %016llx r14 %016llx r15 %016llx err %016llx\n", VALUE(trap->r13), VALUE(trap->r14),
                VALUE(trap->r15), VALUE(trap->error));
    panic_print("cr0 %016llx cr2 %016llx cr3 %016llx cr4 %016llx\n", VALUE(cr0_read()), VALUE(cr2_read()),
                VALUE(cr3_read()), VALUE(cr4_read()));
}
