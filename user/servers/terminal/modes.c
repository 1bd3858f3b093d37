// SPDX-License-Identifier: MIT
//
// See terminal_parts.h: how the terminal behaves until it is told otherwise, and the cursor and the screen
// that come back.

#include "terminal_parts.h"

// ---- cursor and screens

void terminal_cursor_save(struct terminal *terminal) {
    terminal->saved[terminal->screen] = terminal->cursor;
}

void terminal_cursor_restore(struct terminal *terminal) {
    terminal->cursor = terminal->saved[terminal->screen];
}

static void screen_switch(struct terminal *terminal, unsigned screen) {
    if (terminal->screen == screen)
        return;
    terminal->screen = screen;
    for (unsigned row = 0; row < terminal->rows; row++)
        terminal->changed[row] = true;
}

// 47, 1047: the screen alone. 1049: with the cursor, and the alternate screen empty.
static void alternate(struct terminal *terminal, unsigned mode, bool on) {
    if (mode == 1049 && on && terminal->screen == 0)
        terminal_cursor_save(terminal);
    if (mode == 1047 && !on && terminal->screen == 1)
        terminal_erase_rows(terminal, 0, terminal->rows);
    bool changes = terminal->screen != (unsigned)on;
    screen_switch(terminal, on);
    if (mode == 1049 && on && changes)
        terminal_erase_rows(terminal, 0, terminal->rows);
    if (mode == 1049 && !on && changes)
        terminal_cursor_restore(terminal);
}

// ---- SM, RM

static void private_mode(struct terminal *terminal, unsigned mode, bool on) {
    switch (mode) {
    case 5:
        terminal->reverse_screen = on;
        for (unsigned row = 0; row < terminal->rows; row++)
            terminal->changed[row] = true;
        break;
    case 6:
        terminal->cursor.origin = on;
        terminal_move(terminal, on ? terminal->top : 0, 0);
        break;
    case 7:
        terminal->autowrap = on;
        break;
    case 25:
        terminal->cursor_visible = on;
        break;
    case 47:
    case 1047:
    case 1049:
        alternate(terminal, mode, on);
        break;
    case 1048:
        if (on) {
            terminal_cursor_save(terminal);
        } else {
            terminal_cursor_restore(terminal);
        }
        break;
    default:
        break;
    }
}

void terminal_mode(struct terminal *terminal, bool on) {
    const struct parser *parser = &terminal->parser;
    for (unsigned i = 0; i < parser->count; i++) {
        unsigned mode = parser->parameters[i].value;
        if (parser->marker == '?') {
            private_mode(terminal, mode, on);
        } else if (mode == 4) {
            terminal->insert = on;
        }
    }
}

void terminal_reset_modes(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;
    terminal->autowrap = terminal->cursor_visible = true;
    terminal->insert = false;
    terminal->top = 0;
    terminal->bottom = terminal->rows - 1;
    cursor->origin = cursor->wrap_pending = false;
    cursor->pen = (struct cell){};
    cursor->graphics[0] = cursor->graphics[1] = false;
    cursor->charset = 0;
    terminal->saved[terminal->screen] = (struct terminal_cursor){};
}
