// SPDX-License-Identifier: MIT
//
// See editor.h. Invariant: cursor <= length < EDITOR_LINE_SIZE, and neither stands inside a UTF-8 sequence
// that was typed whole. The line is drawn again after each change; over a serial line that is short enough.

#include "editor.h"
#include <base/string.h>

enum { ESCAPE = 27, DELETE = 127, TAB = 9, CARRIAGE_RETURN = 13, BACKSPACE = 8 };

#define CONTROL(letter) ((letter) & 0x1f)

void editor_init(struct editor *editor, format_sink_t *sink, void *sink_context) {
    memset(editor, 0, sizeof(*editor));
    editor->sink = sink;
    editor->sink_context = sink_context;
    editor->prompt = "";
}

static void put(struct editor *editor, const char *text, size_t length) {
    if (length > 0)
        editor->sink(editor->sink_context, text, length);
}

static void put_text(struct editor *editor, const char *text) {
    put(editor, text, strlen(text));
}

static bool is_continuation(char byte) {
    return ((uint8_t)byte & 0xc0) == 0x80;
}

static size_t columns(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += !is_continuation(text[i]);
    return count;
}

static void draw(struct editor *editor) {
    put_text(editor, "\r");
    put_text(editor, editor->prompt);
    put(editor, editor->line, editor->length);
    put_text(editor, "\x1b[K");
    size_t back = columns(editor->line + editor->cursor, editor->length - editor->cursor);
    if (back > 0)
        format_to(editor->sink, editor->sink_context, "\x1b[%zuD", back);
}

void editor_start(struct editor *editor, const char *prompt) {
    editor->prompt = prompt;
    editor->length = 0;
    editor->cursor = 0;
    editor->escape_length = 0;
    editor->line[0] = 0;
    editor->history_at = editor->history_count;
    put_text(editor, prompt);
}

static size_t step_left(const struct editor *editor, size_t at) {
    if (at > 0)
        at--;
    while (at > 0 && is_continuation(editor->line[at]))
        at--;
    return at;
}

static size_t step_right(const struct editor *editor, size_t at) {
    if (at < editor->length)
        at++;
    while (at < editor->length && is_continuation(editor->line[at]))
        at++;
    return at;
}

static void remove_range(struct editor *editor, size_t from, size_t to) {
    memmove(editor->line + from, editor->line + to, editor->length - to);
    editor->length -= to - from;
    editor->line[editor->length] = 0;
    editor->cursor = from;
    draw(editor);
}

static void kill_range(struct editor *editor, size_t from, size_t to) {
    if (from == to)
        return;
    memcpy(editor->killed, editor->line + from, to - from);
    editor->killed[to - from] = 0;
    remove_range(editor, from, to);
}

static void insert(struct editor *editor, const char *text, size_t length) {
    if (length > EDITOR_LINE_SIZE - 1 - editor->length) {
        put_text(editor, "\a");
        return;
    }
    bool at_end = editor->cursor == editor->length;
    memmove(editor->line + editor->cursor + length, editor->line + editor->cursor,
            editor->length - editor->cursor);
    memcpy(editor->line + editor->cursor, text, length);
    editor->length += length;
    editor->cursor += length;
    editor->line[editor->length] = 0;
    if (at_end) {
        put(editor, text, length);
    } else {
        draw(editor);
    }
}

static void show(struct editor *editor, const char *line) {
    editor->length = strnlen(line, EDITOR_LINE_SIZE - 1);
    memcpy(editor->line, line, editor->length);
    editor->line[editor->length] = 0;
    editor->cursor = editor->length;
    draw(editor);
}

static void history_move(struct editor *editor, bool older) {
    size_t oldest = editor->history_count > EDITOR_HISTORY ? editor->history_count - EDITOR_HISTORY : 0;
    if (older ? editor->history_at == oldest : editor->history_at == editor->history_count) {
        put_text(editor, "\a");
        return;
    }
    if (editor->history_at == editor->history_count)
        memcpy(editor->saved, editor->line, editor->length + 1);
    editor->history_at += older ? (size_t)-1 : 1;
    bool is_new = editor->history_at == editor->history_count;
    show(editor, is_new ? editor->saved : editor->history[editor->history_at % EDITOR_HISTORY]);
}

void editor_remember(struct editor *editor, const char *line) {
    size_t length = strnlen(line, EDITOR_LINE_SIZE - 1);
    const char *last = editor->history[(editor->history_count + EDITOR_HISTORY - 1) % EDITOR_HISTORY];
    if (length == 0 || line[0] == ' ' || (editor->history_count > 0 && strcmp(last, line) == 0))
        return;
    char *place = editor->history[editor->history_count++ % EDITOR_HISTORY];
    memcpy(place, line, length);
    place[length] = 0;
}

static size_t word_start(const struct editor *editor) {
    size_t at = editor->cursor;
    while (at > 0 && editor->line[at - 1] == ' ')
        at--;
    while (at > 0 && editor->line[at - 1] != ' ')
        at--;
    return at;
}

// How many bytes all completions share, starting from `first`.
static size_t shared_length(struct editor *editor, const char *prefix, size_t length, const char *first,
                            size_t *count) {
    size_t shared = strlen(first);
    const char *name;
    for (*count = 1; (name = editor->complete(editor->complete_context, prefix, length, *count)); ++*count) {
        size_t same = 0;
        while (same < shared && name[same] == first[same])
            same++;
        shared = same;
    }
    return shared;
}

static void completions_show(struct editor *editor, const char *prefix, size_t length) {
    const char *name;
    put_text(editor, "\n");
    for (size_t i = 0; (name = editor->complete(editor->complete_context, prefix, length, i)); i++)
        format_to(editor->sink, editor->sink_context, "%s%s", i ? "  " : "", name);
    put_text(editor, "\n");
    draw(editor);
}

// Only the first word of the line is a program's name.
static void complete(struct editor *editor) {
    size_t start = 0;
    while (start < editor->cursor && editor->line[start] == ' ')
        start++;
    size_t length = editor->cursor - start;
    const char *prefix = editor->line + start;
    if (editor->complete == nullptr || memchr(prefix, ' ', length) != nullptr)
        return;
    const char *first = editor->complete(editor->complete_context, prefix, length, 0);
    if (first == nullptr) {
        put_text(editor, "\a");
        return;
    }
    size_t count;
    size_t shared = shared_length(editor, prefix, length, first, &count);
    if (shared > length)
        insert(editor, first + length, shared - length);
    if (count == 1) {
        insert(editor, " ", 1);
    } else if (shared == length) {
        completions_show(editor, prefix, length);
    }
}

static void cursor_move(struct editor *editor, size_t to) {
    if (to == editor->cursor)
        return;
    editor->cursor = to;
    draw(editor);
}

// The final byte of a CSI or SS3 sequence, with its number.
static void key(struct editor *editor, char final, unsigned number) {
    if (final == 'A' || final == 'B') {
        history_move(editor, final == 'A');
    } else if (final == 'C') {
        cursor_move(editor, step_right(editor, editor->cursor));
    } else if (final == 'D') {
        cursor_move(editor, step_left(editor, editor->cursor));
    } else if (final == 'H' || (final == '~' && (number == 1 || number == 7))) {
        cursor_move(editor, 0);
    } else if (final == 'F' || (final == '~' && (number == 4 || number == 8))) {
        cursor_move(editor, editor->length);
    } else if (final == '~' && number == 3 && editor->cursor < editor->length) {
        remove_range(editor, editor->cursor, step_right(editor, editor->cursor));
    }
}

static void escape_input(struct editor *editor, char byte) {
    if (editor->escape_length == 1 && (byte == '[' || byte == 'O')) {
        editor->escape[editor->escape_length++] = byte;
        return;
    }
    if (editor->escape_length >= 2 && ((byte >= '0' && byte <= '9') || byte == ';')) {
        if (editor->escape_length < sizeof(editor->escape))
            editor->escape[editor->escape_length++] = byte;
        return;
    }
    unsigned number = 0;
    for (size_t i = 2; i < editor->escape_length && editor->escape[i] != ';'; i++)
        number = number * 10 + (unsigned)(editor->escape[i] - '0');
    bool is_key = editor->escape_length >= 2;
    editor->escape_length = 0;
    if (is_key)
        key(editor, byte, number);
}

static void control_kill(struct editor *editor, char byte) {
    if (byte == CONTROL('U')) {
        kill_range(editor, 0, editor->cursor);
    } else if (byte == CONTROL('K')) {
        kill_range(editor, editor->cursor, editor->length);
    } else if (byte == CONTROL('W')) {
        kill_range(editor, word_start(editor), editor->cursor);
    } else if (byte == CONTROL('Y')) {
        insert(editor, editor->killed, strlen(editor->killed));
    }
}

static void control_move(struct editor *editor, char byte) {
    if (byte == CONTROL('A')) {
        cursor_move(editor, 0);
    } else if (byte == CONTROL('E')) {
        cursor_move(editor, editor->length);
    } else if (byte == CONTROL('B')) {
        cursor_move(editor, step_left(editor, editor->cursor));
    } else if (byte == CONTROL('F')) {
        cursor_move(editor, step_right(editor, editor->cursor));
    } else if (byte == CONTROL('P') || byte == CONTROL('N')) {
        history_move(editor, byte == CONTROL('P'));
    } else if (byte == CONTROL('L')) {
        put_text(editor, "\x1b[H\x1b[2J");
        draw(editor);
    }
}

static enum editor_result control_input(struct editor *editor, char byte) {
    switch (byte) {
    case CARRIAGE_RETURN:
    case '\n':
        put_text(editor, "\n");
        return EDITOR_LINE;
    case CONTROL('C'):
        put_text(editor, "^C\n");
        return EDITOR_INTERRUPT;
    case CONTROL('D'):
        if (editor->length == 0) {
            put_text(editor, "\n");
            return EDITOR_END;
        }
        if (editor->cursor < editor->length)
            remove_range(editor, editor->cursor, step_right(editor, editor->cursor));
        return EDITOR_MORE;
    case BACKSPACE:
    case DELETE:
        if (editor->cursor > 0)
            remove_range(editor, step_left(editor, editor->cursor), editor->cursor);
        return EDITOR_MORE;
    case TAB:
        complete(editor);
        return EDITOR_MORE;
    case ESCAPE:
        editor->escape[0] = byte;
        editor->escape_length = 1;
        return EDITOR_MORE;
    default:
        control_kill(editor, byte);
        control_move(editor, byte);
        return EDITOR_MORE;
    }
}

enum editor_result editor_input(struct editor *editor, char byte) {
    if (editor->escape_length > 0) {
        escape_input(editor, byte);
        return EDITOR_MORE;
    }
    if ((uint8_t)byte < ' ' || byte == DELETE)
        return control_input(editor, byte);
    insert(editor, &byte, 1);
    return EDITOR_MORE;
}
