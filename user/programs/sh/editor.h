// SPDX-License-Identifier: MIT
//
// The shell's line editor: bytes of a terminal in, an edited line out. Knows the keys of VT100 and xterm
// (arrows, home, end, delete) and Emacs's control keys; keeps a history. Pure: the picture goes to a sink as
// bytes for the terminal, completion asks a function. One column for each character; UTF-8 sequences stay
// whole.

#ifndef SH_EDITOR_H
#define SH_EDITOR_H

#include <base/format.h>
#include <base/types.h>

enum { EDITOR_LINE_SIZE = 1024, EDITOR_HISTORY = 64 };

enum editor_result {
    EDITOR_MORE,      // the line is not complete
    EDITOR_LINE,      // editor->line holds it, NUL-ended
    EDITOR_INTERRUPT, // Ctrl-C: the line was given up
    EDITOR_END,       // Ctrl-D on an empty line
};

// The name number `index` of those that begin with the prefix; nullptr behind the last.
typedef const char *editor_complete_t(void *context, const char *prefix, size_t length, size_t index);

struct editor {
    format_sink_t *sink;
    void *sink_context;
    editor_complete_t *complete;
    void *complete_context;
    const char *prompt;
    char line[EDITOR_LINE_SIZE];
    size_t length;
    size_t cursor;
    char escape[8]; // an escape sequence that is not complete
    size_t escape_length;
    char killed[EDITOR_LINE_SIZE]; // for Ctrl-Y
    char history[EDITOR_HISTORY][EDITOR_LINE_SIZE];
    size_t history_count;         // ever added
    size_t history_at;            // which is shown; history_count: the new line
    char saved[EDITOR_LINE_SIZE]; // the new line, while an old one is shown
};

void editor_init(struct editor *editor, format_sink_t *sink, void *sink_context);

// Begins a line and shows the prompt, which must outlive it.
void editor_start(struct editor *editor, const char *prompt);

[[nodiscard]] enum editor_result editor_input(struct editor *editor, char byte);

// Remembers a line, unless it is empty, starts with a blank, or is the same as the last one.
void editor_remember(struct editor *editor, const char *line);

#endif
