// SPDX-License-Identifier: MIT
//
// The terminal as a grid of cells: what a program writes changes cells, cursor and modes; who draws asks
// which rows have changed. Pure: no memory but what terminal_init() is given, no input, no output but the
// answers to a program's questions, which go to a sink.
//
// What it does: ECMA-48 with the private sequences of the VT100 and xterm that programs use (docs/terminal.md
// lists them). Each character takes one cell; combining ones are dropped.
//
// Invariants: row < rows, column < columns, top < bottom < rows, and lines[] is a permutation of the screen's
// rows. RIS (ESC c) leads from every state to the one after terminal_init().

#ifndef TERMINAL_TERMINAL_H
#define TERMINAL_TERMINAL_H

#include "parser.h"
#include <base/format.h>
#include <base/types.h>

enum { TERMINAL_ROWS_MIN = 2, TERMINAL_ROWS_MAX = 256, TERMINAL_COLUMNS_MIN = 2, TERMINAL_COLUMNS_MAX = 512 };

// A colour: its kind and its number.
#define COLOUR_DEFAULT 0u
#define COLOUR_INDEX   (1u << 24) // | 0 to 255
#define COLOUR_RGB     (2u << 24) // | 0xRRGGBB
#define COLOUR_KIND    (3u << 24)

// What stands in `code` beside the character.
#define CELL_CODE      0x1fffffu
#define CELL_BOLD      (1u << 24)
#define CELL_UNDERLINE (1u << 25)
#define CELL_REVERSE   (1u << 26)
#define CELL_HIDDEN    (1u << 27)

struct cell {
    uint32_t code;
    uint32_t ink;
    uint32_t paper;
};

// What DECSC keeps and DECRC brings back.
struct terminal_cursor {
    unsigned row, column;
    bool wrap_pending; // the last column was written: the next character goes to the next line
    bool origin;       // DECOM
    struct cell pen;   // code holds flags only
    bool graphics[2];  // G0, G1: DEC's line drawing
    unsigned charset;  // 0 or 1
};

struct terminal {
    unsigned rows, columns;
    format_sink_t *answer;
    void *answer_context;
    struct parser parser;
    struct cell *cells; // two screens: the usual one, the alternate one
    struct cell *lines[2][TERMINAL_ROWS_MAX];
    unsigned screen; // 1: the alternate one
    struct terminal_cursor cursor;
    struct terminal_cursor saved[2];
    unsigned top, bottom; // scroll region, both inside
    bool autowrap;        // DECAWM
    bool insert;          // IRM
    bool cursor_visible;  // DECTCEM
    bool reverse_screen;  // DECSCNM
    uint32_t last;        // the last character, for REP; 0: none
    bool tabs[TERMINAL_COLUMNS_MAX];
    bool changed[TERMINAL_ROWS_MAX]; // since the drawer cleared it
};

static inline size_t terminal_cell_count(unsigned rows, unsigned columns) {
    return (size_t)2 * rows * columns;
}

// `cells` has terminal_cell_count() places. The sizes lie between the limits above.
void terminal_init(struct terminal *terminal, struct cell *cells, unsigned rows, unsigned columns,
                   format_sink_t *answer, void *context);

void terminal_feed(struct terminal *terminal, const char *bytes, size_t length);

// The cell that is shown there.
static inline const struct cell *terminal_cell(const struct terminal *terminal, unsigned row,
                                               unsigned column) {
    return &terminal->lines[terminal->screen][row][column];
}

#endif
