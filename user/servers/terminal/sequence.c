// SPDX-License-Identifier: MIT
//
// See terminal_parts.h: escape and control sequences, each by its ECMA-48 or DEC name.

#include "terminal_parts.h"
#include <base/string.h>

// A parameter; left out or 0, it is `otherwise`.
static unsigned parameter(const struct terminal *terminal, unsigned index, unsigned otherwise) {
    const struct parser *parser = &terminal->parser;
    unsigned value = index < parser->count ? parser->parameters[index].value : 0;
    return value == 0 ? otherwise : value;
}

static void answer(struct terminal *terminal, const char *text) {
    if (terminal->answer != nullptr)
        terminal->answer(terminal->answer_context, text, strlen(text));
}

// ---- cursor

// Rows count from the scroll region's top in origin mode, and cannot leave it.
static void move_to_row(struct terminal *terminal, unsigned row, unsigned column) {
    if (terminal->cursor.origin)
        row = (unsigned)min_u64((uint64_t)row + terminal->top, terminal->bottom);
    terminal_move(terminal, row, column);
}

// Up and down stop at the region's edge when they start inside it.
static void move_up(struct terminal *terminal, unsigned count, unsigned column) {
    unsigned row = terminal->cursor.row;
    unsigned least = row >= terminal->top ? terminal->top : 0;
    terminal_move(terminal, row - (unsigned)min_u64(count, row - least), column);
}

static void move_down(struct terminal *terminal, unsigned count, unsigned column) {
    unsigned row = terminal->cursor.row;
    unsigned most = row <= terminal->bottom ? terminal->bottom : terminal->rows - 1;
    terminal_move(terminal, row + (unsigned)min_u64(count, most - row), column);
}

static bool cursor_sequence(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;
    unsigned count = parameter(terminal, 0, 1);
    switch (terminal->parser.final) {
    case 'A': // CUU
        move_up(terminal, count, cursor->column);
        return true;
    case 'B': // CUD
    case 'e': // VPR
        move_down(terminal, count, cursor->column);
        return true;
    case 'C': // CUF
    case 'a': // HPR
        terminal_move(terminal, cursor->row, cursor->column + count);
        return true;
    case 'D': // CUB
        terminal_move(terminal, cursor->row, cursor->column - (unsigned)min_u64(count, cursor->column));
        return true;
    case 'E': // CNL
        move_down(terminal, count, 0);
        return true;
    case 'F': // CPL
        move_up(terminal, count, 0);
        return true;
    case 'G': // CHA
    case '`': // HPA
        terminal_move(terminal, cursor->row, count - 1);
        return true;
    case 'H': // CUP
    case 'f': // HVP
        move_to_row(terminal, count - 1, parameter(terminal, 1, 1) - 1);
        return true;
    case 'I': // CHT
        terminal_tab(terminal, count);
        return true;
    case 'Z': // CBT
        terminal_tab_back(terminal, count);
        return true;
    case 'd': // VPA
        move_to_row(terminal, count - 1, cursor->column);
        return true;
    default:
        return false;
    }
}

// ---- cells

static void erase_display(struct terminal *terminal) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    unsigned column = cursor->column;
    unsigned what = parameter(terminal, 0, 0);
    if (what == 0) {
        terminal_erase(terminal, cursor->row, column, terminal->columns);
        terminal_erase_rows(terminal, cursor->row + 1, terminal->rows);
    } else if (what == 1) {
        terminal_erase_rows(terminal, 0, cursor->row);
        terminal_erase(terminal, cursor->row, 0, column + 1);
    } else if (what == 2) {
        terminal_erase_rows(terminal, 0, terminal->rows);
    }
}

static void erase_line(struct terminal *terminal) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    unsigned what = parameter(terminal, 0, 0);
    if (what > 2)
        return;
    terminal_erase(terminal, cursor->row, what == 0 ? cursor->column : 0,
                   what == 1 ? cursor->column + 1 : terminal->columns);
}

static void characters_move(struct terminal *terminal, unsigned count, bool in) {
    unsigned column = terminal->cursor.column;
    unsigned rest = terminal->columns - column;
    count = (unsigned)min_u64(count, rest);
    struct cell *from = terminal_line(terminal, terminal->cursor.row) + column;
    if (in) {
        memmove(from + count, from, (rest - count) * sizeof(*from));
        terminal_erase(terminal, terminal->cursor.row, column, column + count);
    } else {
        memmove(from, from + count, (rest - count) * sizeof(*from));
        terminal_erase(terminal, terminal->cursor.row, terminal->columns - count, terminal->columns);
    }
}

// IL and DL do nothing outside the scroll region.
static void lines_move(struct terminal *terminal, unsigned count, bool up) {
    unsigned row = terminal->cursor.row;
    if (row < terminal->top || row > terminal->bottom)
        return;
    terminal_scroll(terminal, row, terminal->bottom + 1, count, up);
    terminal_move(terminal, row, 0);
}

static void repeat(struct terminal *terminal, unsigned count) {
    // A line at most: eight bytes must not cost a whole screen.
    count = (unsigned)min_u64(count, terminal->columns);
    for (unsigned i = 0; i < count && terminal->last != 0; i++)
        terminal_print(terminal, terminal->last);
}

static bool cell_sequence(struct terminal *terminal) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    unsigned count = parameter(terminal, 0, 1);
    switch (terminal->parser.final) {
    case '@': // ICH
    case 'P': // DCH
        characters_move(terminal, count, terminal->parser.final == '@');
        break;
    case 'J': // ED
        erase_display(terminal);
        break;
    case 'K': // EL
        erase_line(terminal);
        break;
    case 'L': // IL
    case 'M': // DL
        lines_move(terminal, count, terminal->parser.final == 'M');
        break;
    case 'S': // SU
    case 'T': // SD
        terminal_scroll(terminal, terminal->top, terminal->bottom + 1, count, terminal->parser.final == 'S');
        break;
    case 'X': // ECH
        terminal_erase(terminal, cursor->row, cursor->column,
                       (unsigned)min_u64((uint64_t)cursor->column + count, terminal->columns));
        break;
    case 'b': // REP
        repeat(terminal, count);
        return true;
    default:
        return false;
    }
    terminal->cursor.wrap_pending = false;
    return true;
}

// ---- the rest

static void scroll_region(struct terminal *terminal) {
    unsigned top = parameter(terminal, 0, 1) - 1;
    unsigned bottom = (unsigned)min_u64(parameter(terminal, 1, terminal->rows), terminal->rows) - 1;
    if (top >= bottom)
        return;
    terminal->top = top;
    terminal->bottom = bottom;
    move_to_row(terminal, 0, 0);
}

static void tab_clear(struct terminal *terminal) {
    unsigned what = parameter(terminal, 0, 0);
    if (what == 0)
        terminal->tabs[terminal->cursor.column] = false;
    if (what == 3)
        memset(terminal->tabs, 0, sizeof(terminal->tabs));
}

static void status_report(struct terminal *terminal) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    char text[32];
    if (parameter(terminal, 0, 0) == 5)
        answer(terminal, "\x1b[0n");
    if (parameter(terminal, 0, 0) != 6)
        return;
    unsigned row = cursor->origin ? cursor->row - terminal->top : cursor->row;
    format_buffer(text, sizeof(text), "\x1b[%u;%uR", row + 1, cursor->column + 1);
    answer(terminal, text);
}

static void other_sequence(struct terminal *terminal) {
    switch (terminal->parser.final) {
    case 'c': // DA: a VT102
        if (parameter(terminal, 0, 0) == 0)
            answer(terminal, "\x1b[?6c");
        break;
    case 'g': // TBC
        tab_clear(terminal);
        break;
    case 'h': // SM
    case 'l': // RM
        terminal_mode(terminal, terminal->parser.final == 'h');
        break;
    case 'm': // SGR
        terminal_attributes(terminal);
        break;
    case 'n': // DSR
        status_report(terminal);
        break;
    case 'r': // DECSTBM
        scroll_region(terminal);
        break;
    case 's': // SCOSC
        terminal_cursor_save(terminal);
        break;
    case 'u': // SCORC
        terminal_cursor_restore(terminal);
        break;
    default:
        break;
    }
}

void terminal_sequence(struct terminal *terminal) {
    const struct parser *parser = &terminal->parser;
    if (parser->marker == 0 && parser->intermediate == 0) {
        if (!cursor_sequence(terminal) && !cell_sequence(terminal))
            other_sequence(terminal);
    } else if (parser->marker == '?' && parser->intermediate == 0) {
        if (parser->final == 'h' || parser->final == 'l')
            terminal_mode(terminal, parser->final == 'h');
        if (parser->final == 'J')
            erase_display(terminal); // DECSED: nothing is protected here
        if (parser->final == 'K')
            erase_line(terminal); // DECSEL
    } else if (parser->marker == 0 && parser->intermediate == '!' && parser->final == 'p') {
        terminal_reset_modes(terminal); // DECSTR
    }
}

// DECALN
static void screen_fill(struct terminal *terminal) {
    terminal->top = 0;
    terminal->bottom = terminal->rows - 1;
    for (unsigned row = 0; row < terminal->rows; row++) {
        struct cell *line = terminal_line(terminal, row);
        for (unsigned column = 0; column < terminal->columns; column++)
            line[column] = (struct cell){.code = 'E'};
    }
    terminal_move(terminal, 0, 0);
}

static void plain_escape(struct terminal *terminal) {
    switch (terminal->parser.final) {
    case '7': // DECSC
        terminal_cursor_save(terminal);
        break;
    case '8': // DECRC
        terminal_cursor_restore(terminal);
        break;
    case 'D': // IND
        terminal_line_feed(terminal);
        break;
    case 'E': // NEL
        terminal_line_feed(terminal);
        terminal_move(terminal, terminal->cursor.row, 0);
        break;
    case 'H': // HTS
        terminal->tabs[terminal->cursor.column] = true;
        break;
    case 'M': // RI
        terminal_line_feed_back(terminal);
        break;
    case 'Z': // DECID
        answer(terminal, "\x1b[?6c");
        break;
    case 'c': // RIS
        terminal_reset(terminal);
        break;
    default:
        break;
    }
}

void terminal_escape(struct terminal *terminal) {
    const struct parser *parser = &terminal->parser;
    if (parser->intermediate == 0) {
        plain_escape(terminal);
    } else if (parser->intermediate == '(' || parser->intermediate == ')') {
        terminal->cursor.graphics[parser->intermediate == ')'] = parser->final == '0'; // SCS
    } else if (parser->intermediate == '#' && parser->final == '8') {
        screen_fill(terminal);
    }
}
