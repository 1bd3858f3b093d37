// SPDX-License-Identifier: MIT
//
// user/servers/console/probe.c: the answer is taken out of what is typed, and nothing else is.

#include "unit.h"
#include <probe.h>
#include <string.h>

static struct probe probe;

// What of the bytes the person typed, as the console gets it.
static const char *typed(const char *bytes) {
    static char text[256];
    size_t length = 0;
    for (; *bytes != '\0'; bytes++) {
        if (!probe.asking) {
            text[length++] = *bytes;
            continue;
        }
        if (probe_feed(&probe, *bytes) != PROBE_TYPED)
            continue;
        memcpy(text + length, probe.held, probe.held_count);
        length += probe.held_count;
        probe.held_count = 0;
    }
    text[length] = '\0';
    return text;
}

static void expect(const char *bytes, const char *text, unsigned rows, unsigned columns) {
    probe = (struct probe){};
    probe_ask(&probe);
    assert_string_equal(typed(bytes), text);
    assert_int_equal(probe.rows, rows);
    assert_int_equal(probe.columns, columns);
    assert_int_equal(probe.asking, rows == 0);
}

static void test_answers(void **state) {
    (void)state;
    expect("\x1b[24;80R", "", 24, 80);
    expect("ab\x1b[50;132Rcd", "abcd", 50, 132);
    expect("\x1b[A\x1b[24;80R", "\x1b[A", 24, 80);
    expect("\x1b[24;80R\x1b[24;80R", "\x1b[24;80R", 24, 80);
    expect("\x1b[9999;99999R", "", 999, 999);
}

static void test_what_is_no_answer_is_typed(void **state) {
    (void)state;
    expect("hello", "hello", 0, 0);
    expect("\x1bOP", "\x1bOP", 0, 0);
    expect("\x1b[3~", "\x1b[3~", 0, 0);
    expect("\x1b[1;5C", "\x1b[1;5C", 0, 0);
    expect("\x1b[1;5R", "", 1, 5);
    expect("\x1b[;5R", "\x1b[;5R", 0, 0);
    expect("\x1b[5R", "\x1b[5R", 0, 0);
    expect("\x1b[0;5R", "\x1b[0;5R", 0, 0);
    expect("\x1b[1;2;3R", "\x1b[1;2;3R", 0, 0);
    expect("\x1b[111111111111111111111R", "\x1b[111111111111111111111R", 0, 0);
    expect("\x1b\x1b[24;80R", "\x1b\x1b[24;80R", 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_is_no_answer_is_typed),
    };
    return cmocka_run_group_tests_name("console_probe", tests, NULL, NULL);
}
