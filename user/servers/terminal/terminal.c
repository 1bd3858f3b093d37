// SPDX-License-Identifier: MIT
//
// See terminal.h. Sources: ECMA-48 fifth edition, section 8.3; DEC VT510 programmer information, chapter 5;
// xterm control sequences (ctlseqs), for 256 colours, true colour and the alternate screen.

#include "terminal.h"
#include "terminal_parts.h"
#include <base/string.h>

// ---- cells

struct cell *terminal_line(struct terminal *terminal, unsigned row) {
    terminal->changed[row] = true;
    return terminal->lines[terminal->screen][row];
}

// What is erased has the pen's paper.
void terminal_erase(struct terminal *terminal, unsigned row, unsigned from, unsigned to) {
    struct cell *line = terminal_line(terminal, row);
    for (unsigned column = from; column < to; column++)
        line[column] = (struct cell){.code = ' ', .paper = terminal->cursor.pen.paper};
}

void terminal_erase_rows(struct terminal *terminal, unsigned from, unsigned to) {
    for (unsigned row = from; row < to; row++)
        terminal_erase(terminal, row, 0, terminal->columns);
}

static void reverse(struct cell **lines, unsigned from, unsigned to) {
    for (; from + 1 < to; from++, to--) {
        struct cell *line = lines[from];
        lines[from] = lines[to - 1];
        lines[to - 1] = line;
    }
}

// The rows from `from` to before `to` move up (or down) by `count`; what becomes free is erased.
void terminal_scroll(struct terminal *terminal, unsigned from, unsigned to, unsigned count, bool up) {
    struct cell **lines = terminal->lines[terminal->screen];
    count = (unsigned)min_u64(count, to - from);
    // Turned as a whole and then in its two parts: a rotation in place.
    unsigned middle = up ? to - count : from + count;
    reverse(lines, from, to);
    reverse(lines, from, middle);
    reverse(lines, middle, to);
    for (unsigned row = from; row < to; row++)
        terminal->changed[row] = true;
    if (up) {
        terminal_erase_rows(terminal, middle, to);
    } else {
        terminal_erase_rows(terminal, from, middle);
    }
}

// ---- cursor

void terminal_move(struct terminal *terminal, unsigned row, unsigned column) {
    terminal->cursor.row = (unsigned)min_u64(row, terminal->rows - 1);
    terminal->cursor.column = (unsigned)min_u64(column, terminal->columns - 1);
    terminal->cursor.wrap_pending = false;
}

void terminal_line_feed(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;
    cursor->wrap_pending = false;
    if (cursor->row == terminal->bottom) {
        terminal_scroll(terminal, terminal->top, terminal->bottom + 1, 1, true);
    } else if (cursor->row + 1 < terminal->rows) {
        cursor->row++;
    }
}

void terminal_line_feed_back(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;
    cursor->wrap_pending = false;
    if (cursor->row == terminal->top) {
        terminal_scroll(terminal, terminal->top, terminal->bottom + 1, 1, false);
    } else if (cursor->row > 0) {
        cursor->row--;
    }
}

void terminal_tab(struct terminal *terminal, unsigned count) {
    unsigned column = terminal->cursor.column;
    while (count > 0 && column + 1 < terminal->columns)
        count -= terminal->tabs[++column];
    terminal->cursor.column = column;
}

void terminal_tab_back(struct terminal *terminal, unsigned count) {
    unsigned column = terminal->cursor.column;
    while (count > 0 && column > 0)
        count -= terminal->tabs[--column];
    terminal_move(terminal, terminal->cursor.row, column);
}

// ---- characters

// Marks that stand on the character before them, and what has no width or no picture at all.
static bool has_no_width(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x80, 0x9f},     {0xad, 0xad},     {0x300, 0x36f},   {0x483, 0x489},
                  {0x591, 0x5bd},   {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
                  {0x20d0, 0x20f0}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
    for (size_t i = 0; i < array_length(ranges); i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    }
    return false;
}

// DEC's line drawing, from '_' on (VT510, "DEC Special Graphic").
static uint32_t graphic_of(uint32_t code) {
    static const uint16_t graphics[] = {
        ' ',    0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0xb0,   0xb1,   0x2424, 0x240b,
        0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c,
        0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x3c0,  0x2260, 0xa3,   0xb7,
    };
    return code >= '_' && code < '_' + array_length(graphics) ? graphics[code - '_'] : code;
}

void terminal_print(struct terminal *terminal, uint32_t code) {
    struct terminal_cursor *cursor = &terminal->cursor;
    if (has_no_width(code))
        return;
    terminal->last = code;
    if (cursor->graphics[cursor->charset])
        code = graphic_of(code);
    if (cursor->wrap_pending && terminal->autowrap) {
        cursor->column = 0;
        terminal_line_feed(terminal);
    }
    struct cell *line = terminal_line(terminal, cursor->row);
    if (terminal->insert)
        memmove(line + cursor->column + 1, line + cursor->column,
                (terminal->columns - 1 - cursor->column) * sizeof(*line));
    line[cursor->column] = cursor->pen;
    line[cursor->column].code |= code;
    cursor->wrap_pending = cursor->column + 1 == terminal->columns;
    if (!cursor->wrap_pending)
        cursor->column++;
}

static void control(struct terminal *terminal, uint32_t code) {
    struct terminal_cursor *cursor = &terminal->cursor;
    switch (code) {
    case '\b':
        terminal_move(terminal, cursor->row, cursor->column - (cursor->column > 0));
        break;
    case '\t':
        terminal_tab(terminal, 1);
        break;
    case '\n':
    case '\v':
    case '\f':
        terminal_line_feed(terminal);
        break;
    case '\r':
        terminal_move(terminal, cursor->row, 0);
        break;
    case 0x0e: // SO
    case 0x0f: // SI
        cursor->charset = code == 0x0e;
        break;
    default:
        break;
    }
}

void terminal_feed(struct terminal *terminal, const char *bytes, size_t length) {
    for (size_t i = 0; i < length;) {
        bool taken = true;
        switch (parser_feed(&terminal->parser, (uint8_t)bytes[i], &taken)) {
        case PARSER_PRINT:
            terminal_print(terminal, terminal->parser.code);
            break;
        case PARSER_CONTROL:
            control(terminal, terminal->parser.code);
            break;
        case PARSER_ESCAPE:
            terminal_escape(terminal);
            break;
        case PARSER_SEQUENCE:
            terminal_sequence(terminal);
            break;
        case PARSER_NOTHING:
            break;
        }
        i += taken;
    }
}

// ---- start

static void screens_clear(struct terminal *terminal) {
    for (unsigned screen = 0; screen < 2; screen++) {
        terminal->screen = screen;
        for (unsigned row = 0; row < terminal->rows; row++)
            terminal->lines[screen][row] =
                terminal->cells + ((size_t)screen * terminal->rows + row) * terminal->columns;
        terminal_erase_rows(terminal, 0, terminal->rows);
    }
    terminal->screen = 0;
}

void terminal_reset(struct terminal *terminal) {
    parser_init(&terminal->parser);
    terminal_reset_modes(terminal);
    terminal->cursor = terminal->saved[0] = terminal->saved[1] = (struct terminal_cursor){};
    terminal->reverse_screen = false;
    terminal->last = 0;
    for (unsigned column = 0; column < TERMINAL_COLUMNS_MAX; column++)
        terminal->tabs[column] = column % 8 == 0;
    screens_clear(terminal);
}

void terminal_init(struct terminal *terminal, struct cell *cells, unsigned rows, unsigned columns,
                   format_sink_t *answer, void *context) {
    *terminal = (struct terminal){
        .rows = rows, .columns = columns, .cells = cells, .answer = answer, .answer_context = context};
    terminal_reset(terminal);
}
