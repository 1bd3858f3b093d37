// SPDX-License-Identifier: MIT
//
// See line.h. Ends of file stand in the ready ring as a byte 0x04, which canonical input can hold in no other
// way.

#include "line.h"

enum {
    CTRL_C = 3,
    CTRL_D = 4,
    BELL = 7,
    BACKSPACE = 8,
    CTRL_U = 21,
    CTRL_W = 23,
    DELETE = 127,
};

void line_init(struct line *line, format_sink_t *echo, void *echo_context) {
    *line = (struct line){.echo = echo, .echo_context = echo_context};
}

static void echo_text(struct line *line, const char *text, size_t length) {
    if (line->echo != nullptr && length > 0)
        line->echo(line->echo_context, text, length);
}

static void bell(struct line *line) {
    echo_text(line, &(char){BELL}, 1);
}

static bool ready_push(struct line *line, const char *bytes, size_t length) {
    if (length > LINE_READY_SIZE - line->ready_length)
        return false;
    for (size_t i = 0; i < length; i++)
        line->ready[(line->ready_start + line->ready_length + i) % LINE_READY_SIZE] = bytes[i];
    line->ready_length += length;
    return true;
}

// Erases the last character from the line and the screen; a UTF-8 sequence is one character.
static void erase(struct line *line) {
    while (line->edit_length > 0 && ((uint8_t)line->edit[line->edit_length - 1] & 0xc0) == 0x80)
        line->edit_length--;
    if (line->edit_length == 0)
        return;
    line->edit_length--;
    echo_text(line, "\b \b", 3);
}

static void erase_word(struct line *line) {
    while (line->edit_length > 0 && line->edit[line->edit_length - 1] == ' ')
        erase(line);
    while (line->edit_length > 0 && line->edit[line->edit_length - 1] != ' ')
        erase(line);
}

static void complete(struct line *line) {
    if (!ready_push(line, line->edit, line->edit_length)) {
        bell(line);
        return;
    }
    line->edit_length = 0;
}

static void add(struct line *line, char byte) {
    // The last place is the newline's.
    if (line->edit_length >= LINE_SIZE - 1 && byte != '\n') {
        bell(line);
        return;
    }
    line->edit[line->edit_length++] = byte;
    if (byte == '\n') {
        echo_text(line, "\n", 1);
        size_t length = line->edit_length;
        complete(line);
        if (line->edit_length == length)
            line->edit_length--;
    } else {
        echo_text(line, &byte, 1);
    }
}

static void end_of_file(struct line *line) {
    if (line->edit_length > 0) {
        complete(line);
    } else if (!ready_push(line, &(char){CTRL_D}, 1)) {
        bell(line);
    } else {
        line->ends++;
    }
}

static bool interrupt(struct line *line) {
    line->edit_length = 0;
    line->ready_length = 0;
    line->raw_length = 0;
    line->ends = 0;
    echo_text(line, "^C\n", 3);
    return true;
}

static bool input_canonical(struct line *line, char byte) {
    switch (byte) {
    case CTRL_C:
        return interrupt(line);
    case CTRL_D:
        end_of_file(line);
        return false;
    case BACKSPACE:
    case DELETE:
        erase(line);
        return false;
    case CTRL_U:
        while (line->edit_length > 0)
            erase(line);
        return false;
    case CTRL_W:
        erase_word(line);
        return false;
    case '\r':
        add(line, '\n');
        return false;
    default:
        if ((uint8_t)byte >= ' ' || byte == '\t' || byte == '\n')
            add(line, byte);
        return false;
    }
}

bool line_input(struct line *line, char byte) {
    if (!line->raw)
        return input_canonical(line, byte);
    if (ready_push(line, &byte, 1)) {
        line->raw_length++;
    } else {
        bell(line);
    }
    return false;
}

// Takes the bytes that were typed in raw mode out of the ring and gives them to the canonical discipline.
static bool input_again(struct line *line) {
    char typed[LINE_READY_SIZE];
    size_t count = line->raw_length;
    size_t start = line->ready_start + line->ready_length - count;
    bool interrupted = false;
    for (size_t i = 0; i < count; i++)
        typed[i] = line->ready[(start + i) % LINE_READY_SIZE];
    line->ready_length -= count;
    line->raw_length = 0;
    for (size_t i = 0; i < count; i++)
        interrupted = input_canonical(line, typed[i]) || interrupted;
    return interrupted;
}

bool line_mode(struct line *line, bool raw) {
    bool was_raw = line->raw;
    if (raw && !was_raw && line->edit_length > 0)
        complete(line);
    line->raw = raw;
    return was_raw && !raw && input_again(line);
}

bool line_is_readable(const struct line *line) {
    return line->ready_length > 0;
}

size_t line_read(struct line *line, char *buffer, size_t size) {
    size_t count = 0;
    while (count < size && line->ready_length > 0) {
        char byte = line->ready[line->ready_start];
        bool is_end = byte == CTRL_D && line->ends > 0;
        if (is_end && count > 0)
            break;
        line->ready_start = (line->ready_start + 1) % LINE_READY_SIZE;
        line->ready_length--;
        line->raw_length = min_u64(line->raw_length, line->ready_length);
        if (is_end) {
            line->ends--;
            return 0;
        }
        buffer[count++] = byte;
        if (byte == '\n' && !line->raw)
            break;
    }
    return count;
}
