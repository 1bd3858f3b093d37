// SPDX-License-Identifier: MIT
//
// user/init/command_line.c: `run=` takes the rest of the line, in both forms, and what is malformed is named.

#include "unit.h"
#include "command_line.h"
#include <string.h>

static struct command_line line;

static void test_empty_and_other_words(void **state) {
    (void)state;
    assert_int_equal(command_line_parse(&line, ""), COMMAND_LINE_OK);
    assert_false(line.has_command);
    assert_int_equal(command_line_parse(&line, "  quiet  xrun=ls trace=1 "), COMMAND_LINE_OK);
    assert_false(line.has_command);
    assert_string_equal(line.tag, "00000000");
}

static void test_run_takes_the_rest(void **state) {
    (void)state;
    assert_int_equal(command_line_parse(&line, "a run=ls -l  /bin run=x:00 tag=1"), COMMAND_LINE_OK);
    assert_true(line.has_command);
    assert_false(line.frames);
    assert_string_equal(line.command, "ls -l  /bin run=x:00 tag=1");
    assert_int_equal(command_line_parse(&line, "run="), COMMAND_LINE_OK);
    assert_true(line.has_command);
    assert_string_equal(line.command, "");
}

static void test_hexadecimal(void **state) {
    (void)state;
    assert_int_equal(command_line_parse(&line, "tag=0badCAFE run=x:6563686F2027C3A427 "), COMMAND_LINE_OK);
    assert_true(line.has_command && line.frames);
    assert_string_equal(line.tag, "0badCAFE");
    assert_string_equal(line.command, "echo '\xc3\xa4'");
}

static void test_malformed_is_named(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum command_line_error error;
    } cases[] = {
        {"tag=1234567", COMMAND_LINE_TAG},  {"tag=123456789 run=ls", COMMAND_LINE_TAG},
        {"tag=1234567x", COMMAND_LINE_TAG}, {"tag=", COMMAND_LINE_TAG},
        {"run=x:6", COMMAND_LINE_HEX},      {"run=x:6g", COMMAND_LINE_HEX},
        {"run=x:610061", COMMAND_LINE_HEX}, {"run=x:61 62", COMMAND_LINE_HEX},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        assert_int_equal(command_line_parse(&line, cases[i].text), cases[i].error);
        assert_string_not_equal(command_line_error_text(cases[i].error), "no error");
    }
}

static void test_longest(void **state) {
    (void)state;
    static char text[2 * COMMAND_SIZE + 16];
    memcpy(text, "run=", 4);
    memset(text + 4, 'a', COMMAND_SIZE - 1);
    assert_int_equal(command_line_parse(&line, text), COMMAND_LINE_OK);
    assert_int_equal(strlen(line.command), COMMAND_SIZE - 1);
    text[4 + COMMAND_SIZE - 1] = 'a';
    assert_int_equal(command_line_parse(&line, text), COMMAND_LINE_LONG);
    memset(text, 0, sizeof(text));
    memcpy(text, "run=x:", 6);
    memset(text + 6, '6', 2 * (COMMAND_SIZE - 1));
    assert_int_equal(command_line_parse(&line, text), COMMAND_LINE_OK);
    assert_int_equal(strlen(line.command), COMMAND_SIZE - 1);
    memset(text + 6, '6', 2 * COMMAND_SIZE);
    assert_int_equal(command_line_parse(&line, text), COMMAND_LINE_LONG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_and_other_words),
        cmocka_unit_test(test_run_takes_the_rest),
        cmocka_unit_test(test_hexadecimal),
        cmocka_unit_test(test_malformed_is_named),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests_name("init_command_line", tests, NULL, NULL);
}
