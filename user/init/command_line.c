// SPDX-License-Identifier: MIT
//
// See command_line.h.

#include "command_line.h"
#include <base/hex.h>
#include <base/string.h>

const char *command_line_error_text(enum command_line_error error) {
    switch (error) {
    case COMMAND_LINE_OK:
        return "no error";
    case COMMAND_LINE_TAG:
        return "tag= wants 8 hexadecimal digits";
    case COMMAND_LINE_HEX:
        return "run=x: wants pairs of hexadecimal digits without a zero byte";
    case COMMAND_LINE_LONG:
        return "the command of run= is too long";
    }
    return "unknown error";
}

static enum command_line_error tag_parse(struct command_line *line, const char *text, size_t length) {
    if (length != SERIAL_TAG_SIZE)
        return COMMAND_LINE_TAG;
    for (size_t i = 0; i < length; i++) {
        if (hex_digit(text[i]) < 0)
            return COMMAND_LINE_TAG;
    }
    memcpy(line->tag, text, length);
    return COMMAND_LINE_OK;
}

static enum command_line_error hex_parse(struct command_line *line, const char *text) {
    size_t digits = strlen(text);
    while (digits > 0 && text[digits - 1] == ' ')
        digits--;
    size_t length = 0;
    if (digits / 2 >= COMMAND_SIZE)
        return COMMAND_LINE_LONG;
    if (!hex_decode(text, digits, (uint8_t *)line->command, COMMAND_SIZE - 1, &length) ||
        memchr(line->command, 0, length) != nullptr)
        return COMMAND_LINE_HEX;
    line->command[length] = 0;
    line->frames = true;
    return COMMAND_LINE_OK;
}

static enum command_line_error run_parse(struct command_line *line, const char *text) {
    line->has_command = true;
    if (strncmp(text, "x:", 2) == 0)
        return hex_parse(line, text + 2);
    size_t length = strlen(text);
    if (length >= COMMAND_SIZE)
        return COMMAND_LINE_LONG;
    memcpy(line->command, text, length + 1);
    return COMMAND_LINE_OK;
}

enum command_line_error command_line_parse(struct command_line *line, const char *text) {
    *line = (struct command_line){.tag = "00000000"};
    while (*text != 0) {
        if (strncmp(text, "run=", 4) == 0)
            return run_parse(line, text + 4);
        const char *blank = strchr(text, ' ');
        size_t length = blank != nullptr ? (size_t)(blank - text) : strlen(text);
        if (length >= 4 && strncmp(text, "tag=", 4) == 0) {
            enum command_line_error error = tag_parse(line, text + 4, length - 4);
            if (error != COMMAND_LINE_OK)
                return error;
        }
        text += blank != nullptr ? length + 1 : length;
    }
    return COMMAND_LINE_OK;
}
