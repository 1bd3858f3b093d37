// SPDX-License-Identifier: MIT
//
// kernel/panic.c and kernel/symbols.c: what a panic prints, with a symbol table of our own. The first panic
// of a kernel is its only whole one, so the test that must not use it up forks.

#include "kernel_stubs.h"
#include <kernel/log.h>
#include <kernel/symbols.h>
#include <sys/wait.h>
#include <unistd.h>

const uint64_t symbol_base = 0x1000;
const size_t symbol_count = 4;
const struct symbol symbol_table[] = {{0x0, 0}, {0x100, 6}, {0x200, 13}, {0x300, 19}};
const char symbol_names[] = "first\0second\0third";

static bool driver_has_console;

size_t arch_backtrace(uint64_t *frames, size_t most) {
    assert_true(most >= 3);
    frames[0] = 0x1100; // exact
    frames[1] = 0x1200; // returns behind a call at the end of `second`
    frames[2] = 0x9999;
    return 3;
}

void arch_panic_registers(void) {
    panic_print("registers\n");
}

void early_console_panic(void) {
    driver_has_console = false;
}

void panic_subject(char *buffer, size_t size) {
    (void)size;
    strcpy(buffer, "somebody");
}

[[noreturn]] void arch_halt(void) {
    longjmp(halted, 1);
}

[[noreturn]] void arch_power_halt(void) {
    longjmp(halted, 2);
}

static void test_symbols(void **state) {
    (void)state;
    uint64_t offset;
    assert_null(symbol_find(0xfff, &offset));
    assert_string_equal(symbol_find(0x1000, &offset), "first");
    assert_int_equal(offset, 0);
    assert_string_equal(symbol_find(0x11ff, &offset), "second");
    assert_int_equal(offset, 0xff);
    assert_string_equal(symbol_find(0x12ff, &offset), "third");
    assert_null(symbol_find(0x1300, &offset)); // behind the text
    assert_null(symbol_find(UINT64_MAX, &offset));
}

static void test_what_is_printed(void **state) {
    (void)state;
    driver_has_console = true;
    log_line(LOG_INFO, "before");
    console_take();
    if (setjmp(halted) == 0)
        panic("expected %d, got %s", 1, "two");
    assert_false(driver_has_console);
    assert_string_equal(console_take(), "\nKERNEL PANIC: expected 1, got two\n"
                                        "registers\n"
                                        "backtrace:\n"
                                        "  #0 0x0000000000001100 second+0x0\n"
                                        "  #1 0x0000000000001200 second+0x100\n"
                                        "  #2 0x0000000000009999 ?\n"
                                        "running: somebody\n"
                                        "last log lines:\n"
                                        "[    0.000000] I before\n"
                                        "KERNEL PANIC END\n");
    // The second one does not try all that again.
    if (setjmp(halted) == 0)
        panic("again");
    assert_string_equal(console_take(), "\nKERNEL PANIC during a panic: again\n");
}

static void test_the_orderly_end(void **state) {
    (void)state;
    driver_has_console = true;
    log_line(LOG_INFO, "the reason");
    console_take();
    int how = setjmp(halted);
    if (how == 0)
        halt_orderly("nothing left: %d", 7);
    assert_int_equal(how, 2);
    assert_false(driver_has_console);
    const char *printed = console_take();
    assert_non_null(strstr(printed, "\nlast log lines:\n"));
    assert_non_null(strstr(printed, "[    0.000000] I the reason\nnothing left: 7\n"));
}

// Runs before the kernel's only whole panic is used up, in a child.
static void test_a_record_is_ended_first(void **state) {
    (void)state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        panic_tag_take("quiet tag=0123abcd run=x:00");
        if (setjmp(halted) == 0)
            panic("x");
        _exit(strncmp(console_take(),
                      "\x1e"
                      "0123abcdp0000\n\nKERNEL PANIC: x\n",
                      32) == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_a_record_is_ended_first),
        cmocka_unit_test(test_what_is_printed),
        cmocka_unit_test(test_the_orderly_end),
    };
    return cmocka_run_group_tests_name("panic", tests, NULL, NULL);
}
