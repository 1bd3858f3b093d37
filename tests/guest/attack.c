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

static const struct test tests[] = {
    {"privileged and undefined instructions", privileged_instructions},
    {"the kernel's memory", kernel_memory},
    {"memory of one's own, in the wrong way", own_memory},
    {"the stack overflows", stack_overflow},
    {"a dozen at once", many_at_once},
};
GROUP(attack, tests);
