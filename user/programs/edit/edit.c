// SPDX-License-Identifier: MIT
//
// See edit.h: keys and what they do. draw.c draws.

#include "edit.h"
#include "draw.h"
#include <base/string.h>
#include <user/heap.h>

enum { ESCAPE = 27, BACKSPACE = 8, DELETE = 127 };

#define CONTROL(letter) ((letter) & 0x1f)

bool edit_init(struct edit *edit, const char *name, const char *bytes, size_t length, format_sink_t *sink,
               void *context) {
    *edit = (struct edit){.name = name,
                          .sink = sink,
                          .sink_context = context,
                          .rows = EDIT_ROWS_MIN,
                          .columns = EDIT_COLUMNS_MIN};
    return text_init(&edit->text, bytes, length);
}

void edit_fini(struct edit *edit) {
    text_fini(&edit->text);
    heap_free(edit->cut);
    edit->cut = nullptr;
}

void edit_resize(struct edit *edit, unsigned rows, unsigned columns) {
    edit->rows = (unsigned)min_u64(max_u64(rows, EDIT_ROWS_MIN), EDIT_ROWS_MAX);
    edit->columns = (unsigned)min_u64(max_u64(columns, EDIT_COLUMNS_MIN), EDIT_COLUMNS_MAX);
    memset(edit->drawn, 0, sizeof(edit->drawn));
    edit->sink(edit->sink_context, "\x1b[2J", 4);
}

static void say(struct edit *edit, const char *text) {
    format_buffer(edit->message, sizeof(edit->message), "%s", text);
}

// ---- moving

static void move(struct edit *edit, size_t to) {
    edit->cursor = to;
    edit->wanted = draw_column(edit, to);
}

// The place of the wanted column in the line that starts here.
static size_t place_in_line(const struct edit *edit, size_t start) {
    size_t end = text_line_end(&edit->text, start);
    size_t at = start;
    for (size_t column = 0; at < end; at = text_on(&edit->text, at)) {
        column = draw_column_after(edit, at, column);
        if (column > edit->wanted)
            break;
    }
    return at;
}

static void move_lines(struct edit *edit, bool down, size_t count) {
    size_t start = text_line_start(&edit->text, edit->cursor);
    for (; count > 0; count--) {
        size_t end = text_line_end(&edit->text, start);
        if (down ? end == text_length(&edit->text) : start == 0)
            break;
        start = down ? end + 1 : text_line_start(&edit->text, start - 1);
    }
    edit->cursor = place_in_line(edit, start);
}

// ---- changing

static void insert(struct edit *edit, const char *bytes, size_t length) {
    if (!text_insert(&edit->text, edit->cursor, bytes, length)) {
        say(edit, "There is no memory for more.");
        return;
    }
    edit->modified = edit->modified || length > 0;
    move(edit, edit->cursor + length);
}

static void remove_range(struct edit *edit, size_t from, size_t to) {
    text_remove(&edit->text, from, to - from);
    edit->modified = edit->modified || to > from;
    edit->top = min_u64(edit->top, from);
    move(edit, from);
}

// Takes the cursor's line away; several in a row are kept together.
static void cut_line(struct edit *edit) {
    size_t start = text_line_start(&edit->text, edit->cursor);
    size_t end = text_line_end(&edit->text, edit->cursor);
    end += end < text_length(&edit->text);
    size_t kept = edit->cutting ? edit->cut_length : 0;
    char *cut = heap_resize(edit->cut, kept + (end - start) + 1);
    if (cut == nullptr) {
        say(edit, "There is no memory to keep the line.");
        return;
    }
    text_copy(&edit->text, start, end - start, cut + kept);
    edit->cut = cut;
    edit->cut_length = kept + (end - start);
    remove_range(edit, start, end);
}

// ---- questions

static void find(struct edit *edit) {
    size_t at;
    if (edit->input_length == 0) {
        say(edit, "Nothing to look for.");
    } else if (text_find(&edit->text, text_on(&edit->text, edit->cursor), edit->input, edit->input_length,
                         &at)) {
        move(edit, at);
    } else {
        say(edit, "Not found.");
    }
}

static void find_key(struct edit *edit, char byte) {
    if (byte == '\r' || byte == '\n') {
        edit->question = QUESTION_NONE;
        find(edit);
    } else if (byte == CONTROL('C') || byte == CONTROL('G')) {
        edit->question = QUESTION_NONE;
    } else if (byte == BACKSPACE || byte == DELETE) {
        while (edit->input_length > 0 && ((uint8_t)edit->input[edit->input_length - 1] & 0xc0) == 0x80)
            edit->input_length--;
        edit->input_length -= edit->input_length > 0;
    } else if ((uint8_t)byte >= ' ' && edit->input_length < EDIT_INPUT_SIZE) {
        edit->input[edit->input_length++] = byte;
    }
}

static enum edit_result leave_key(struct edit *edit, char byte) {
    if (byte == 'y' || byte == 'Y') {
        edit->question = QUESTION_NONE;
        edit->leaves = true;
        return EDIT_SAVE;
    }
    if (byte == 'n' || byte == 'N')
        return EDIT_END;
    edit->question = QUESTION_NONE;
    return EDIT_GOES_ON;
}

// ---- keys

static enum edit_result command(struct edit *edit, char byte) {
    switch (byte) {
    case CONTROL('A'):
        move(edit, text_line_start(&edit->text, edit->cursor));
        break;
    case CONTROL('E'):
        move(edit, text_line_end(&edit->text, edit->cursor));
        break;
    case CONTROL('F'):
        edit->question = QUESTION_FIND;
        edit->input_length = 0;
        break;
    case CONTROL('G'):
        find(edit);
        break;
    case CONTROL('K'):
        cut_line(edit);
        break;
    case CONTROL('U'):
        insert(edit, edit->cut, edit->cut_length);
        break;
    case CONTROL('S'):
        return EDIT_SAVE;
    case CONTROL('L'):
        return EDIT_RESIZE;
    case CONTROL('Q'):
    case CONTROL('X'):
        if (!edit->modified)
            return EDIT_END;
        edit->question = QUESTION_LEAVE;
        break;
    default:
        say(edit, "Ctrl-Q leaves.");
        break;
    }
    return EDIT_GOES_ON;
}

static enum edit_result plain_key(struct edit *edit, char byte) {
    if (edit->question == QUESTION_LEAVE)
        return leave_key(edit, byte);
    if (edit->question == QUESTION_FIND) {
        find_key(edit, byte);
    } else if (byte == '\r' || byte == '\n') {
        insert(edit, "\n", 1);
    } else if (byte == BACKSPACE || byte == DELETE) {
        remove_range(edit, text_back(&edit->text, edit->cursor), edit->cursor);
    } else if (byte == '\t' || (uint8_t)byte >= ' ') {
        insert(edit, &byte, 1);
    } else {
        return command(edit, byte);
    }
    return EDIT_GOES_ON;
}

static void cursor_key(struct edit *edit, char final, unsigned number, bool control) {
    size_t page = edit->rows - 2;
    if (final == 'A' || final == 'B') {
        move_lines(edit, final == 'B', 1);
    } else if (final == 'C') {
        move(edit, text_on(&edit->text, edit->cursor));
    } else if (final == 'D') {
        move(edit, text_back(&edit->text, edit->cursor));
    } else if (final == 'H' || number == 1) {
        move(edit, control ? 0 : text_line_start(&edit->text, edit->cursor));
    } else if (final == 'F' || number == 4) {
        move(edit, control ? text_length(&edit->text) : text_line_end(&edit->text, edit->cursor));
    } else if (number == 3) {
        remove_range(edit, edit->cursor, text_on(&edit->text, edit->cursor));
    } else if (number == 5 || number == 6) {
        move_lines(edit, number == 6, page);
    }
}

// ESC [ NUMBER ; MODIFIER FINAL, or ESC O FINAL; what is not known does nothing.
static void sequence_run(struct edit *edit) {
    const char *at = edit->sequence + 2;
    const char *final = edit->sequence + edit->sequence_length - 1;
    unsigned numbers[2] = {};
    size_t index = 0;
    for (; at < final; at++) {
        if (*at == ';')
            index += index == 0;
        if (*at >= '0' && *at <= '9')
            numbers[index] = (numbers[index] * 10 + (unsigned)(*at - '0')) % 1000;
    }
    edit->question = QUESTION_NONE;
    bool control = numbers[1] > 0 && ((numbers[1] - 1) & 4) != 0;
    cursor_key(edit, *final, *final == '~' ? numbers[0] : 0, control);
}

// Collects a key of several bytes. True: the byte belonged to one.
static bool sequence_feed(struct edit *edit, char byte) {
    size_t length = edit->sequence_length;
    if (length == 0 && byte != ESCAPE)
        return false;
    if (length == EDIT_SEQUENCE_SIZE || (length == 1 && byte != '[' && byte != 'O')) {
        // Alt and a key, or Escape and one: it only ends a question.
        edit->question = QUESTION_NONE;
        edit->sequence_length = 0;
        return byte != ESCAPE || sequence_feed(edit, byte);
    }
    edit->sequence[edit->sequence_length++] = byte;
    if (length >= 2 && byte >= '@' && byte <= '~') {
        sequence_run(edit);
        edit->sequence_length = 0;
    }
    return true;
}

enum edit_result edit_key(struct edit *edit, char byte) {
    bool cuts = byte == CONTROL('K') && edit->question == QUESTION_NONE;
    edit->message[0] = 0;
    if (sequence_feed(edit, byte)) {
        edit->cutting = false;
        return EDIT_GOES_ON;
    }
    enum edit_result result = plain_key(edit, byte);
    edit->cutting = cuts;
    return result;
}

enum edit_result edit_saved(struct edit *edit, const char *problem) {
    bool leaves = edit->leaves && problem == nullptr;
    edit->leaves = false;
    if (problem == nullptr) {
        edit->modified = false;
        say(edit, "Saved.");
    } else {
        format_buffer(edit->message, sizeof(edit->message), "Not saved: %s", problem);
    }
    return leaves ? EDIT_END : EDIT_GOES_ON;
}
