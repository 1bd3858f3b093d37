// SPDX-License-Identifier: MIT
//
// user/lib/options.c: flags, operands, help, and everything that is refused with a message.

#include "text_sink.h"
#include <user/options.h>
#include <string.h>

static bool flag_a;
static bool flag_l;
static struct text_sink output;

static const struct option options[] = {
    {.letter = 'a', .help = "all", .value = &flag_a}, {.letter = 'l', .help = "long", .value = &flag_l}, {}};
static struct usage usage;

static int start(void **state) {
    (void)state;
    flag_a = flag_l = false;
    output.length = 0;
    usage = (struct usage){.name = "ls",
                           .operands = "[FILE...]",
                           .summary = "Lists files.",
                           .options = options,
                           .operands_max = 2,
                           .options_anywhere = true};
    return 0;
}

// Parses a line of words and returns the operands, joined by '|'.
static enum options_result parse(const char *line, char *operands) {
    static char words[256]; // what options point to afterwards
    char *arguments[16];
    int count = 0;
    size_t kept = 0;
    strcpy(words, line);
    for (char *rest = words, *word; (word = strsep(&rest, " ")) != NULL;)
        arguments[count++] = word;
    enum options_result result = options_parse(&usage, count, arguments, &kept, text_sink, &output);
    operands[0] = '\0';
    for (size_t i = 0; i < kept && result == OPTIONS_RUN; i++) {
        strcat(operands, arguments[i]);
        strcat(operands, "|");
    }
    return result;
}

static void expect_run(const char *line, bool a, bool l, const char *expected) {
    char operands[256];
    flag_a = flag_l = false;
    assert_int_equal(parse(line, operands), OPTIONS_RUN);
    assert_string_equal(operands, expected);
    assert_int_equal(flag_a, a);
    assert_int_equal(flag_l, l);
    assert_string_equal(text_sink_take(&output), "");
}

static void test_flags_and_operands(void **state) {
    (void)state;
    expect_run("ls", false, false, "");
    expect_run("ls x", false, false, "x|");
    expect_run("ls -a -l x y", true, true, "x|y|");
    expect_run("ls -la x", true, true, "x|");
    expect_run("ls x -a", true, false, "x|");
    expect_run("ls -- -a", false, false, "-a|");
    expect_run("ls -a -- --help --", true, false, "--help|--|");
    expect_run("ls -", false, false, "-|");
    usage.options_anywhere = false;
    expect_run("ls -a x -l", true, false, "x|-l|");
}

static void expect_wrong(const char *line, const char *message) {
    char operands[256];
    assert_int_equal(parse(line, operands), OPTIONS_WRONG);
    assert_string_equal(text_sink_take(&output), message);
}

static void test_what_is_refused(void **state) {
    (void)state;
    expect_wrong("ls -x", "ls: unknown option: -x (try ls --help)\n");
    expect_wrong("ls -ax", "ls: unknown option: -ax (try ls --help)\n");
    expect_wrong("ls --long", "ls: unknown option: --long (try ls --help)\n");
    expect_wrong("ls a b c", "ls: too many operands (try ls --help)\n");
    usage.operands_min = 1;
    expect_wrong("ls -a", "ls: an operand is missing (try ls --help)\n");
    usage.options = NULL;
    expect_wrong("ls -a", "ls: unknown option: -a (try ls --help)\n");
}

static void test_help(void **state) {
    (void)state;
    char operands[256];
    assert_int_equal(parse("ls --help", operands), OPTIONS_HELP);
    assert_string_equal(text_sink_take(&output), "usage: ls [OPTION...] [FILE...]\nLists files.\n"
                                                 "  -a      all\n  -l      long\n  --help  this text\n");
    usage.options = NULL;
    usage.operands = "";
    assert_int_equal(parse("ls --help", operands), OPTIONS_HELP);
    assert_string_equal(text_sink_take(&output), "usage: ls\nLists files.\n  --help  this text\n");
}

static void test_numbers(void **state) {
    (void)state;
    uint64_t value = 0;
    assert_true(number_parse("0", &value));
    assert_int_equal(value, 0);
    assert_true(number_parse("18446744073709551615", &value));
    assert_int_equal(value, UINT64_MAX);
    assert_true(number_parse("007", &value));
    assert_int_equal(value, 7);
    static const char *const wrong[] = {
        "", "-1", "+1", " 1", "1 ", "0x10", "1a", "18446744073709551616", "99999999999999999999"};
    for (size_t i = 0; i < array_length(wrong); i++)
        assert_false(number_parse(wrong[i], &value));
}

static void test_arguments(void **state) {
    (void)state;
    static const char *number;
    static const struct option settings[] = {
        {.letter = 'a', .help = "all", .value = &flag_a},
        {.letter = 'n', .help = "so many", .argument = &number, .name = "N"},
        {}};
    char operands[256];
    usage.options = settings;
    static const struct {
        const char *line, *number, *operands;
        bool a;
    } rows[] = {
        {"ls -n 5 x", "5", "x|", false},   {"ls -n5 x", "5", "x|", false},  {"ls -an 5", "5", "", true},
        {"ls x -n -a", "-a", "x|", false}, {"ls -n 1 -n2", "2", "", false}, {"ls -na", "a", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        number = NULL;
        flag_a = false;
        assert_int_equal(parse(rows[i].line, operands), OPTIONS_RUN);
        assert_string_equal(operands, rows[i].operands);
        assert_int_equal(flag_a, rows[i].a);
        assert_string_equal(number, rows[i].number);
    }
    assert_int_equal(parse("ls -n", operands), OPTIONS_WRONG);
    assert_string_equal(text_sink_take(&output), "ls: an argument is missing behind -n (try ls --help)\n");
    assert_int_equal(parse("ls --help", operands), OPTIONS_HELP);
    assert_non_null(strstr(text_sink_take(&output), "  -n N    so many\n"));
}

static void test_sizes(void **state) {
    (void)state;
    uint64_t value;
    assert_true(size_parse("12", &value) && value == 12);
    assert_true(size_parse("3K", &value) && value == 3072);
    assert_true(size_parse("2M", &value) && value == 2097152);
    static const char *const bad[] = {
        "", "K", "1G", "-1", "1 K", "18446744073709551615K", "111111111111111111111111111"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(size_parse(bad[i], &value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_flags_and_operands, start),
        cmocka_unit_test_setup(test_what_is_refused, start),
        cmocka_unit_test_setup(test_help, start),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test_setup(test_arguments, start),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests_name("user_options", tests, NULL, NULL);
}
