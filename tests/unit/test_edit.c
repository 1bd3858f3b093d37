// SPDX-License-Identifier: MIT
//
// user/programs/edit: what keys do to the text, and to the screen, which is the terminal that the system has.
// The random test compares the text with a naive model and the screen with one that is drawn from nothing.

#include "unit.h"
#include "seed.h"
#include <edit.h>
#include <stdlib.h>
#include <string.h>
#include <terminal.h>
#include <user/heap.h>

enum { ROWS = 6, COLUMNS = 20, MODEL_SIZE = 65536 };

static struct edit edit;
static struct terminal terminal;
static struct cell cells[2 * ROWS * COLUMNS];
static size_t sent;

void *heap_source(size_t size) {
    return aligned_alloc(HEAP_ALIGNMENT, (size + HEAP_ALIGNMENT - 1) / HEAP_ALIGNMENT * HEAP_ALIGNMENT);
}

[[noreturn]] void heap_corrupt(void) {
    abort();
}

static void show(void *context, const char *bytes, size_t length) {
    (void)context;
    sent += length;
    terminal_feed(&terminal, bytes, length);
}

static void start(const char *text) {
    terminal_init(&terminal, cells, ROWS, COLUMNS, NULL, NULL);
    assert_true(edit_init(&edit, "f", text, strlen(text), show, NULL));
    edit_resize(&edit, ROWS, COLUMNS);
    edit_draw(&edit);
}

static enum edit_result press(const char *keys) {
    enum edit_result result = EDIT_GOES_ON;
    for (; *keys != '\0'; keys++)
        result = edit_key(&edit, *keys);
    edit_draw(&edit);
    return result;
}

static const char *text(void) {
    static char bytes[MODEL_SIZE];
    text_copy(&edit.text, 0, text_length(&edit.text), bytes);
    bytes[text_length(&edit.text)] = '\0';
    return bytes;
}

static const char *row(unsigned index) {
    static char line[COLUMNS + 1];
    for (unsigned column = 0; column < COLUMNS; column++) {
        uint32_t code = terminal_cell(&terminal, index, column)->code & CELL_CODE;
        line[column] = code < 0x80 ? (char)code : '#';
    }
    for (size_t end = COLUMNS; end > 0 && line[end - 1] == ' '; end--)
        line[end - 1] = '\0';
    return line;
}

static void expect_cursor(unsigned at_row, unsigned at_column) {
    assert_int_equal(terminal.cursor.row, at_row);
    assert_int_equal(terminal.cursor.column, at_column);
}

#define UP    "\x1b[A"
#define DOWN  "\x1b[B"
#define RIGHT "\x1b[C"
#define LEFT  "\x1b[D"

static void test_typing(void **state) {
    (void)state;
    start("");
    assert_string_equal(row(0), "");
    assert_string_equal(row(1), "~");
    press("one\rtwo");
    assert_string_equal(text(), "one\ntwo");
    assert_string_equal(row(0), "one");
    assert_string_equal(row(1), "two");
    expect_cursor(1, 3);
    press("\x7f\x7f" UP "\x1b[H"
          "X\x1b[3~");
    assert_string_equal(text(), "Xne\nt");
    press("\x1b[F\x1b[3~");
    assert_string_equal(text(), "Xnet");
    expect_cursor(0, 3);
    press("\x1b[1;5F!\x1b[1;5H?");
    assert_string_equal(text(), "?Xnet!");
    edit_fini(&edit);
}

static void test_characters_of_several_bytes(void **state) {
    (void)state;
    start("\xc3\xa4\xe2\x82\xac"
          "b\xff"
          "c\x01");
    assert_string_equal(row(0), "##b?c?");
    press(RIGHT RIGHT);
    expect_cursor(0, 2);
    press("\x7f");
    assert_string_equal(text(), "\xc3\xa4"
                                "b\xff"
                                "c\x01");
    press(RIGHT RIGHT "\x7f");
    assert_string_equal(text(), "\xc3\xa4"
                                "bc\x01");
    press("\t"
          "d");
    assert_string_equal(row(0), "#b      dc?");
    edit_fini(&edit);
}

static void test_moving_keeps_the_column(void **state) {
    (void)state;
    start("long line\nx\n\ttab\nlong line");
    press("\x1b[F" DOWN);
    expect_cursor(1, 1);
    press(DOWN);
    expect_cursor(2, 9);
    press(DOWN);
    expect_cursor(3, 9);
    press(DOWN UP UP UP);
    expect_cursor(0, 9);
    edit_fini(&edit);
}

static void test_scrolling(void **state) {
    (void)state;
    start("1\n2\n3\n4\n5\n6\n7\n8\n9");
    press("\x1b[6~\x1b[6~");
    assert_string_equal(row(4), "9");
    press(DOWN DOWN "\x1b[5~\x1b[5~");
    assert_string_equal(row(0), "1");
    edit_fini(&edit);
    start("0123456789012345678901234567890123456789");
    press("\x1b[F");
    assert_true(terminal.cursor.column < COLUMNS);
    assert_string_equal(row(0) + strlen(row(0)) - 3, "789");
    press("\x1b[H");
    assert_string_equal(row(0), "01234567890123456789");
    edit_fini(&edit);
}

static void test_cut_and_insert(void **state) {
    (void)state;
    start("a\nb\nc\nd");
    press(DOWN "\x0b\x0b");
    assert_string_equal(text(), "a\nd");
    press("\x15\x15");
    assert_string_equal(text(), "a\nb\nc\nb\nc\nd");
    press(UP "\x0b");
    press(UP "\x0b\x15\x15");
    assert_string_equal(text(), "a\nb\nc\nb\nb\nd");
    edit_fini(&edit);
}

static void test_find(void **state) {
    (void)state;
    start("one two one");
    press("\x06"
          "one\r");
    expect_cursor(0, 8);
    press("\x07");
    expect_cursor(0, 0);
    press("\x06"
          "nowhere\r");
    assert_string_equal(row(ROWS - 1), " Not found.");
    press("\x06"
          "tz\x7fwo\r");
    expect_cursor(0, 4);
    edit_fini(&edit);
}

static void test_leaving_and_saving(void **state) {
    (void)state;
    start("a");
    assert_int_equal(press("\x11"), EDIT_END);
    press("x");
    assert_int_equal(press("\x11"), EDIT_GOES_ON);
    assert_string_equal(row(ROWS - 1), " Save f? y: yes, n:");
    assert_int_equal(press("c"), EDIT_GOES_ON);
    assert_string_equal(text(), "xa");
    assert_int_equal(press("\x11n"), EDIT_END);
    edit.question = QUESTION_NONE;
    assert_int_equal(press("\x11y"), EDIT_SAVE);
    assert_int_equal(edit_saved(&edit, "no space"), EDIT_GOES_ON);
    assert_int_equal(press("\x11y"), EDIT_SAVE);
    assert_int_equal(edit_saved(&edit, NULL), EDIT_END);
    press("y");
    assert_int_equal(press("\x13"), EDIT_SAVE);
    assert_int_equal(edit_saved(&edit, NULL), EDIT_GOES_ON);
    assert_int_equal(press("\x11"), EDIT_END);
    assert_int_equal(press("\x0c"), EDIT_RESIZE);
    edit_fini(&edit);
}

static void test_a_key_sends_little(void **state) {
    (void)state;
    start("a line\nand one\nand one\nand one");
    sent = 0;
    press("x");
    assert_true(sent < 100);
    edit_fini(&edit);
}

// ---- random keys

static char model[MODEL_SIZE];
static size_t model_length;

static void model_insert(size_t at, const char *bytes, size_t length) {
    memmove(model + at + length, model + at, model_length - at);
    memcpy(model + at, bytes, length);
    model_length += length;
}

static void model_remove(size_t at, size_t length) {
    memmove(model + at, model + at + length, model_length - at - length);
    model_length -= length;
}

// The screen is what it would be if it were drawn from nothing.
static void check_screen(void) {
    static struct cell before[ROWS * COLUMNS];
    struct terminal_cursor cursor = terminal.cursor;
    for (unsigned i = 0; i < ROWS * COLUMNS; i++)
        before[i] = *terminal_cell(&terminal, i / COLUMNS, i % COLUMNS);
    edit_resize(&edit, ROWS, COLUMNS);
    edit_draw(&edit);
    assert_int_equal(cursor.row, terminal.cursor.row);
    assert_int_equal(cursor.column, terminal.cursor.column);
    for (unsigned i = 0; i < ROWS * COLUMNS; i++)
        assert_memory_equal(&before[i], terminal_cell(&terminal, i / COLUMNS, i % COLUMNS), sizeof(*before));
}

static void random_step(void) {
    static const char *const keys[] = {UP,        DOWN,      LEFT,      RIGHT,          "\x1b[H",
                                       "\x1b[F",  "\x1b[5~", "\x1b[6~", "\x1b[1;5H",    "\x1b[1;5F",
                                       "\x06y\r", "\x07",    "\x1b",    "\x1bx\x1b[99Z"};
    static const char *const pieces[] = {"a", "\t", "y", "\r", "\xc3\xa4", "\xe2\x82\xac", "\xff", " "};
    int what = rand() % 10;
    size_t at = edit.cursor;
    if (what < 4) {
        press(keys[(size_t)rand() % (sizeof(keys) / sizeof(keys[0]))]);
        edit.sequence_length = 0; // an Escape that is waiting for more
    } else if (what < 8 && model_length < MODEL_SIZE / 2) {
        const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];
        press(piece);
        model_insert(at, *piece == '\r' ? "\n" : piece, strlen(piece));
    } else if (what == 8) {
        size_t start_at = text_back(&edit.text, at);
        press("\x7f");
        model_remove(start_at, at - start_at);
    } else {
        size_t end = text_on(&edit.text, at);
        press("\x1b[3~");
        model_remove(at, end - at);
    }
}

static void test_random_keys(void **state) {
    (void)state;
    srand(seed_choose("test_edit", 20261122));
    model_length = 0;
    start("");
    for (int i = 0; i < 20000; i++) {
        random_step();
        assert_int_equal(text_length(&edit.text), model_length);
        if (model_length > 0)
            assert_memory_equal(text(), model, model_length);
        assert_true(edit.cursor <= model_length);
        if (i % 10 == 0)
            check_screen();
    }
    edit_fini(&edit);
    assert_int_equal(heap_used(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing),
        cmocka_unit_test(test_characters_of_several_bytes),
        cmocka_unit_test(test_moving_keeps_the_column),
        cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_cut_and_insert),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_leaving_and_saving),
        cmocka_unit_test(test_a_key_sends_little),
        cmocka_unit_test(test_random_keys),
    };
    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
