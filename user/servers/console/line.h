// SPDX-License-Identifier: MIT
//
// The line discipline: what becomes of the bytes that a person types. Canonical: a line is edited here
// (erase, erase word, kill line, Ctrl-D) and can be read when it is complete. Raw: bytes can be read as they
// are. Pure: the echo goes to a sink, Ctrl-C is reported to the caller. When a buffer is full, what is typed
// is dropped with a bell. Bytes that were typed before the mode changed stay readable in their order.

#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include <base/format.h>
#include <base/types.h>

enum { LINE_SIZE = 1024, LINE_READY_SIZE = 4096 };

struct line {
    bool raw;
    format_sink_t *echo; // nullptr: no echo
    void *echo_context;
    char edit[LINE_SIZE]; // the line that is not complete yet
    size_t edit_length;
    char ready[LINE_READY_SIZE]; // a ring of bytes that can be read
    size_t ready_start;
    size_t ready_length;
    size_t ends;       // Ctrl-D at the start of a line, not read yet
    size_t raw_length; // bytes at the end of `ready` that were typed in raw mode
};

void line_init(struct line *line, format_sink_t *echo, void *echo_context);

// One byte from the device. True: it was Ctrl-C in canonical mode, and what was typed but not read is gone.
[[nodiscard]] bool line_input(struct line *line, char byte);

// Bytes that were typed in raw mode and not read are input again when the mode becomes canonical: who typed
// ahead meant the next reader. True: Ctrl-C was among them.
bool line_mode(struct line *line, bool raw);

// Whether a read can be answered: bytes, or an end of file.
bool line_is_readable(const struct line *line);

// Takes bytes: in canonical mode at most one line with its newline. 0: end of file, which is used up by that.
// Only when line_is_readable().
size_t line_read(struct line *line, char *buffer, size_t size);

#endif
