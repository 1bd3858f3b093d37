// SPDX-License-Identifier: MIT
//
// user/programs/test/expression.c: a table of expressions, also of those that are none.

#include "unit.h"
#include "expression.h"
#include <string.h>

static enum file_kind kind(const char *path) {
    if (strcmp(path, "folder") == 0)
        return FILE_FOLDER;
    if (strcmp(path, "empty") == 0)
        return FILE_EMPTY;
    return strcmp(path, "filled") == 0 ? FILE_FILLED : FILE_NONE;
}

// Words with blanks between; `''` is an empty one.
static enum expression_result value(const char *line) {
    static char words[4096];
    static char *list[1024];
    size_t count = 0, at;
    strcpy(words, line);
    for (char *rest = words, *word; *line && (word = strsep(&rest, " ")) != NULL;)
        list[count++] = strcmp(word, "''") == 0 ? "" : word;
    enum expression_result result = expression_value(count, list, kind, &at);
    assert_true(at <= count);
    return result;
}

static void test_table(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum expression_result result;
    } rows[] = {
        {"", EXPRESSION_FALSE},
        {"x", EXPRESSION_TRUE},
        {"''", EXPRESSION_FALSE},
        {"-n", EXPRESSION_TRUE},
        {"-n x", EXPRESSION_TRUE},
        {"-n ''", EXPRESSION_FALSE},
        {"-z ''", EXPRESSION_TRUE},
        {"-z x", EXPRESSION_FALSE},
        {"a = a", EXPRESSION_TRUE},
        {"a = b", EXPRESSION_FALSE},
        {"a != b", EXPRESSION_TRUE},
        {"-n = -n", EXPRESSION_TRUE},
        {"! = !", EXPRESSION_TRUE},
        {"( = (", EXPRESSION_TRUE},
        {"'' = ''", EXPRESSION_TRUE},
        {"=", EXPRESSION_TRUE},
        {"1 -eq 01", EXPRESSION_TRUE},
        {"1 -ne 1", EXPRESSION_FALSE},
        {"-2 -lt 1", EXPRESSION_TRUE},
        {"2 -le 2", EXPRESSION_TRUE},
        {"10 -gt 9", EXPRESSION_TRUE},
        {"9 -ge 10", EXPRESSION_FALSE},
        {"-e empty", EXPRESSION_TRUE},
        {"-e none", EXPRESSION_FALSE},
        {"-f empty", EXPRESSION_TRUE},
        {"-f folder", EXPRESSION_FALSE},
        {"-d folder", EXPRESSION_TRUE},
        {"-d filled", EXPRESSION_FALSE},
        {"-s filled", EXPRESSION_TRUE},
        {"-s empty", EXPRESSION_FALSE},
        {"-s folder", EXPRESSION_FALSE},
        {"! x", EXPRESSION_FALSE},
        {"! ''", EXPRESSION_TRUE},
        {"! -n ''", EXPRESSION_TRUE},
        {"! a = b", EXPRESSION_TRUE},
        {"x -a ''", EXPRESSION_FALSE},
        {"x -o ''", EXPRESSION_TRUE},
        {"'' -a x -o x", EXPRESSION_TRUE},
        {"x -o x -a ''", EXPRESSION_TRUE},
        {"( x -o x ) -a ''", EXPRESSION_FALSE},
        {"! ( a = b )", EXPRESSION_TRUE},
        {"a b", EXPRESSION_WRONG},
        {"a = b c", EXPRESSION_WRONG},
        {"( a", EXPRESSION_WRONG},
        {"a -a", EXPRESSION_WRONG},
        {"! !", EXPRESSION_FALSE},
        {"a -eq 1", EXPRESSION_NUMBER},
        {"1 -eq 1x", EXPRESSION_NUMBER},
        {"1 -lt ''", EXPRESSION_NUMBER},
        {"99999999999999999999 -eq 1", EXPRESSION_NUMBER},
        {"a == a", EXPRESSION_WRONG},
        {"-q x", EXPRESSION_WRONG},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum expression_result result = value(rows[i].line);
        if (result != rows[i].result)
            fail_msg("'%s' gives %d, not %d", rows[i].line, result, rows[i].result);
    }
}

static void test_depth(void **state) {
    (void)state;
    static char line[4096];
    for (size_t i = 0; i < 100; i++)
        strcat(line, "( ");
    strcat(line, "x");
    assert_int_equal(value(line), EXPRESSION_WRONG);
    line[0] = '\0';
    for (size_t i = 0; i < 500; i++)
        strcat(line, "! ");
    strcat(line, "x");
    assert_int_equal(value(line), EXPRESSION_TRUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_depth)};
    return cmocka_run_group_tests_name("test_expression", tests, NULL, NULL);
}
