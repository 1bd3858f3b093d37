// SPDX-License-Identifier: MIT
//
// x86-64: what the processor can do, and its tables (GDT, TSS, IDT, system call registers). cpu_features is
// filled by cpu_features_detect(), first thing at boot, and immutable afterwards.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <arch/cpu.h>

struct cpu_features {
    bool no_execute, global_pages, huge_pages;
    bool smep, smap, umip;
    bool xsave, xsaveopt, avx;
    bool rdrand;
    bool invariant_tsc, tsc_deadline;
    bool hypervisor;
    bool local_apic;
    uint32_t basic_leaves, extended_leaves, hypervisor_leaves;
    uint64_t physical_limit; // first physical address that cannot be said
    uint64_t fp_components;  // value of XCR0
    char name[13];
};

extern struct cpu_features cpu_features;

// Stacks of one CPU, first address above each; a page below each is not mapped.
struct cpu_stacks {
    uint64_t kernel, double_fault, nmi, machine_check;
};

void cpu_features_detect(void);
// Loads this CPU's tables and sets its control registers. From then on cpu_self() works and traps are taken.
void cpu_start(const struct cpu_stacks *stacks);
// The port's per-CPU data; before arch_cpu_attach() a temporary one.
struct arch_cpu *cpu_self(void);
// False before cpu_start(): a panic then knows nothing of this CPU.
bool cpu_is_started(void);
// Entry from user mode pushes its frame downwards from here, from now on.
void cpu_frame_set(void *frame_end);

// From assembly.
[[noreturn]] void loop_enter(uint64_t stack);
[[noreturn]] void frame_resume(const struct trap_frame *frame);
[[noreturn]] void stack_continue(uint64_t stack, uint64_t root, void (*function)(void));
void syscall_entry(void);
extern const char vector_stubs[];

// From thread.c: the processor's FP unit; needs cpu_features.
void fp_start(void);
