// SPDX-License-Identifier: MIT
//
// user/programs/sh/wildcard.c: against fnmatch() of the host's C library for random patterns and names of few
// letters, and a table of what that does not show: characters of UTF-8, signs, quotes, the cost.

#include "unit.h"
#include "seed.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <wildcard.h>

static bool matches(const char *pattern, const char *name) {
    return wildcard_matches(pattern, strlen(pattern), name);
}

static void test_table(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"?", "", false},
        {"?", "\xc3\xa4", true},                   // a character of two bytes
        {"??", "\xc3\xa4", false},                 //
        {"[\xc3\xa0-\xc3\xbc]", "\xc3\xa4", true}, // from U+00E0 to U+00FC
        {"[a-\xc3\xa0]", "\xc3\xa4", false},
        {"[!a]", "\xe2\x82\xac", true}, // U+20AC
        {"[^a]", "a", false},
        {"?", "\xff", true}, // no UTF-8: a character of its own
        {"*\xa4", "\xc3\xa4", false},
        {"[]a]", "]", true},
        {"[!]a]", "]", false},
        {"[a-]", "-", true},
        {"[", "[", true},
        {"[a", "[a", true},
        {"a[", "a", false},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"[\\]]", "]", true},
        {"[a\\-c]", "b", false},
        {"\\", "\\", true},
        {"*.c", ".c", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(matches(rows[i].pattern, rows[i].name), rows[i].matches);
}

static void random_text(char *text, size_t most, const char *letters) {
    size_t length = (size_t)rand() % (most + 1), count = strlen(letters);
    for (size_t i = 0; i < length; i++)
        text[i] = letters[(size_t)rand() % count];
    text[length] = 0;
}

// What POSIX leaves open is left out: a backslash at the end, and what C libraries read into a set: classes,
// ranges that run backwards, and a set that no `]` closes.
static bool is_open(const char *pattern) {
    const char *set = strchr(pattern, '[');
    size_t length = strlen(pattern);
    return (length > 0 && pattern[length - 1] == '\\') ||
           (set != NULL &&
            (strchr(set + 1, '[') != NULL || strchr(set, '\\') != NULL || strstr(set, "b-a") != NULL ||
             strchr(set, ']') == NULL || strstr(set, "-]") != NULL || strstr(set, "]-") != NULL ||
             strstr(set, "--") != NULL));
}

static void test_against_fnmatch(void **state) {
    (void)state;
    unsigned compared = 0, matched = 0;
    char pattern[12], name[10];
    srand(seed_choose("test_sh_wildcard", SEED_ANY));
    for (int i = 0; i < 300000; i++) {
        random_text(pattern, sizeof(pattern) - 1, "ab**?[]!-\\");
        random_text(name, sizeof(name) - 1, "ab*]");
        if (is_open(pattern))
            continue;
        bool expected = fnmatch(pattern, name, 0) == 0;
        if (matches(pattern, name) != expected)
            fail_msg("pattern '%s', name '%s': fnmatch says %d", pattern, name, expected);
        compared++;
        matched += expected;
    }
    assert_true(compared > 50000 && matched > 1000);
}

static void test_present(void **state) {
    (void)state;
    assert_true(wildcard_present("a*", 2));
    assert_true(wildcard_present("?", 1));
    assert_true(wildcard_present("[a]", 3));
    assert_false(wildcard_present("a*", 1));
    assert_false(wildcard_present("\\*\\?", 4));
    assert_false(wildcard_present("[a", 2));
    assert_false(wildcard_present("\\[a]", 4));
}

static void test_unquote(void **state) {
    (void)state;
    char text[] = "a\\*\\\\b\\";
    assert_int_equal(wildcard_unquote(text, strlen(text)), 5);
    assert_memory_equal(text, "a*\\b\\", 5);
}

// Each star tries the rest of the name once at most; trying all ways would not end.
static void test_cost(void **state) {
    (void)state;
    static char pattern[1000], name[1001];
    for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
        memcpy(pattern + i, "*a", 2);
    memset(name, 'a', sizeof(name) - 1);
    assert_true(wildcard_matches(pattern, sizeof(pattern) - 2, name));
    name[sizeof(name) - 2] = 'b';
    assert_false(wildcard_matches(pattern, sizeof(pattern), name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),   cmocka_unit_test(test_against_fnmatch),
        cmocka_unit_test(test_present), cmocka_unit_test(test_unquote),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests_name("sh_wildcard", tests, NULL, NULL);
}
