// SPDX-License-Identifier: MIT
//
// See draw.h and edit_draw(). Each row is made in a buffer; a row whose bytes are the same as those that were
// sent last (by a hash of 64 bits) is not sent again, so that a key costs a line and not a screen.

#include "draw.h"
#include <base/string.h>

enum { TAB = 8, ROW_SIZE = EDIT_COLUMNS_MAX * 4 + 64 };

struct row {
    char bytes[ROW_SIZE];
    size_t length;
};

static void row_add(struct row *row, const char *bytes, size_t length) {
    length = min_u64(length, ROW_SIZE - row->length);
    memcpy(row->bytes + row->length, bytes, length);
    row->length += length;
}

static void row_sink(void *context, const char *bytes, size_t length) {
    row_add(context, bytes, length);
}

size_t draw_column_after(const struct edit *edit, size_t at, size_t column) {
    return text_at(&edit->text, at) == '\t' ? column - column % TAB + TAB : column + 1;
}

size_t draw_column(const struct edit *edit, size_t at) {
    size_t column = 0;
    for (size_t i = text_line_start(&edit->text, at); i < at; i = text_on(&edit->text, i))
        column = draw_column_after(edit, i, column);
    return column;
}

// What a character looks like: itself, blanks, or '?' for what a terminal would obey.
static void character_add(struct row *row, const struct edit *edit, size_t at, size_t columns) {
    char byte = text_at(&edit->text, at);
    size_t next = text_on(&edit->text, at);
    if (byte == '\t') {
        for (size_t i = 0; i < columns; i++)
            row_add(row, " ", 1);
    } else if ((uint8_t)byte < ' ' || byte == 0x7f || (next == at + 1 && (uint8_t)byte >= 0x80)) {
        row_add(row, "?", 1);
    } else {
        char bytes[4];
        text_copy(&edit->text, at, next - at, bytes);
        row_add(row, bytes, next - at);
    }
}

// The part of the line from `start` on that lies in the window; returns where the next line starts.
static size_t line_add(struct row *row, const struct edit *edit, size_t start) {
    size_t end = text_line_end(&edit->text, start);
    size_t column = 0;
    size_t right = edit->left + edit->columns;
    for (size_t at = start; at < end && column < right; at = text_on(&edit->text, at)) {
        size_t next = draw_column_after(edit, at, column);
        size_t from = max_u64(column, edit->left);
        if (next > edit->left)
            character_add(row, edit, at, min_u64(next, right) - from);
        column = next;
    }
    return end + 1;
}

static uint64_t hash(const struct row *row) {
    uint64_t sum = 0xcbf29ce484222325; // FNV-1a
    for (size_t i = 0; i < row->length; i++)
        sum = (sum ^ (uint8_t)row->bytes[i]) * 0x100000001b3;
    return sum | 1;
}

static void row_put(struct edit *edit, const struct row *row, unsigned index) {
    uint64_t sum = hash(row);
    if (edit->drawn[index] == sum)
        return;
    edit->drawn[index] = sum;
    format_to(edit->sink, edit->sink_context, "\x1b[%u;1H\x1b[m", index + 1);
    // Before, not behind: after the last column the cursor still stands in it.
    edit->sink(edit->sink_context, "\x1b[K", 3);
    edit->sink(edit->sink_context, row->bytes, row->length);
}

static size_t line_number(const struct edit *edit, size_t at) {
    size_t number = 1;
    for (size_t i = 0; i < at; i++)
        number += text_at(&edit->text, i) == '\n';
    return number;
}

static void status_text(struct row *row, const struct edit *edit) {
    if (edit->question == QUESTION_FIND) {
        format_to(row_sink, row, " Look for: %.*s", (int)edit->input_length, edit->input);
    } else if (edit->question == QUESTION_LEAVE) {
        format_to(row_sink, row, " Save %s? y: yes, n: no, other keys: go on", edit->name);
    } else if (edit->message[0] != 0) {
        format_to(row_sink, row, " %s", edit->message);
    } else {
        format_to(row_sink, row, " %s%s  %zu:%zu  ^S save  ^Q leave  ^F find  ^G again  ^K cut  ^U insert",
                  edit->name, edit->modified ? " *" : "", line_number(edit, edit->cursor),
                  draw_column(edit, edit->cursor) + 1);
    }
}

// Cut to the screen's width, one column left free so that no terminal scrolls.
static void status_put(struct edit *edit) {
    static struct row text, row;
    text.length = row.length = 0;
    status_text(&text, edit);
    row_add(&row, "\x1b[7m", 4);
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool starts = ((uint8_t)text.bytes[i] & 0xc0) != 0x80;
        if (starts && ++used == edit->columns)
            break;
        row_add(&row, &text.bytes[i], 1);
    }
    for (; used + 1 < edit->columns; used++)
        row_add(&row, " ", 1);
    row_add(&row, "\x1b[m", 3);
    row_put(edit, &row, edit->rows - 1);
}

// Moves the window so that the cursor is inside. Returns the cursor's row.
static unsigned window_follow(struct edit *edit) {
    const struct text *text = &edit->text;
    size_t line = text_line_start(text, edit->cursor);
    size_t column = draw_column(edit, edit->cursor);
    unsigned lines = edit->rows - 1;
    edit->top = text_line_start(text, edit->top);
    if (line < edit->top)
        edit->top = line;
    if (column < edit->left || column >= edit->left + edit->columns)
        edit->left = column - min_u64(column, edit->columns / 2);
    if (column < edit->columns)
        edit->left = 0;
    // Up from the cursor's line: is the top within reach?
    size_t at = line;
    for (unsigned row = 0; row < lines; row++) {
        if (at == edit->top)
            return row;
        if (row + 1 < lines)
            at = text_line_start(text, at - 1);
    }
    edit->top = at;
    return lines - 1;
}

void edit_draw(struct edit *edit) {
    static struct row row;
    unsigned cursor_row = window_follow(edit);
    size_t at = edit->top;
    for (unsigned index = 0; index + 1 < edit->rows; index++) {
        row.length = 0;
        if (at <= text_length(&edit->text)) {
            at = line_add(&row, edit, at);
        } else {
            row_add(&row, "~", 1);
        }
        row_put(edit, &row, index);
    }
    status_put(edit);
    format_to(edit->sink, edit->sink_context, "\x1b[%u;%zuH", cursor_row + 1,
              draw_column(edit, edit->cursor) - edit->left + 1);
}
