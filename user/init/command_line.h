// SPDX-License-Identifier: MIT
//
// The kernel's command line as far as it is init's: words, `tag=` with the tag of the serial line's records,
// and `run=` which takes the rest of the line, as text or, after `x:`, in hexadecimal. Pure.

#ifndef INIT_COMMAND_LINE_H
#define INIT_COMMAND_LINE_H

#include <base/types.h>
#include <protocols/serial_values.h>

enum { COMMAND_SIZE = 2048 };

struct command_line {
    bool has_command;
    bool frames; // `run=x:`: output and log go out as records
    char tag[SERIAL_TAG_SIZE + 1];
    char command[COMMAND_SIZE];
};

enum command_line_error {
    COMMAND_LINE_OK,
    COMMAND_LINE_TAG,  // `tag=` is not 8 hexadecimal digits
    COMMAND_LINE_HEX,  // `run=x:` is not hexadecimal, or holds a NUL
    COMMAND_LINE_LONG, // it does not fit
};

const char *command_line_error_text(enum command_line_error error);

[[nodiscard]] enum command_line_error command_line_parse(struct command_line *line, const char *text);

#endif
