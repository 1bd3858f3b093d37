// SPDX-License-Identifier: MIT
//
// kernel/log.c: lines, time stamps, what programs write, and the ring across its end.

#include "kernel_stubs.h"
#include <base/types.h>
#include <stdio.h>
#include <kernel/log.h>
#include <abi/constants.h>

#define RING 65536u

static void test_lines_and_stamps(void **state) {
    (void)state;
    now = 1'234'567'890;
    log_line(LOG_INFO, "value %d", 7);
    assert_string_equal(console_take(), "[    1.234567] I value 7\n");
    now = 98'765'000'000'000;
    log_line(LOG_INFO, "%s", "later");
    assert_string_equal(console_take(), "[98765.000000] I later\n");
    now = 0;
}

static void test_levels(void **state) {
    (void)state;
    log_line(LOG_ERROR, "broken");
    assert_string_equal(console_take(), "[    0.000000] E broken\n");
    log_line(LOG_DEBUG, "W is not a level here");
    assert_string_equal(console_take(), "[    0.000000] D W is not a level here\n");
}

static void test_too_long_a_line_is_cut(void **state) {
    (void)state;
    char text[2 * LOG_LINE_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_line(LOG_INFO, "%s", text);
    const char *line = console_take();
    assert_int_equal(strlen(line), strlen("[    0.000000] I ") + LOG_LINE_MAX - 1 + 1);
    assert_int_equal(line[strlen(line) - 1], '\n');
}

static void test_text_of_programs(void **state) {
    (void)state;
    log_text("one", 3);
    assert_string_equal(console_take(), "[    0.000000] I one\n");
    log_text("two\nthree\n", 10);
    assert_string_equal(console_take(), "[    0.000000] I two\n[    0.000000] I three\n");
    log_text("a\x1b[2J\r\0\x7f\tz\xc3\xa4", 12);
    assert_string_equal(console_take(), "[    0.000000] I a?[2J???\tz\xc3\xa4\n");
    log_text("W four\nfive\nX six\nE \n", 20);
    assert_string_equal(console_take(), "[    0.000000] W four\n[    0.000000] I five\n"
                                        "[    0.000000] I X six\n[    0.000000] E \n");
    log_text("D", 1); // no blank, so no level
    assert_string_equal(console_take(), "[    0.000000] I D\n");
    log_text("", 0);
    assert_string_equal(console_take(), "");
}

static void test_copy_and_tail(void **state) {
    (void)state;
    char buffer[64];
    uint64_t next;
    uint64_t end;
    assert_int_equal(log_copy(UINT64_MAX, buffer, sizeof(buffer), &end), 0);
    log_line(LOG_INFO, "a");
    log_line(LOG_INFO, "b");
    size_t length = log_copy(end, buffer, sizeof(buffer), &next);
    assert_int_equal(length, 38);
    assert_int_equal(next, end + 38);
    assert_memory_equal(buffer, "[    0.000000] I a\n[    0.000000] I b\n", 38);
    assert_int_equal(log_copy(next, buffer, sizeof(buffer), &next), 0);
    assert_int_equal(next, end + 38);
    assert_int_equal(log_copy(end, buffer, 10, &next), 10);
    assert_int_equal(next, end + 10);
    assert_int_equal(log_tail(buffer, 2), 2);
    assert_memory_equal(buffer, "b\n", 2);
    console_take();
}

static void test_overwritten_text_is_skipped(void **state) {
    (void)state;
    static char all[2 * RING];
    uint64_t start;
    uint64_t next;
    (void)log_copy(UINT64_MAX, all, 1, &start);
    uint64_t written = 0;
    for (unsigned i = 0; written < 3 * RING; i++) {
        log_line(LOG_INFO, "line %06u", i);
        written += strlen(console_take());
    }
    size_t length = log_copy(start, all, sizeof(all), &next);
    assert_int_equal(length, RING);
    assert_int_equal(next, start + written);
    // What is left is whole but for its first line, and in order.
    unsigned last = 0;
    unsigned seen = 0;
    all[length] = '\0';
    for (char *line = strchr(all, '\n'); line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n')) {
        unsigned number;
        assert_int_equal(sscanf(line + 1, "[    0.000000] I line %u", &number), 1);
        assert_true(seen++ == 0 || number == last + 1);
        last = number;
    }
    assert_true(seen > 2000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_stamps),       cmocka_unit_test(test_levels),
        cmocka_unit_test(test_too_long_a_line_is_cut), cmocka_unit_test(test_text_of_programs),
        cmocka_unit_test(test_copy_and_tail),          cmocka_unit_test(test_overwritten_text_is_skipped),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
