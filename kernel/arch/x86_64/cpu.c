// SPDX-License-Identifier: MIT
//
// x86-64: features, descriptor tables, control registers. Each CPU has its own GDT and task segment in struct
// cpu_tables; the interrupt descriptor table is one for all. Privileged things a user program could otherwise
// enter by (call gates, SYSENTER, compatibility mode, I/O permission bitmap) do not exist: no descriptor, no
// MSR, no bitmap. Interrupts stay off from the loader until the first thread or idle loop.
// Sources: Intel SDM 3A chapters 2, 3, 6, 7; SDM 2A CPUID; AMD APM 2 chapter 6 (system call).

#include <base/string.h>
#include <kernel/types.h>
#include <arch_thread.h>
#include "asm.h"
#include "cpu.h"

struct [[gnu::packed]] task_segment {
    uint32_t reserved0;
    uint64_t stack[3];
    uint64_t reserved1;
    uint64_t trap_stack[7]; // IST 1 to 7
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t permission_offset;
};
static_assert(sizeof(struct task_segment) == 104);

struct cpu_tables {
    uint64_t segments[8];
    struct task_segment task;
};

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
static_assert(sizeof(struct gate) == 16);

struct [[gnu::packed]] table_pointer {
    uint16_t limit;
    uint64_t base;
};

static_assert(offsetof(struct arch_cpu, self) == CPU_SELF);
static_assert(offsetof(struct arch_cpu, frame_end) == CPU_FRAME_END);
static_assert(offsetof(struct arch_cpu, stack_top) == CPU_STACK_TOP);
static_assert(offsetof(struct arch_cpu, user_stack) == CPU_USER_STACK);

struct cpu_features cpu_features;

static struct gate gates[256];
static struct cpu_tables boot_tables;
static struct arch_cpu boot_cpu;

// From which stack of the task segment a trap starts; 0: the usual one.
enum { STACK_DOUBLE_FAULT = 1, STACK_NMI = 2, STACK_MACHINE_CHECK = 3 };

static void features_detect_leaf7(struct cpu_features *features) {
    if (features->basic_leaves < 7)
        return;
    struct cpuid leaf = cpuid(7, 0);
    features->smep = leaf.ebx >> 7 & 1;
    features->smap = leaf.ebx >> 20 & 1;
    features->umip = leaf.ecx >> 2 & 1;
}

static void features_detect_extended(struct cpu_features *features) {
    uint32_t width = 36;
    if (features->extended_leaves >= 0x80000001) {
        struct cpuid leaf = cpuid(0x80000001, 0);
        features->no_execute = leaf.edx >> 20 & 1;
        features->huge_pages = leaf.edx >> 26 & 1;
    }
    if (features->extended_leaves >= 0x80000007)
        features->invariant_tsc = cpuid(0x80000007, 0).edx >> 8 & 1;
    if (features->extended_leaves >= 0x80000008)
        width = cpuid(0x80000008, 0).eax & 0xff;
    features->physical_limit = 1ull << (width < 36 ? 36 : width > 52 ? 52 : width);
}

// Only x87, SSE and AVX state: struct arch_thread has room for these. Bigger sets (AVX-512, AMX) stay off.
static void features_detect_xsave(struct cpu_features *features) {
    if (!features->xsave || features->basic_leaves < 13) {
        features->xsave = false;
        return;
    }
    features->fp_components = cpuid(13, 0).eax & (features->avx ? 7 : 3);
    features->xsaveopt = cpuid(13, 1).eax & 1;
}

void cpu_features_detect(void) {
    struct cpu_features *features = &cpu_features;
    struct cpuid leaf = cpuid(0, 0);
    features->basic_leaves = leaf.eax;
    memcpy(features->name, &leaf.ebx, 4);
    memcpy(features->name + 4, &leaf.edx, 4);
    memcpy(features->name + 8, &leaf.ecx, 4);
    features->extended_leaves = cpuid(0x80000000, 0).eax;
    leaf = cpuid(1, 0);
    features->global_pages = leaf.edx >> 13 & 1;
    features->local_apic = leaf.edx >> 9 & 1;
    features->tsc_deadline = leaf.ecx >> 24 & 1;
    features->xsave = leaf.ecx >> 26 & 1;
    features->avx = leaf.ecx >> 28 & 1;
    features->rdrand = leaf.ecx >> 30 & 1;
    features->hypervisor = leaf.ecx >> 31 & 1;
    if (features->hypervisor)
        features->hypervisor_leaves = cpuid(0x40000000, 0).eax;
    features_detect_leaf7(features);
    features_detect_extended(features);
    features_detect_xsave(features);
}

static void gate_set(unsigned vector, unsigned stack, unsigned privilege) {
    uint64_t address = (uint64_t)vector_stubs + 16 * vector;
    gates[vector] = (struct gate){
        .offset_low = (uint16_t)address,
        .selector = SELECTOR_KERNEL_CODE,
        .stack = (uint8_t)stack,
        .type = (uint8_t)(0x8e | privilege << 5), // present interrupt gate
        .offset_middle = (uint16_t)(address >> 16),
        .offset_high = (uint32_t)(address >> 32),
    };
}

static void gates_build(void) {
    for (unsigned vector = 0; vector < 256; vector++)
        gate_set(vector, 0, 0);
    gate_set(VECTOR_DOUBLE_FAULT, STACK_DOUBLE_FAULT, 0);
    gate_set(VECTOR_NMI, STACK_NMI, 0);
    gate_set(VECTOR_MACHINE_CHECK, STACK_MACHINE_CHECK, 0);
    // The two software interrupts that a program may raise; any other INT is a protection fault.
    gate_set(VECTOR_BREAKPOINT, 0, 3);
    gate_set(VECTOR_OVERFLOW, 0, 3);
}

static void tables_build(struct cpu_tables *tables, const struct cpu_stacks *stacks) {
    uint64_t task = (uint64_t)&tables->task;
    tables->segments[SELECTOR_KERNEL_CODE / 8] = 0x00af9b000000ffff;
    tables->segments[SELECTOR_KERNEL_DATA / 8] = 0x00cf93000000ffff;
    tables->segments[SELECTOR_USER_DATA / 8] = 0x00cff3000000ffff;
    tables->segments[SELECTOR_USER_CODE / 8] = 0x00affb000000ffff;
    tables->segments[SELECTOR_TASK / 8] = (sizeof(struct task_segment) - 1) | (task & 0xffffff) << 16 |
                                          0x89ull << 40 | (task >> 24 & 0xff) << 56;
    tables->segments[SELECTOR_TASK / 8 + 1] = task >> 32;
    tables->task.trap_stack[STACK_DOUBLE_FAULT - 1] = stacks->double_fault;
    tables->task.trap_stack[STACK_NMI - 1] = stacks->nmi;
    tables->task.trap_stack[STACK_MACHINE_CHECK - 1] = stacks->machine_check;
    // Beyond the segment's limit: no port is open to user mode.
    tables->task.permission_offset = sizeof(struct task_segment);
}

static void tables_load(const struct cpu_tables *tables) {
    struct table_pointer segments = {sizeof(tables->segments) - 1, (uint64_t)tables->segments};
    struct table_pointer traps = {sizeof(gates) - 1, (uint64_t)gates};
    __asm__ volatile("lgdt %0" : : "m"(segments) : "memory");
    __asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
                     :
                     : "i"(SELECTOR_KERNEL_CODE)
                     : "rax", "memory");
    __asm__ volatile("mov %0, %%ss" : : "r"(SELECTOR_KERNEL_DATA) : "memory");
    // Data segments do nothing in 64-bit mode; null ones say so. GS is loaded before its base is set.
    __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs" : : "r"(0) : "memory");
    __asm__ volatile("lidt %0" : : "m"(traps) : "memory");
    __asm__ volatile("lldt %w0" : : "r"(0) : "memory");
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TASK) : "memory");
}

static void control_registers_set(void) {
    const struct cpu_features *features = &cpu_features;
    // Below base revision 5 a loader may leave further bits as firmware set them (fast FXSAVE, for one).
    uint64_t efer = msr_read(MSR_EFER) & EFER_LONG;
    msr_write(MSR_EFER, efer | EFER_SYSCALL | (features->no_execute ? EFER_NX : 0));
    uint64_t cr0 = cr0_read() & ~(CR0_EM | CR0_AM | CR0_NW | CR0_CD);
    cr0_write(cr0 | CR0_MP | CR0_NE | CR0_WP | CR0_TS);
    uint64_t cr4 = CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT;
    cr4 |= features->global_pages ? CR4_PGE : 0;
    cr4 |= features->umip ? CR4_UMIP : 0;
    cr4 |= features->smep ? CR4_SMEP : 0;
    cr4 |= features->smap ? CR4_SMAP : 0;
    cr4 |= features->xsave ? CR4_OSXSAVE : 0;
    cr4_write(cr4);
    dr7_write(0x400); // no breakpoint: the data breakpoint after MOV SS cannot be (CVE-2018-8897)
}

static void syscall_registers_set(void) {
    msr_write(MSR_STAR, (uint64_t)SELECTOR_SYSRET_BASE << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (uint64_t)syscall_entry);
    msr_write(MSR_CSTAR, 0); // never reached: there is no compatibility mode code segment
    msr_write(MSR_SFMASK,
              FLAGS_TRAP | FLAGS_INTERRUPT | FLAGS_DIRECTION | FLAGS_IOPL | FLAGS_NESTED | FLAGS_ALIGNMENT);
    // Only Intel has SYSENTER in long mode (AMD: undefined opcode, and the MSR may be absent under some
    // hypervisors); a null code segment makes it a protection fault.
    if (memcmp(cpu_features.name, "GenuineIntel", 12) == 0)
        msr_write(MSR_SYSENTER_CS, 0);
}

struct arch_cpu *cpu_self(void) {
    return (struct arch_cpu *)(void *)cpu_current();
}

bool cpu_is_started(void) {
    return boot_cpu.tables != nullptr;
}

void cpu_start(const struct cpu_stacks *stacks) {
    struct arch_cpu *cpu = &boot_cpu;
    gates_build();
    tables_build(&boot_tables, stacks);
    tables_load(&boot_tables);
    control_registers_set();
    cpu->self = (struct cpu *)(void *)cpu;
    cpu->stack_top = stacks->kernel;
    cpu->tables = &boot_tables;
    cpu->root = cr3_read();
    cpu->fp_off = true;
    msr_write(MSR_GS_BASE, (uint64_t)cpu);
    msr_write(MSR_KERNEL_GS_BASE, 0);
    msr_write(MSR_FS_BASE, 0);
    syscall_registers_set();
    fp_start();
}

void arch_cpu_attach(struct cpu *cpu) {
    struct arch_cpu *self = (struct arch_cpu *)(void *)cpu;
    *self = *cpu_self();
    self->self = cpu;
    msr_write(MSR_GS_BASE, (uint64_t)self);
}

void cpu_frame_set(void *frame_end) {
    struct arch_cpu *cpu = cpu_self();
    cpu->frame_end = frame_end;
    cpu->tables->task.stack[0] = (uint64_t)frame_end;
}

void cpu_idle(void) {
    // STI takes effect after the next instruction, so no interrupt slips in before HLT (SDM 2B, STI).
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

void cpu_interrupt_window(void) {
    __asm__ volatile("sti; nop; cli" : : : "memory");
}

void arch_cpu_enter_loop(void) {
    loop_enter(cpu_self()->stack_top);
}

void arch_halt(void) {
    for (;;)
        __asm__ volatile("cli; hlt" : : : "memory");
}
