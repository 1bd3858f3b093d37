// SPDX-License-Identifier: MIT
//
// A program that attacks: each attempt ends in one fault report that names it, and harms nobody else.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"
#include <user/program.h>

static int attack(uint64_t which, struct message_page *page) {
    (void)page;
    machine_attack((enum machine_attack)which);
    return 0;
}

// One child for one attempt.
static bool attempt(child_function_t *function, uint64_t argument, struct ending *ending) {
    struct child child;
    *ending = (struct ending){};
    bool good = child_make(&child, nullptr) && child_start(&child, function, argument) &&
                child_wait(&child, ending) && EQUAL(ending->reason, END_FAULTED) && EQUAL(ending->faults, 1);
    child_drop(&child);
    return good;
}

static void privileged_instructions(void) {
    for (unsigned i = 0; i < ATTACK_COUNT; i++) {
        struct ending ending;
        bool good = attempt(attack, i, &ending) && EQUAL(ending.fault_label, FAULT_EXCEPTION) &&
                    EQUAL(ending.fault_words[0], machine_attack_exception((enum machine_attack)i));
        if (!good)
            note("in %s", machine_attack_name((enum machine_attack)i));
    }
}

static int read_word(uint64_t address, struct message_page *page) {
    (void)page;
    SHARED->value[0] = *(volatile uint64_t *)address;
    return 0;
}

static int write_word(uint64_t address, struct message_page *page) {
    (void)page;
    *(volatile uint64_t *)address = 0x90;
    return 0;
}

static int execute(uint64_t address, struct message_page *page) {
    (void)page;
    ((void (*)(void))(uintptr_t)address)();
    return 0;
}

static void expect_access(child_function_t *function, uint64_t address, uint64_t access) {
    struct ending ending;
    bool good = attempt(function, address, &ending) && EQUAL(ending.fault_label, FAULT_ACCESS) &&
                EQUAL(ending.fault_words[0], address) && EQUAL(ending.fault_words[2], access) &&
                EQUAL(ending.fault_words[3], 0);
    if (!good)
        note("at %#llx", (unsigned long long)address);
}

static void kernel_memory(void) {
    static const uint64_t addresses[] = {MACHINE_KERNEL, MACHINE_KERNEL + 0x1000, MACHINE_DIRECT,
                                         MACHINE_DIRECT + 0x100000, UINT64_MAX - 7};
    for (unsigned i = 0; i < array_length(addresses); i++) {
        expect_access(read_word, addresses[i], ACCESS_READ);
        expect_access(write_word, addresses[i], ACCESS_WRITE);
        expect_access(execute, addresses[i], ACCESS_EXECUTE);
    }
}

static void own_memory(void) {
    expect_access(write_word, (uint64_t)(uintptr_t)&write_word & ~7ULL, ACCESS_WRITE); // text
    expect_access(execute, CHILD_STACK, ACCESS_EXECUTE);
    expect_access(execute, SHARED_ADDRESS, ACCESS_EXECUTE);
    expect_access(execute, MESSAGE_PAGES, ACCESS_EXECUTE);
    expect_access(execute, CLOCK_PAGE, ACCESS_EXECUTE);
    expect_access(write_word, CLOCK_PAGE, ACCESS_WRITE);
    expect_access(read_word, 0, ACCESS_READ);
    expect_access(write_word, 8, ACCESS_WRITE);
    expect_access(read_word, USER_START - 8, ACCESS_READ);
    expect_access(read_word, CHILD_AREA, ACCESS_READ);
    // The message pages of threads that do not exist.
    expect_access(write_word, MESSAGE_PAGES + PAGE_SIZE, ACCESS_WRITE);
    expect_access(read_word, USER_END + (2 << 20) - 8, ACCESS_READ);
}

static int overflow(uint64_t depth, struct message_page *page) {
    volatile uint8_t block[512];
    block[0] = (uint8_t)depth;
    return depth == 0 ? 0 : overflow(depth - 1, page) + block[0];
}

static void stack_overflow(void) {
    struct ending ending;
    if (attempt(overflow, 1000, &ending)) {
        EQUAL(ending.fault_label, FAULT_ACCESS);
        CHECK(ending.fault_words[0] < CHILD_STACK && ending.fault_words[0] >= CHILD_STACK - PAGE_SIZE);
    }
}

// Two threads of one process fault at the same time: one report each at most, one end.
static int fault_in_a_row(uint64_t argument, struct message_page *page) {
    (void)page;
    *(volatile uint64_t *)argument = 1;
    return 0;
}

static void many_at_once(void) {
    enum { COUNT = 12 };
    struct child children[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        if (!child_make(&children[i], nullptr) || !child_start(&children[i], fault_in_a_row, 8 * i))
            return;
    }
    for (unsigned i = 0; i < COUNT; i++) {
        struct ending ending = {};
        if (child_wait(&children[i], &ending)) {
            EQUAL(ending.reason, END_FAULTED);
            EQUAL(ending.fault_words[0], 8 * i);
        }
        child_drop(&children[i]);
    }
}

// ---- registers that are a program's own

enum { ODD_PAGES = 40, ODD_PAGES_ALL = 6 * ODD_PAGES };

static int odd_registers(uint64_t address, struct message_page *page) {
    (void)page;
    if (machine_odd_count() * ODD_PAGES > ODD_PAGES_ALL ||
        !machine_odd_registers(address, ODD_PAGES, 200'000, SYSCALL_THREAD_YIELD))
        return 1;
    // The kernel filled the pages with zeros meanwhile; only what we wrote is in them.
    for (uint64_t i = 0; i < ODD_PAGES_ALL; i++) {
        const volatile uint64_t *words = (const volatile uint64_t *)(address + PAGES(i));
        for (uint64_t j = 0; j < PAGE_SIZE / sizeof(*words); j++) {
            if (words[j] != (j == 1 && i < machine_odd_count() * ODD_PAGES))
                return 2;
        }
    }
    return 0;
}

static void odd_flags_and_stacks(void) {
    enum { COUNT = 3 };
    struct child children[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        if (!child_make(&children[i], nullptr))
            return;
        (void)child_map_new(&children[i], CHILD_AREA, ODD_PAGES_ALL, MAP_READ | MAP_WRITE);
        if (!child_start(&children[i], odd_registers, CHILD_AREA))
            return;
    }
    for (unsigned i = 0; i < COUNT; i++) {
        struct ending ending = {};
        if (child_wait(&children[i], &ending)) {
            EQUAL(ending.reason, END_EXITED);
            EQUAL(ending.status, 0);
        }
        child_drop(&children[i]);
    }
}

static int step(uint64_t call, struct message_page *page) {
    (void)page;
    machine_trap_flag(call);
    return 0;
}

static void single_stepping(void) {
    struct ending ending;
    if (attempt(step, SYSCALL_THREAD_YIELD, &ending)) {
        EQUAL(ending.fault_label, FAULT_EXCEPTION);
        EQUAL(ending.fault_words[0], MACHINE_EXCEPTION_TRAP);
        CHECK(ending.fault_words[1] < USER_END);
    }
}

static int set_base(uint64_t value, struct message_page *page) {
    (void)page;
    machine_segment_base(value);
    for (unsigned i = 0; i < 20; i++)
        (void)ts_thread_yield();
    return 0;
}

static void segment_bases(void) {
    static const uint64_t values[] = {0, 8, MACHINE_KERNEL, MACHINE_DIRECT, UINT64_MAX};
    for (unsigned i = 0; i < array_length(values); i++) {
        struct child child;
        struct ending ending = {};
        if (child_make(&child, nullptr) && child_start(&child, set_base, values[i]) &&
            child_wait(&child, &ending))
            CHECK(ending.reason == END_EXITED || (ending.fault_label == FAULT_EXCEPTION &&
                                                  ending.fault_words[0] == MACHINE_EXCEPTION_UNDEFINED));
        child_drop(&child);
    }
}

static const struct test tests[] = {
    {"privileged and undefined instructions", privileged_instructions},
    {"the kernel's memory", kernel_memory},
    {"memory of one's own, in the wrong way", own_memory},
    {"the stack overflows", stack_overflow},
    {"a dozen at once", many_at_once},
    {"odd flags, and no stack", odd_flags_and_stacks},
    {"single stepping into the kernel", single_stepping},
    {"segment bases of one's own", segment_bases},
};
GROUP(attack, tests);
