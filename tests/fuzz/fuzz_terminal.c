// SPDX-License-Identifier: MIT
//
// user/servers/terminal on arbitrary bytes: the invariants of terminal.h hold after each piece, and RIS leads
// back to a fresh terminal from wherever the bytes have led. The first bytes choose the size of the screen.

#include "fuzz.h"
#include <stdlib.h>
#include <string.h>
#include <terminal.h>

static struct terminal terminal;
static size_t answered;

static void count_answer(void *context, const char *bytes, size_t length) {
    (void)context;
    fuzz_check(length > 0 && length < 32 && bytes[0] == 0x1b);
    answered += length;
}

static void lines_check(const struct cell *cells, unsigned screen) {
    size_t seen[TERMINAL_ROWS_MAX] = {};
    for (unsigned row = 0; row < terminal.rows; row++) {
        size_t offset = (size_t)(terminal.lines[screen][row] - cells);
        size_t index = offset / terminal.columns - (size_t)screen * terminal.rows;
        fuzz_check(offset % terminal.columns == 0 && index < terminal.rows && seen[index]++ == 0);
    }
}

static void check(const struct cell *cells, unsigned rows, unsigned columns) {
    const struct terminal_cursor *cursor = &terminal.cursor;
    fuzz_check(terminal.rows == rows && terminal.columns == columns && terminal.screen < 2);
    fuzz_check(cursor->row < rows && cursor->column < columns && cursor->charset < 2);
    fuzz_check(!cursor->wrap_pending || cursor->column + 1 == columns);
    fuzz_check(terminal.top < terminal.bottom && terminal.bottom < rows);
    fuzz_check((cursor->pen.code & CELL_CODE) == 0);
    lines_check(cells, 0);
    lines_check(cells, 1);
    for (unsigned row = 0; row < rows; row++)
        for (unsigned column = 0; column < columns; column++)
            fuzz_check((terminal_cell(&terminal, row, column)->code & CELL_CODE) >= ' ');
}

static void check_reset(struct cell *cells, unsigned rows, unsigned columns) {
    static struct terminal fresh;
    struct cell *others = malloc(terminal_cell_count(rows, columns) * sizeof(*others));
    fuzz_check(others != NULL);
    terminal_feed(&terminal,
                  "\x1b"
                  "c"
                  "a",
                  3);
    terminal_init(&fresh, others, rows, columns, count_answer, NULL);
    terminal_feed(&fresh, "a", 1);
    fuzz_check(memcmp(&terminal.cursor, &fresh.cursor, sizeof(fresh.cursor)) == 0);
    fuzz_check(memcmp(terminal.saved, fresh.saved, sizeof(fresh.saved)) == 0);
    fuzz_check(memcmp(terminal.tabs, fresh.tabs, sizeof(fresh.tabs)) == 0);
    fuzz_check(memcmp(cells, others, terminal_cell_count(rows, columns) * sizeof(*cells)) == 0);
    fuzz_check(terminal.screen == 0 && terminal.top == 0 && terminal.bottom == rows - 1 && terminal.autowrap);
    fuzz_check(!terminal.insert && terminal.cursor_visible && !terminal.reverse_screen);
    fuzz_check(terminal.parser.state == PARSER_GROUND && terminal.parser.utf8_left == 0);
    free(others);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < 2)
        return 0;
    unsigned rows = TERMINAL_ROWS_MIN + bytes[0] % 30;
    unsigned columns = TERMINAL_COLUMNS_MIN + bytes[1] % 100;
    struct cell *cells = malloc(terminal_cell_count(rows, columns) * sizeof(*cells));
    fuzz_check(cells != NULL);
    terminal_init(&terminal, cells, rows, columns, count_answer, NULL);
    // Exact copies, so that a read past the end is seen.
    for (size_t at = 2; at < size;) {
        size_t step = min_u64(size - at, 1 + bytes[at] % 61u);
        char *piece = malloc(step);
        fuzz_check(piece != NULL);
        memcpy(piece, bytes + at, step);
        answered = 0;
        terminal_feed(&terminal, piece, step);
        // An answer takes at least three bytes of question, so a program cannot drown in them.
        fuzz_check(answered <= 32 * step);
        check(cells, rows, columns);
        free(piece);
        at += step;
    }
    check_reset(cells, rows, columns);
    free(cells);
    return 0;
}
