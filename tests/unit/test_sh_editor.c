// SPDX-License-Identifier: MIT
//
// user/programs/sh/editor.c against a small terminal that understands what the editor draws: after every key
// the terminal shows prompt and line, with its cursor where the editor's is.

#include "unit.h"
#include "seed.h"
#include <editor.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT "$ "

// One row is enough. Counts UTF-8 sequences as one column.
struct terminal {
    char cells[4096][5];
    size_t columns;
    size_t at;
    char escape[16];
    size_t escape_length;
    size_t bells;
    size_t rows; // line feeds seen
};

static struct terminal terminal;
static struct editor editor;

static void clear_row(struct terminal *screen, size_t from) {
    for (size_t i = from; i < array_length(screen->cells); i++)
        screen->cells[i][0] = '\0';
    screen->columns = from;
}

static void run_escape(struct terminal *screen, char final) {
    size_t count = (size_t)strtoul(screen->escape + 2, NULL, 10);
    screen->escape_length = 0;
    memset(screen->escape, 0, sizeof(screen->escape));
    if (final == 'K') {
        clear_row(screen, screen->at);
    } else if (final == 'D') {
        assert_true(count <= screen->at);
        screen->at -= count;
    } else if (final == 'H') {
        screen->at = 0;
    } else if (final == 'J') {
        clear_row(screen, 0);
    } else {
        fail_msg("the terminal does not know ESC [ %c", final);
    }
}

static void put_byte(struct terminal *screen, char byte) {
    if (screen->escape_length > 0) {
        screen->escape[screen->escape_length++] = byte;
        assert_true(screen->escape_length < sizeof(screen->escape));
        if (byte >= '@' && byte != '[')
            run_escape(screen, byte);
    } else if (byte == 27) {
        screen->escape[screen->escape_length++] = byte;
    } else if (byte == '\r') {
        screen->at = 0;
    } else if (byte == '\n') {
        screen->rows++;
        screen->at = 0;
        clear_row(screen, 0);
    } else if (byte == '\a') {
        screen->bells++;
    } else if (((unsigned char)byte & 0xc0) == 0x80) {
        size_t cell = screen->at - 1;
        size_t length = strlen(screen->cells[cell]);
        assert_true(screen->at > 0 && length < 4);
        screen->cells[cell][length] = byte;
        screen->cells[cell][length + 1] = '\0';
    } else {
        screen->cells[screen->at][0] = byte;
        screen->cells[screen->at][1] = '\0';
        screen->at++;
        if (screen->at > screen->columns)
            screen->columns = screen->at;
    }
}

static void terminal_sink(void *context, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        put_byte(context, bytes[i]);
}

static int start(void **state) {
    (void)state;
    memset(&terminal, 0, sizeof(terminal));
    editor_init(&editor, terminal_sink, &terminal);
    editor_start(&editor, PROMPT);
    return 0;
}

static size_t columns_of(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static void check_picture(void) {
    char shown[sizeof(terminal.cells)] = "";
    char expected[EDITOR_LINE_SIZE + sizeof(PROMPT)];
    size_t length = 0;
    assert_true(editor.cursor <= editor.length && editor.length < EDITOR_LINE_SIZE);
    assert_int_equal(strlen(editor.line), editor.length);
    for (size_t i = 0; i < terminal.columns; i++) {
        memcpy(shown + length, terminal.cells[i], strlen(terminal.cells[i]));
        length += strlen(terminal.cells[i]);
    }
    shown[length] = '\0';
    snprintf(expected, sizeof(expected), "%s%s", PROMPT, editor.line);
    assert_string_equal(shown, expected);
    assert_int_equal(terminal.at, sizeof(PROMPT) - 1 + columns_of(editor.line, editor.cursor));
}

static enum editor_result type_keys(const char *keys) {
    enum editor_result result = EDITOR_MORE;
    for (; *keys != '\0'; keys++) {
        result = editor_input(&editor, *keys);
        if (result == EDITOR_MORE && ((unsigned char)keys[1] & 0xc0) != 0x80 && editor.escape_length == 0)
            check_picture();
    }
    return result;
}

// Begins a line on a new row, whatever stood there.
static void restart(void) {
    terminal_sink(&terminal, "\n", 1);
    editor_start(&editor, PROMPT);
}

static void expect_line(const char *keys, const char *expected) {
    restart();
    assert_int_equal(type_keys(keys), EDITOR_MORE);
    assert_string_equal(editor.line, expected);
}

#define LEFT  "\x1b[D"
#define RIGHT "\x1b[C"
#define UP    "\x1b[A"
#define DOWN  "\x1b[B"

static void test_editing(void **state) {
    (void)state;
    expect_line("hello", "hello");
    expect_line("helo" LEFT "l", "hello");
    expect_line("xhello\x01\x04", "hello");
    expect_line("hello\x7f\x08", "hel");
    expect_line("\x7f\x08", "");
    expect_line("ab" LEFT LEFT LEFT "x" RIGHT RIGHT RIGHT "y", "xaby");
    expect_line("ab\x1b[Hx\x1b[Fy\x1b[1~z\x1b[4~w\x1bOHq", "qzxabyw");
    expect_line("abc\x02\x02\x1b[3~", "ac");
    expect_line("abc\x1b[3~", "abc");
    expect_line("one two three\x17", "one two ");
    expect_line("one two  \x17\x17", "");
    expect_line("one two\x01\x06\x06\x0b", "on");
    expect_line("one two\x15", "");
    expect_line("one two\x17\x01\x19", "twoone ");
    expect_line("abc\x05" LEFT "\x0c", "abc");
}

static void test_utf8_stays_whole(void **state) {
    (void)state;
    expect_line("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z");
    expect_line("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f", "a\xc3\xa4\xe2\x82\xac");
    expect_line("\xc3\xa4\xe2\x82\xac" LEFT LEFT "\x1b[3~x", "x\xe2\x82\xac");
    expect_line("\xc3\xa4\xe2\x82\xac" LEFT "\x7f", "\xe2\x82\xac");
}

static void test_unknown_keys_do_nothing(void **state) {
    (void)state;
    expect_line("a\x1b[15~\x1b[Z\x1b[1;5Cb\x1bxc\x1b[999999999999~d\x1b[;;;;;;;;;;~e\x1c\x1d", "abcde");
}

static void test_ends_of_a_line(void **state) {
    (void)state;
    assert_int_equal(type_keys("ls\r"), EDITOR_LINE);
    assert_string_equal(editor.line, "ls");
    editor_start(&editor, PROMPT);
    assert_int_equal(type_keys("ls" LEFT "\n"), EDITOR_LINE);
    assert_string_equal(editor.line, "ls");
    editor_start(&editor, PROMPT);
    assert_int_equal(type_keys("ls\x03"), EDITOR_INTERRUPT);
    editor_start(&editor, PROMPT);
    assert_int_equal(type_keys("\x04"), EDITOR_END);
    editor_start(&editor, PROMPT);
    assert_int_equal(type_keys("x\x04"), EDITOR_MORE);
}

static void test_history(void **state) {
    (void)state;
    editor_remember(&editor, "one");
    editor_remember(&editor, "two");
    editor_remember(&editor, "two");
    editor_remember(&editor, " secret");
    editor_remember(&editor, "");
    expect_line(UP, "two");
    expect_line(UP UP, "one");
    expect_line(UP UP UP UP, "one");
    assert_int_equal(terminal.bells, 2);
    expect_line("new" UP UP DOWN, "two");
    expect_line("new" UP UP DOWN DOWN, "new");
    expect_line("new" DOWN, "new");
    expect_line("new\x10\x10\x0e\x0ex", "newx");
    expect_line(UP "!" UP DOWN, "two"); // a change to an old line is not kept
    for (int i = 0; i < 2 * EDITOR_HISTORY; i++) {
        char line[16];
        snprintf(line, sizeof(line), "line %d", i);
        editor_remember(&editor, line);
    }
    restart();
    for (int i = 0; i < EDITOR_HISTORY + 5; i++)
        type_keys(UP);
    char oldest[16];
    snprintf(oldest, sizeof(oldest), "line %d", EDITOR_HISTORY);
    assert_string_equal(editor.line, oldest);
}

static const char *complete_from(void *context, const char *prefix, size_t length, size_t index) {
    for (const char *const *name = context; *name != NULL; name++) {
        if (strncmp(*name, prefix, length) == 0 && index-- == 0)
            return *name;
    }
    return NULL;
}

static void test_completion(void **state) {
    (void)state;
    static const char *const names[] = {"echo", "exit", "hello", "help", "ls", NULL};
    editor.complete = complete_from;
    editor.complete_context = (void *)(uintptr_t)names;
    expect_line("l\t", "ls ");
    expect_line("ec\tx", "echo x");
    expect_line("he\t", "hel");
    expect_line("hel\tl\t", "hello ");
    expect_line("x\t", "x");
    assert_int_equal(terminal.bells, 1);
    expect_line("ls e\t", "ls e");
    expect_line("  l\t", "  ls ");
    size_t rows = terminal.rows;
    expect_line("e\t", "e"); // both are listed, below each other with the line
    assert_true(terminal.rows > rows + 1);
}

static void test_a_full_line_rings_the_bell(void **state) {
    (void)state;
    for (int i = 0; i < EDITOR_LINE_SIZE - 1; i++)
        assert_int_equal(editor_input(&editor, 'x'), EDITOR_MORE);
    assert_int_equal(terminal.bells, 0);
    assert_int_equal(type_keys("y\x01z\x19"), EDITOR_MORE);
    assert_int_equal(editor.length, EDITOR_LINE_SIZE - 1);
    assert_int_equal(strspn(editor.line, "x"), EDITOR_LINE_SIZE - 1);
    assert_true(terminal.bells >= 2);
}

static void test_random_keys(void **state) {
    (void)state;
    static const char *const keys[] = {LEFT,
                                       RIGHT,
                                       UP,
                                       DOWN,
                                       "\x01",
                                       "\x02",
                                       "\x04",
                                       "\x05",
                                       "\x06",
                                       "\x0b",
                                       "\x15",
                                       "\x17",
                                       "\x19",
                                       "\x7f",
                                       "a",
                                       "b c",
                                       " ",
                                       "\xc3\xa4",
                                       "\xf0\x9f\x98\x80",
                                       "\x1b[3~",
                                       "\x1b[H",
                                       "\x1b[F",
                                       "\x0c"};
    unsigned seed = seed_choose("test_sh_editor", SEED_ANY);
    for (int i = 0; i < 3000; i++) {
        enum editor_result result = type_keys(keys[(size_t)rand_r(&seed) % array_length(keys)]);
        if (result == EDITOR_MORE && rand_r(&seed) % 30 == 0)
            result = type_keys("\r");
        if (result != EDITOR_MORE) {
            editor_remember(&editor, editor.line);
            editor_start(&editor, PROMPT);
            check_picture();
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_editing, start),
        cmocka_unit_test_setup(test_utf8_stays_whole, start),
        cmocka_unit_test_setup(test_unknown_keys_do_nothing, start),
        cmocka_unit_test_setup(test_ends_of_a_line, start),
        cmocka_unit_test_setup(test_history, start),
        cmocka_unit_test_setup(test_completion, start),
        cmocka_unit_test_setup(test_a_full_line_rings_the_bell, start),
        cmocka_unit_test_setup(test_random_keys, start),
    };
    return cmocka_run_group_tests_name("sh_editor", tests, NULL, NULL);
}
