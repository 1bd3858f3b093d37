// SPDX-License-Identifier: MIT
//
// Filling in the trampoline (see trampoline.h and trampoline.S).

#include "trampoline.h"
#include "../../arch.h"
#include "cpu.h"
#include "paging.h"
#include <base/string.h>

#define LOW_LIMIT 0x100000

// What follows the code in its page. trampoline.S reads it at fixed offsets.
struct [[gnu::packed]] trampoline {
    uint64_t gdt[6];
    uint16_t gdt_limit; // 48: operand of LGDT, in both its sizes
    uint64_t gdt_base;
    uint8_t padding[6];
    uint32_t far_32[2];   // 64: offset, selector
    uint32_t far_boot[2]; // 72
    uint32_t far_64[2];   // 80
    uint32_t cr4;         // 88
    uint32_t root;        // 92
    uint64_t efer;        // 96
    uint64_t target;      // 104
    uint64_t argument;    // 112
    uint64_t stack;       // 120
};
static_assert(offsetof(struct trampoline, far_32) == 64);
static_assert(offsetof(struct trampoline, stack) == 120);
#define DATA_OFFSET 0x200

#define SELECTOR_CODE_32 0x18
#define SELECTOR_CODE_64 0x28

extern const char trampoline_begin[], trampoline_32[], trampoline_boot[], trampoline_64[], trampoline_end[];
[[noreturn]] void trampoline_leave(uint64_t page);

static uint64_t page;

static struct trampoline *data(void) {
    return (struct trampoline *)(uintptr_t)(page + DATA_OFFSET);
}

bool trampoline_prepare(void) {
    return page != 0 || platform_low_pages_allocate(TRAMPOLINE_SIZE / PAGE_SIZE, LOW_LIMIT, &page);
}

uint64_t trampoline_page(void) {
    return page;
}

static uint32_t low_address(const char *label) {
    return (uint32_t)(page + (uint64_t)(label - trampoline_begin));
}

void trampoline_install(uint64_t cr4, uint64_t efer) {
    memcpy((void *)(uintptr_t)page, trampoline_begin, (size_t)(trampoline_end - trampoline_begin));
    memcpy((void *)(uintptr_t)(page + PAGE_SIZE), (const void *)(uintptr_t)paging_root(), PAGE_SIZE);
    *data() = (struct trampoline){
        .gdt = {0, 0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00209b0000000000},
        .gdt_limit = sizeof data()->gdt - 1,
        .gdt_base = page + DATA_OFFSET,
        .far_32 = {low_address(trampoline_32), SELECTOR_CODE_32},
        .far_boot = {low_address(trampoline_boot), SELECTOR_CODE_32},
        .far_64 = {low_address(trampoline_64), SELECTOR_CODE_64},
        .cr4 = (uint32_t)cr4,
        .root = (uint32_t)(page + PAGE_SIZE),
        .efer = efer,
    };
}

void trampoline_aim(uint64_t target, uint64_t argument, uint64_t stack) {
    data()->target = target;
    data()->argument = argument;
    // Whoever sees the stack sees the rest.
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint64_t *)&data()->stack = stack;
}

void trampoline_go(void) {
    trampoline_leave(page);
}
