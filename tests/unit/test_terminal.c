// SPDX-License-Identifier: MIT
//
// user/servers/terminal: a conformance table. Each row is what a program writes to a fresh terminal of 5 rows
// and 10 columns, what then stands there ('|' ends a row, rows of blanks at the end are left out) and where
// the cursor is; `answers` is what the terminal said.

#include "text_sink.h"
#include "unit.h"
#include <stdio.h>
#include <terminal.h>

enum { ROWS = 5, COLUMNS = 10 };

static struct cell cells[2 * ROWS * COLUMNS];
static struct terminal terminal;
static struct text_sink answers;

static void fresh(void) {
    memset(&answers, 0, sizeof(answers));
    memset(cells, 0xa5, sizeof(cells));
    terminal_init(&terminal, cells, ROWS, COLUMNS, text_sink, &answers);
}

static size_t utf8_put(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00 >> length & 0xff) | code);
    return length;
}

// The screen as rows with '|' between them, without blanks at the ends of rows and rows at the end.
static const char *shown(void) {
    static char text[ROWS * (COLUMNS * 4 + 1) + 1];
    size_t length = 0;
    size_t used = 0;
    for (unsigned row = 0; row < ROWS; row++) {
        size_t end = length;
        for (unsigned column = 0; column < COLUMNS; column++) {
            uint32_t code = terminal_cell(&terminal, row, column)->code & CELL_CODE;
            length += utf8_put(text + length, code);
            if (code != ' ')
                end = length;
        }
        length = end;
        if (end > used + (row > 0))
            used = end;
        text[length++] = '|';
    }
    while (length > 0 && text[length - 1] == '|')
        length--;
    text[length] = '\0';
    return text;
}

struct row {
    const char *input;
    const char *screen;
    unsigned row, column;
    const char *answers;
};

#define CSI "\x1b["

static const struct row table[] = {
    // Characters, wrapping, scrolling.
    {"", "", 0, 0, ""},
    {"ab\r\ncd", "ab|cd", 1, 2, ""},
    {"ab\ncd", "ab|  cd", 1, 4, ""},
    {"0123456789", "0123456789", 0, 9, ""},
    {"0123456789x", "0123456789|x", 1, 1, ""},
    {"0123456789\r\nx", "0123456789|x", 1, 1, ""},
    {"0123456789\bx", "01234567x9", 0, 9, ""},
    {CSI "?7l0123456789xy", "012345678y", 0, 9, ""},
    {"1\r\n2\r\n3\r\n4\r\n5\r\n6", "2|3|4|5|6", 4, 1, ""},
    {"a\tb", "a       b", 0, 9, ""},
    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 0, 3, ""},
    {"e\xcc\x81x", "ex", 0, 2, ""},
    {"\xe2\x82x", "\xef\xbf\xbdx", 0, 2, ""},
    {"\xff\xc0\x80x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx", 0, 4, ""},
    {"\xed\xa0\x80", "\xef\xbf\xbd", 0, 1, ""},
    {"\xe2\x1b[3Gx", "\xef\xbf\xbd x", 0, 3, ""},
    {"a\x07\x7f\x01z", "az", 0, 2, ""},
    // Cursor.
    {CSI "3;4Hx", "||   x", 2, 4, ""},
    {CSI "3;4fx", "||   x", 2, 4, ""},
    {CSI "Hx", "x", 0, 1, ""},
    {CSI "99;99Hx", "||||         x", 4, 9, ""},
    {CSI "3;5H" CSI "A" CSI "2Dx", "|  x", 1, 3, ""},
    {CSI "3;5H" CSI "9A" CSI "99D", "", 0, 0, ""},
    {CSI "2B" CSI "3Cx", "||   x", 2, 4, ""},
    {CSI "99B" CSI "99C", "", 4, 9, ""},
    {CSI "2;5H" CSI "Ex", "||x", 2, 1, ""},
    {CSI "3;5H" CSI "Fx", "|x", 1, 1, ""},
    {"abc" CSI "2Gx", "axc", 0, 2, ""},
    {"abc" CSI "2`x", "axc", 0, 2, ""},
    {"abc" CSI "3dx", "abc||   x", 2, 4, ""},
    {"\x1b[2;2H\x1b"
     "7" CSI "4;4H\x1b"
     "8x",
     "| x", 1, 2, ""},
    {CSI "2;2H" CSI "s" CSI "4;4H" CSI "ux", "| x", 1, 2, ""},
    {"ab\x1b"
     "Dc\x1b"
     "Ed",
     "ab|  c|d", 2, 1, ""},
    {"a\x1bMb", " b|a", 0, 2, ""},
    // Erasing, inserting, deleting.
    {"abcdef" CSI "3G" CSI "K", "ab", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "1K", "   def", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "2K", "", 0, 2, ""},
    {"a\r\nb\r\nc" CSI "2;1H" CSI "J", "a", 1, 0, ""},
    {"a\r\nb\r\nc" CSI "2;1H" CSI "1J", "||c", 1, 0, ""},
    {"a\r\nb\r\nc" CSI "2J", "", 2, 1, ""},
    {"abcdef" CSI "3G" CSI "2X", "ab  ef", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "99X", "ab", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "2@", "ab  cdef", 0, 2, ""},
    {"0123456789" CSI "3G" CSI "3@", "01   23456", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "2P", "abef", 0, 2, ""},
    {"abcdef" CSI "3G" CSI "99P", "ab", 0, 2, ""},
    {"a\r\nb\r\nc" CSI "2;2H" CSI "L", "a||b|c", 1, 0, ""},
    {"a\r\nb\r\nc" CSI "1;2H" CSI "2M", "c", 0, 0, ""},
    {"a\r\nb\r\nc" CSI "S", "b|c", 2, 1, ""},
    {"a\r\nb\r\nc" CSI "2T", "||a|b|c", 2, 1, ""},
    {"a\r\nb" CSI "99S", "", 1, 1, ""},
    {"abc" CSI "1G" CSI "4hxy" CSI "4lz", "xyzbc", 0, 3, ""},
    {"ab" CSI "3b", "abbbb", 0, 5, ""},
    {CSI "3b", "", 0, 0, ""},
    // Scroll region, origin.
    {"1\r\n2\r\n3\r\n4\r\n5" CSI "2;4r" CSI "4;1H\nx", "1|3|4|x|5", 3, 1, ""},
    {"1\r\n2\r\n3\r\n4\r\n5" CSI "2;4r" CSI "2;1H\x1bMx", "1|x|2|3|5", 1, 1, ""},
    {"1\r\n2\r\n3\r\n4\r\n5" CSI "2;4r" CSI "5;1H\nx", "1|2|3|4|x", 4, 1, ""},
    {"1\r\n2\r\n3\r\n4\r\n5" CSI "2;4r" CSI "3;1H" CSI "L", "1|2||3|5", 2, 0, ""},
    {"1\r\n2\r\n3\r\n4\r\n5" CSI "2;4r" CSI "5;1H" CSI "L", "1|2|3|4|5", 4, 0, ""},
    {CSI "2;4r" CSI "3;3H" CSI "9A", "", 1, 2, ""},
    {CSI "2;4r" CSI "3;3H" CSI "9B", "", 3, 2, ""},
    {CSI "2;4r" CSI "?6hx", "|x", 1, 1, ""},
    {CSI "2;4r" CSI "?6h" CSI "9;2Hx", "||| x", 3, 2, ""},
    {CSI "2;4r" CSI "?6h" CSI "?6lx", "x", 0, 1, ""},
    {CSI "4;2rx", "x", 0, 1, ""},
    {CSI "2;4r" CSI "rx", "x", 0, 1, ""},
    // Tabs.
    {CSI "3C\x1bH\ra\tb", "a  b", 0, 4, ""},
    {CSI "3g\ta", "         a", 0, 9, ""},
    {CSI "9C" CSI "Za", "        a", 0, 9, ""},
    {CSI "Ia", "        a", 0, 9, ""},
    // The alternate screen.
    {"main" CSI "?1049h" CSI "2;1Halt", "|alt", 1, 3, ""},
    {"main" CSI "?1049halt" CSI "?1049lx", "mainx", 0, 5, ""},
    {"main" CSI "?1049halt" CSI "?1049l" CSI "?1049hy", "    y", 0, 5, ""},
    {"main" CSI "?47halt" CSI "?47lx", "main   x", 0, 8, ""},
    {"main" CSI "?47halt" CSI "?47l" CSI "?47h", "    alt", 0, 7, ""},
    {"main" CSI "?47halt\x1b"
     "cx",
     "x", 0, 1, ""},
    // Answers.
    {CSI "5n", "", 0, 0, CSI "0n"},
    {CSI "3;4H" CSI "6n", "", 2, 3, CSI "3;4R"},
    {CSI "2;4r" CSI "?6h" CSI "2;4H" CSI "6n", "", 2, 3, CSI "2;4R"},
    {CSI "c\x1bZ", "", 0, 0, CSI "?6c" CSI "?6c"},
    {"0123456789" CSI "6n", "0123456789", 0, 9, CSI "1;10R"},
    // Reset.
    {"a" CSI "2;4r" CSI "4h" CSI "?25l\x1b"
     "cbc\rd",
     "dc", 0, 1, ""},
    {"a" CSI "2;4r" CSI "4h" CSI "?6h" CSI "!p" CSI "Hbc\rd", "dc", 0, 1, ""},
    {"\x1b#8" CSI "2;2Hx", "EEEEEEEEEE|ExEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE", 1, 2, ""},
    // Line drawing.
    {"\x1b(0lqk\x1b(Bl", "\xe2\x94\x8c\xe2\x94\x80\xe2\x94\x90l", 0, 4, ""},
    {"\x1b)0q\x0eq\x0fq", "q\xe2\x94\x80q", 0, 3, ""},
    // What is not known is swallowed whole.
    {"a" CSI "?2004hb", "ab", 0, 2, ""},
    {"a" CSI "1;2;3yb", "ab", 0, 2, ""},
    {"a" CSI ">1;2cb", "ab", 0, 2, ""},
    {"a" CSI "1 qb", "ab", 0, 2, ""},
    {"a" CSI "1$%qb", "ab", 0, 2, ""},
    {"a" CSI "1?25hb", "ab", 0, 2, ""},
    {"a" CSI "1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1Hb", "ab", 0, 2, ""},
    {"a" CSI "99999999999999999999Cb", "a        b", 0, 9, ""},
    {"a\x1b]0;title\x07"
     "b",
     "ab", 0, 2, ""},
    {"a\x1b]0;title\x1b\\b", "ab", 0, 2, ""},
    {"a\x1bPq#0;1\x1b\\b", "ab", 0, 2, ""},
    {"a\x1b_x\x1b\\\x1b^y\x1b\\\x1bXz\x1b\\b", "ab", 0, 2, ""},
    {"a\x1b]0;title\x18"
     "b",
     "ab", 0, 2, ""},
    {"a" CSI "1\x18"
     "2",
     "a2", 0, 2, ""},
    {"a" CSI "1\x1b[3Gb", "a b", 0, 3, ""},
    {"a" CSI "1\r2Cb", "a        b", 0, 9, ""}, // a control character inside acts at once
    {"a" CSI "\xc3\xa4", "a\xc3\xa4", 0, 2, ""},
    {"a\x1b%Gb\x1b=c\x1b>d", "abcd", 0, 4, ""},
};

static void test_table(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct row *row = &table[i];
        // In one piece, and byte by byte.
        for (int piecewise = 0; piecewise < 2; piecewise++) {
            size_t length = strlen(row->input);
            fresh();
            for (size_t at = 0; at < length; at += piecewise ? 1 : length)
                terminal_feed(&terminal, row->input + at, piecewise ? 1 : length);
            if (strcmp(shown(), row->screen) != 0 || terminal.cursor.row != row->row ||
                terminal.cursor.column != row->column || strcmp(answers.text, row->answers) != 0)
                fail_msg("row %zu: shows '%s' at %u, %u, says '%s'; expected '%s' at %u, %u", i, shown(),
                         terminal.cursor.row, terminal.cursor.column, answers.text, row->screen, row->row,
                         row->column);
        }
    }
}

static struct cell pen_after(const char *sequence) {
    fresh();
    terminal_feed(&terminal, sequence, strlen(sequence));
    terminal_feed(&terminal, "x", 1);
    return *terminal_cell(&terminal, 0, 0);
}

static void expect_pen(const char *sequence, uint32_t flags, uint32_t ink, uint32_t paper) {
    struct cell cell = pen_after(sequence);
    if (cell.code != ('x' | flags) || cell.ink != ink || cell.paper != paper)
        fail_msg("after '%s': %x %x %x", sequence + 1, cell.code, cell.ink, cell.paper);
}

static void test_attributes(void **state) {
    (void)state;
    expect_pen(CSI "m", 0, COLOUR_DEFAULT, COLOUR_DEFAULT);
    expect_pen(CSI "1;4;7m", CELL_BOLD | CELL_UNDERLINE | CELL_REVERSE, 0, 0);
    expect_pen(CSI "1;4;7;22;24;27m", 0, 0, 0);
    expect_pen(CSI "8m", CELL_HIDDEN, 0, 0);
    expect_pen(CSI "31;42m", 0, COLOUR_INDEX | 1, COLOUR_INDEX | 2);
    expect_pen(CSI "97;107m", 0, COLOUR_INDEX | 15, COLOUR_INDEX | 15);
    expect_pen(CSI "31;42;39;49m", 0, 0, 0);
    expect_pen(CSI "31;1m" CSI ";4m", CELL_UNDERLINE, 0, 0);
    expect_pen(CSI "38;5;196;48;5;21m", 0, COLOUR_INDEX | 196, COLOUR_INDEX | 21);
    expect_pen(CSI "38;2;1;2;3;1m", CELL_BOLD, COLOUR_RGB | 0x010203, 0);
    expect_pen(CSI "38:5:196m", 0, COLOUR_INDEX | 196, 0);
    expect_pen(CSI "38:2::1:2:3;4m", CELL_UNDERLINE, COLOUR_RGB | 0x010203, 0);
    expect_pen(CSI "48:2:1:2:3m", 0, 0, COLOUR_RGB | 0x010203);
    expect_pen(CSI "38;2;999;2;3m", 0, COLOUR_RGB | 0xff0203, 0);
    expect_pen(CSI "4:3m", CELL_UNDERLINE, 0, 0);
    expect_pen(CSI "4m" CSI "4:0m", 0, 0, 0);
    // Cut off: nothing changes.
    expect_pen(CSI "38m", 0, 0, 0);
    expect_pen(CSI "38;5m", 0, 0, 0);
    expect_pen(CSI "38;2;1;2m", 0, 0, 0);
    expect_pen(CSI "38:5m", 0, 0, 0);
    expect_pen(CSI "31m\x1b"
                   "c",
               0, 0, 0);
    expect_pen(CSI "31m" CSI "!p", 0, 0, 0);
}

static void test_erased_cells_have_the_paper_of_the_pen(void **state) {
    (void)state;
    fresh();
    const char *text = "ab" CSI "44m" CSI "K" CSI "2;1H" CSI "2@";
    terminal_feed(&terminal, text, strlen(text));
    assert_int_equal(terminal_cell(&terminal, 0, 1)->paper, COLOUR_DEFAULT);
    assert_int_equal(terminal_cell(&terminal, 0, 2)->paper, COLOUR_INDEX | 4);
    assert_int_equal(terminal_cell(&terminal, 1, 1)->paper, COLOUR_INDEX | 4);
    assert_int_equal(terminal_cell(&terminal, 1, 2)->paper, COLOUR_DEFAULT);
}

static void test_only_what_changes_is_marked(void **state) {
    (void)state;
    fresh();
    for (unsigned row = 0; row < ROWS; row++)
        assert_true(terminal.changed[row]);
    memset(terminal.changed, 0, sizeof(terminal.changed));
    terminal_feed(&terminal, CSI "3;1Hx" CSI "5;1H", 11);
    for (unsigned row = 0; row < ROWS; row++)
        assert_int_equal(terminal.changed[row], row == 2);
}

// However large a number of some bytes: they write one line of cells, wherever the line stands.
static void test_a_repeated_character_costs_one_line(void **state) {
    static const char *const numbers[] = {"11",    "50",         "9999",       "65535",
                                          "65536", "4294967295", "4294967297", "99999999999999999999999"};
    (void)state;
    for (size_t i = 0; i < array_length(numbers); i++) {
        for (unsigned column = 0; column < COLUMNS; column++) {
            char input[64];
            fresh();
            int length = snprintf(input, sizeof(input), CSI "1;%uHx" CSI "%sb", column + 1, numbers[i]);
            terminal_feed(&terminal, input, (size_t)length);
            unsigned written = 0;
            for (unsigned at = 0; at < ROWS * COLUMNS; at++)
                written += (terminal_cell(&terminal, at / COLUMNS, at % COLUMNS)->code & CELL_CODE) == 'x';
            assert_int_equal(written, 1 + COLUMNS);
        }
    }
}

static void test_cursor_can_hide(void **state) {
    (void)state;
    fresh();
    assert_true(terminal.cursor_visible);
    terminal_feed(&terminal, CSI "?25l", 6);
    assert_false(terminal.cursor_visible);
    terminal_feed(&terminal, CSI "?25h", 6);
    assert_true(terminal.cursor_visible);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_erased_cells_have_the_paper_of_the_pen),
        cmocka_unit_test(test_only_what_changes_is_marked),
        cmocka_unit_test(test_a_repeated_character_costs_one_line),
        cmocka_unit_test(test_cursor_can_hide),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
