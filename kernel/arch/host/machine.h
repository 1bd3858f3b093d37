// SPDX-License-Identifier: MIT
//
// What the files of the fake machine share.
#pragma once
#include <setjmp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <arch/cpu.h>
#include "host.h"

#define HOST_TLB_ENTRIES 64

struct host_tlb_entry {
    uint64_t address;
    uint64_t entry; // 0: empty
};

struct host_fiber {
    jmp_buf kernel;  // where kernel code goes on
    jmp_buf start;   // the bottom of the kernel's stack
    jmp_buf outside; // where the test goes on
    uint8_t *stack;
    size_t stack_size;
    const void *test_stack; // for the sanitizer
    size_t test_stack_size;
    void (*function)(void);
};

// Owner CPU only, but for the interrupt lines.
struct host_cpu {
    enum host_state state;
    bool in_kernel;
    struct host_fiber fiber;
    jmp_buf leave; // free run
    struct arch_thread *running;
    struct arch_thread *entered;
    uint64_t fp, thread_pointer;
    uint64_t timer; // when
    struct arch_space *space;
    struct host_tlb_entry tlb[HOST_TLB_ENTRIES];
};

extern bool host_is_free_run;

struct host_cpu *host_cpu_self(void);
void host_cpu_create(void);
// The byte behind a user address, if the tables of this CPU allow the access.
bool host_translate(uint64_t address, unsigned access, uint8_t **byte);
void host_tlb_check(const struct host_cpu *cpu);

// Takes a pending interrupt of an unmasked line; false: there is none.
bool host_line_take(unsigned *line);
bool host_line_waits(void);
bool host_line_raise(unsigned line);
uint64_t host_clock_step(uint64_t until);
void host_devices_create(uint64_t seed);
