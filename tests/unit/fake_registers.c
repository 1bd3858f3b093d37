// SPDX-License-Identifier: MIT
//
// See fake_registers.h.

#include "fake_registers.h"
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE_BYTES  4096
#define TRAP_FLAG   0x100
#define ERROR_WRITE 2 // of a page fault's error code

static void *page;
static const struct fake_registers *registers;
static size_t accessed;
static bool writes;

static void on_fault(int number, siginfo_t *info, void *context) {
    ucontext_t *user = context;
    (void)number;
    accessed = (size_t)((uintptr_t)info->si_addr - (uintptr_t)page);
    if (accessed >= PAGE_BYTES || mprotect(page, PAGE_BYTES, PROT_READ | PROT_WRITE) != 0)
        abort();
    writes = (user->uc_mcontext.gregs[REG_ERR] & ERROR_WRITE) != 0;
    registers->before(page, accessed, writes);
    user->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void on_step(int number, siginfo_t *info, void *context) {
    ucontext_t *user = context;
    (void)number;
    (void)info;
    if (writes)
        registers->written(page, accessed);
    if (mprotect(page, PAGE_BYTES, PROT_NONE) != 0)
        abort();
    user->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

volatile void *fake_registers_page(const struct fake_registers *model) {
    const struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    const struct sigaction step = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    registers = model;
    if (page == nullptr)
        page = mmap(nullptr, PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || sigaction(SIGSEGV, &fault, nullptr) != 0 ||
        sigaction(SIGTRAP, &step, nullptr) != 0)
        abort();
    return page;
}
