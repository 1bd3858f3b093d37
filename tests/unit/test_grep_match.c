// SPDX-License-Identifier: MIT
//
// user/programs/grep/match.c: a table of patterns and lines, what is refused, and the cost of the worst
// pattern.

#include "unit.h"
#include "match.h"
#include <string.h>

static struct pattern pattern;

static bool occurs(const char *text, const char *line, bool fixed, bool ignore_case) {
    assert_int_equal(pattern_parse(&pattern, text, fixed, ignore_case), PATTERN_OK);
    return pattern_matches(&pattern, line, strlen(line));
}

static void test_table(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *line;
        bool occurs;
    } rows[] = {
        {"", "", true},
        {"", "x", true},
        {"b", "abc", true},
        {"d", "abc", false},
        {"^a", "abc", true},
        {"^b", "abc", false},
        {"c$", "abc", true},
        {"b$", "abc", false},
        {"^abc$", "abc", true},
        {"^abc$", "abcd", false},
        {"^$", "", true},
        {"^$", "x", false},
        {"a.c", "abc", true},
        {"a.c", "ac", false},
        {"a*", "", true},
        {"^a*$", "aaa", true},
        {"^a*$", "aab", false},
        {"ab*c", "ac", true},
        {"ab*c", "abbbc", true},
        {"ab*c", "abbb", false},
        {".*", "", true},
        {"^a.*z$", "abcz", true},
        {"^a.*z$", "abc", false},
        {"a.*b.*c", "xaxbxcx", true},
        {"[abc]", "xbx", true},
        {"[abc]", "xyz", false},
        {"[a-c]x", "bx", true},
        {"[^a-c]", "abc", false},
        {"[^a-c]", "abcd", true},
        {"[]]", "]", true},
        {"[]a]", "a", true},
        {"[^]]", "]", false},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[.*]", ".", true},
        {"[.*]", "x", false},
        {"a\\.c", "a.c", true},
        {"a\\.c", "abc", false},
        {"\\*", "*", true},
        {"\\\\", "\\", true},
        {"*a", "*a", true},
        {"*a", "a", false},
        {"^*a", "*a", true},
        {"a^b", "a^b", true},
        {"a$b", "a$b", true},
        {"a**", "aa", true},
        {"x*$", "", true},
        {"abab", "aabab", true},
        {"aab", "aaab", true},
        {"[0-9]*[.]", "12.", true},
        {"\xc3\xa4", "\xc3\xa4", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (occurs(rows[i].pattern, rows[i].line, false, false) != rows[i].occurs)
            fail_msg("pattern '%s', line '%s'", rows[i].pattern, rows[i].line);
    }
}

static void test_fixed_and_case(void **state) {
    (void)state;
    assert_true(occurs("a.*[", "xa.*[x", true, false));
    assert_false(occurs("a.b", "axb", true, false));
    assert_true(occurs("^a$", "^a$", true, false));
    assert_true(occurs("abC", "xAbcx", false, true));
    assert_true(occurs("[a-c]", "B", false, true));
    assert_false(occurs("[^a-c]", "B", false, true));
    assert_false(occurs("abC", "abc", false, false));
}

static void test_zero_bytes_are_bytes(void **state) {
    (void)state;
    assert_int_equal(pattern_parse(&pattern, "a.b", false, false), PATTERN_OK);
    assert_true(pattern_matches(&pattern, "xa\0b", 4));
    assert_false(pattern_matches(&pattern, "xa\0", 3));
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum pattern_result result;
    } rows[] = {
        {"[", PATTERN_OPEN_SET},         {"[]", PATTERN_OPEN_SET},         {"[^]", PATTERN_OPEN_SET},
        {"a[bc", PATTERN_OPEN_SET},      {"[z-a]", PATTERN_BAD_RANGE},     {"\\", PATTERN_BAD_ESCAPE},
        {"\\(a\\)", PATTERN_BAD_ESCAPE}, {"a\\{2\\}", PATTERN_BAD_ESCAPE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(pattern_parse(&pattern, rows[i].text, false, false), rows[i].result);
    char text[PATTERN_ITEMS_MAX + 2];
    memset(text, 'a', sizeof(text));
    text[PATTERN_ITEMS_MAX + 1] = '\0';
    assert_int_equal(pattern_parse(&pattern, text, false, false), PATTERN_TOO_LONG);
    assert_int_equal(pattern_parse(&pattern, text + 1, false, false), PATTERN_OK);
    assert_true(pattern_matches(&pattern, text, PATTERN_ITEMS_MAX));
    assert_false(pattern_matches(&pattern, text, PATTERN_ITEMS_MAX - 1));
}

// With backtracking this would take longer than the universe has lasted.
static void test_many_stars(void **state) {
    (void)state;
    static char text[2 * 100 + 2], line[10000];
    for (size_t i = 0; i < 100; i++)
        memcpy(text + 2 * i, "a*", 2);
    strcat(text, "b");
    memset(line, 'a', sizeof(line));
    assert_int_equal(pattern_parse(&pattern, text, false, false), PATTERN_OK);
    assert_false(pattern_matches(&pattern, line, sizeof(line)));
    line[sizeof(line) - 1] = 'b';
    assert_true(pattern_matches(&pattern, line, sizeof(line)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_fixed_and_case),
        cmocka_unit_test(test_zero_bytes_are_bytes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many_stars),
    };
    return cmocka_run_group_tests_name("grep_match", tests, NULL, NULL);
}
