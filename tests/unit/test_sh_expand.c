// SPDX-License-Identifier: MIT
//
// user/programs/sh/expand.c: quotes go, variables come, blanks of their values split where no quotes are.

#include "unit.h"
#include <expand.h>
#include <stdio.h>
#include <string.h>

static struct fields fields;

static const char *variable(void *context, const char *name, size_t length) {
    (void)context;
    if (length == 1 && *name == 'x')
        return "one";
    if (length == 1 && *name == 's')
        return "  a  b\tc\n";
    if (length == 5 && strncmp(name, "empty", 5) == 0)
        return "";
    if (length == 4 && strncmp(name, "star", 4) == 0)
        return "a*\\";
    if (length == 1 && *name == '?')
        return "42";
    return NULL;
}

// Prints the text, and more than fits for `long`.
static const char *output(void *context, const char *text, size_t length) {
    static char printed[64];
    (void)context;
    snprintf(printed, sizeof(printed), "%.*s", (int)length, text);
    return strcmp(printed, "long") == 0 ? NULL : printed;
}

// There are the files `aa`, `ab` and `a b`; only these patterns are known.
static bool names(void *context, const char *pattern, struct fields *to) {
    (void)context;
    if (strcmp(pattern, "full*") == 0)
        return false;
    if (strcmp(pattern, "a*") != 0 && strcmp(pattern, "a\\?*") != 0)
        return true;
    bool all = pattern[1] == '*';
    return fields_add(to, "a b", 3) && (!all || (fields_add(to, "aa", 2) && fields_add(to, "ab", 2)));
}

static const char *expand_with(size_t count, char *const *arguments, const char *word, bool whole) {
    static char out[4096];
    const struct expand_source source = {.variable = variable,
                                         .names = names,
                                         .output = output,
                                         .argument_count = count,
                                         .arguments = arguments,
                                         .zero = "zero"};
    size_t used = 0;
    out[0] = '\0';
    fields_clear(&fields);
    bool good = whole ? expand_whole(word, strlen(word), &source, &fields)
                      : expand_word(word, strlen(word), &source, &fields);
    assert_true(good);
    assert_null(fields.words[fields.count]);
    for (size_t i = 0; i < fields.count; i++)
        used += (size_t)snprintf(out + used, sizeof(out) - used, "[%s]", fields.words[i]);
    return out;
}

static void expect(const char *word, const char *expected) {
    char *const arguments[] = {"first", "b c", "", "d"};
    assert_string_equal(expand_with(4, arguments, word, false), expected);
}

static void test_quotes(void **state) {
    (void)state;
    expect("plain", "[plain]");
    expect("'a  b'", "[a  b]");
    expect("'a'b\"c\"", "[abc]");
    expect("''", "[]");
    expect("\"\"", "[]");
    expect("'\"'\"'\"", "[\"']");
    expect("a\\ b\\'\\\\", "[a b'\\]");
    expect("\"a\\b \\\" \\\\ \\$x \\`\"", "[a\\b \" \\ $x `]");
    expect("'$x \\n'", "[$x \\n]");
    expect("a\\\nb\"c\\\nd\"", "[abcd]");
}

static void test_variables(void **state) {
    (void)state;
    expect("$x", "[one]");
    expect("<$x>${x}y", "[<one>oney]");
    expect("\"$x\"'$x'\\$x", "[one$x$x]");
    expect("$none", "");
    expect("$empty$none", "");
    expect("a${none}b", "[ab]");
    expect("\"$none\"", "[]");
    expect("$? $", "[42 $]");
    expect("$/", "[$/]");
    expect("$xy", "");
}

static void test_splitting(void **state) {
    (void)state;
    expect("$s", "[a][b][c]");
    expect("\"$s\"", "[  a  b\tc\n]");
    expect("<$s>", "[<][a][b][c][>]");
    expect("$x$s", "[one][a][b][c]");
    expect("$s$x", "[a][b][c][one]");
    expect("\"$s\"$s", "[  a  b\tc\n][a][b][c]");
}

static void test_arguments(void **state) {
    (void)state;
    expect("$1", "[first]");
    expect("$2", "[b][c]");
    expect("\"$2\"", "[b c]");
    expect("$0$#", "[zero4]");
    expect("${4}", "[d]");
    expect("$10", "[first0]");
    expect("${10}", "");
    expect("\"${10}\"", "[]");
    expect("\"$@\"", "[first][b c][][d]");
    expect("$@", "[first][b][c][d]");
    expect("\"$*\"", "[first b c  d]");
    expect("\"<$@>\"", "[<first][b c][][d>]");
    assert_string_equal(expand_with(0, NULL, "\"$@\"", false), "");
    assert_string_equal(expand_with(0, NULL, "a\"$@\"", false), "[a]");
    assert_string_equal(expand_with(0, NULL, "$*", false), "");
}

static void test_names(void **state) {
    (void)state;
    expect("a*", "[a b][aa][ab]");
    expect("'a*'", "[a*]");
    expect("a\\*", "[a*]");
    expect("\"a*\"", "[a*]");
    expect("a\"?\"*", "[a b]"); // what was quoted means itself in the pattern
    expect("b*[x\\y'[']", "[b*[xy[]]");
    expect("$star", "[a*\\]");
    expect("\"$star\"", "[a*\\]");
    char *const arguments[] = {"a*"};
    assert_string_equal(expand_with(1, arguments, "$1", false), "[a b][aa][ab]");
    assert_string_equal(expand_with(1, arguments, "\"$1\"", false), "[a*]");
    assert_string_equal(expand_with(1, arguments, "a*", true), "[a*]");
    const struct expand_source source = {.variable = variable, .names = names, .zero = ""};
    fields_clear(&fields);
    assert_false(expand_word("full*", 5, &source, &fields));
}

static void test_outputs(void **state) {
    (void)state;
    expect("$(one)", "[one]");
    expect("<$(a  b\n c)>", "[<a][b][c>]");
    expect("\"$(a  b)\"'$(c)'\\$x", "[a  b$(c)$x]");
    expect("$()x$( )", "[x]");
    expect("\"$()\"", "[]");
    expect("$(a*)", "[a b][aa][ab]");
    expect("$(echo \")\" $(b) \\) ')' # )\n)", "[echo][\")\"][$(b)][\\)][')'][#][)]");
    char *const arguments[] = {""};
    assert_string_equal(expand_with(1, arguments, "x=$(a  b)", true), "[x=a  b]");
    const struct expand_source source = {.variable = variable, .output = output, .zero = ""};
    fields_clear(&fields);
    assert_false(expand_word("$(long)", 7, &source, &fields));
}

static void test_whole(void **state) {
    (void)state;
    char *const arguments[] = {"1", "2"};
    assert_string_equal(expand_with(2, arguments, "x=$s", true), "[x=  a  b\tc\n]");
    assert_string_equal(expand_with(2, arguments, "$none", true), "[]");
    assert_string_equal(expand_with(2, arguments, "$@", true), "[1 2]");
}

static void test_limits(void **state) {
    (void)state;
    static char word[2 * FIELDS_SIZE];
    const struct expand_source source = {.variable = variable, .zero = ""};
    for (size_t length = FIELDS_SIZE - 2; length <= FIELDS_SIZE + 1; length++) {
        memset(word, 'x', length);
        fields_clear(&fields);
        assert_int_equal(expand_word(word, length, &source, &fields), length < FIELDS_SIZE);
    }
    // Signs cost no more than other bytes.
    memset(word, '*', FIELDS_SIZE);
    word[0] = word[FIELDS_SIZE] = '\'';
    fields_clear(&fields);
    assert_true(expand_word(word, FIELDS_SIZE + 1, &source, &fields));
    assert_int_equal(strlen(fields.words[0]), FIELDS_SIZE - 1);
    fields_clear(&fields);
    for (size_t i = 0; i < FIELDS_MAX; i++)
        assert_true(expand_word("x", 1, &source, &fields));
    assert_false(expand_word("x", 1, &source, &fields));
    assert_int_equal(fields.count, FIELDS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),    cmocka_unit_test(test_variables), cmocka_unit_test(test_splitting),
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_whole),     cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_outputs),
    };
    return cmocka_run_group_tests_name("sh_expand", tests, NULL, NULL);
}
