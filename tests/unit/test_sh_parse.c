// SPDX-License-Identifier: MIT
//
// user/programs/sh/parse.c: lines become commands; what this shell cannot do is refused, never half done.

#include "unit.h"
#include <parse.h>
#include <stdio.h>
#include <string.h>

// Parses a whole text; words become [word], commands end with ';' or '&'.
static const char *parse_all(const char *text, int status) {
    static char out[4096];
    static struct command command;
    size_t length = 0;
    out[0] = '\0';
    for (;;) {
        enum parse_result result = parse_command(&text, status, &command);
        if (result == PARSE_END)
            return out;
        if (result != PARSE_COMMAND) {
            snprintf(out + length, sizeof(out) - length, "<%s>", parse_result_text(result));
            return out;
        }
        assert_true(command.word_count > 0);
        assert_null(command.words[command.word_count]);
        for (size_t i = 0; i < command.word_count; i++)
            length += (size_t)snprintf(out + length, sizeof(out) - length, "[%s]", command.words[i]);
        length += (size_t)snprintf(out + length, sizeof(out) - length, command.background ? "&" : ";");
    }
}

static void expect(const char *text, const char *expected) {
    assert_string_equal(parse_all(text, 42), expected);
}

static void test_words_and_commands(void **state) {
    (void)state;
    expect("", "");
    expect("  \t ", "");
    expect("ls", "[ls];");
    expect("  ls   -l\t/bin  ", "[ls][-l][/bin];");
    expect("a;b ; c", "[a];[b];[c];");
    expect(";;a;;\n\nb;", "[a];[b];");
    expect("a\nb", "[a];[b];");
    expect("sleep 5 & echo x", "[sleep][5]&[echo][x];");
    expect("a&b&", "[a]&[b]&");
    expect("a # comment ; b\nc", "[a];[c];");
    expect("a#b", "[a#b];");
    expect("a \\\n b", "[a][b];");
}

static void test_quotes(void **state) {
    (void)state;
    expect("echo 'a  b' \"c  d\"", "[echo][a  b][c  d];");
    expect("'a'b\"c\"", "[abc];");
    expect("echo '' \"\"", "[echo][][];");
    expect("'\"' \"'\"", "[\"]['];");
    expect("'a\\b' \"a\\b\" \"\\\"\\\\\\$\"", "[a\\b][a\\b][\"\\$];");
    expect("a\\ b \\; \\' \\\\", "[a b][;]['][\\];");
    expect("'a;b&c|d' \"x\ny\"", "[a;b&c|d][x\ny];");
    expect("'#' \\#", "[#][#];");
}

static void test_status(void **state) {
    (void)state;
    expect("echo $?", "[echo][42];");
    expect("\"<$?>\" '$?' \\$? x$?y", "[<42>][$?][$?][x42y];");
    expect("$ $x", "[$][$x];");
    assert_string_equal(parse_all("$?", -7), "[-7];");
}

static void test_what_is_refused(void **state) {
    (void)state;
    expect("'a", "<a quote is not closed>");
    expect("\"a", "<a quote is not closed>");
    expect("\"a\\", "<a quote is not closed>");
    expect("a\\", "<a quote is not closed>");
    expect("&", "<nothing stands before &>");
    expect("a; & b", "[a];<nothing stands before &>");
    static const char *const unsupported[] = {"a | b",  "a > b",  "a < b", "(a)",
                                              "a && b", "a || b", "a|",    ">"};
    for (size_t i = 0; i < array_length(unsupported); i++)
        expect(unsupported[i], "<this shell has no pipes, redirections, groups or lists>");
}

static void test_limits(void **state) {
    (void)state;
    static char text[2 * PARSE_LINE_SIZE];
    static struct command command;
    const char *at = text;
    for (int words = PARSE_WORDS_MAX; words <= PARSE_WORDS_MAX + 1; words++) {
        for (int i = 0; i < words; i++)
            memcpy(text + 2 * i, "w ", 3);
        at = text;
        assert_int_equal(parse_command(&at, 0, &command),
                         words <= PARSE_WORDS_MAX ? PARSE_COMMAND : PARSE_TOO_LONG);
    }
    bool fitted = false;
    bool refused = false;
    for (size_t length = PARSE_LINE_SIZE - 8; length < PARSE_LINE_SIZE + 8; length++) {
        memset(text, 'x', length);
        text[length] = '\0';
        at = text;
        enum parse_result result = parse_command(&at, 0, &command);
        assert_true(result == PARSE_COMMAND || result == PARSE_TOO_LONG);
        assert_true(result == PARSE_TOO_LONG || !refused);
        if (result == PARSE_COMMAND)
            assert_int_equal(strlen(command.words[0]), length);
        fitted |= result == PARSE_COMMAND;
        refused |= result == PARSE_TOO_LONG;
    }
    assert_true(fitted && refused);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_commands),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("sh_parse", tests, NULL, NULL);
}
