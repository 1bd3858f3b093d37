// SPDX-License-Identifier: MIT
//
// The bytes of a file that is edited: a gap buffer. The gap stands where the last change was, so typing costs
// nothing, however long the file is. Places are offsets from the start, 0 to text_length(). Pure but for the
// heap.

#ifndef EDIT_TEXT_H
#define EDIT_TEXT_H

#include <base/types.h>

struct text {
    char *bytes;
    size_t room;
    size_t gap; // where the gap begins
    size_t gap_length;
};

// False when there is no memory.
[[nodiscard]] bool text_init(struct text *text, const char *bytes, size_t length);
void text_fini(struct text *text);

static inline size_t text_length(const struct text *text) {
    return text->room - text->gap_length;
}

static inline char text_at(const struct text *text, size_t at) {
    return text->bytes[at < text->gap ? at : at + text->gap_length];
}

// False when there is no memory; nothing has changed then.
[[nodiscard]] bool text_insert(struct text *text, size_t at, const char *bytes, size_t length);
void text_remove(struct text *text, size_t at, size_t length);
void text_copy(const struct text *text, size_t at, size_t length, char *out);

// ---- lines and characters

size_t text_line_start(const struct text *text, size_t at);
// Where the line's newline is, or the end of the text.
size_t text_line_end(const struct text *text, size_t at);
// One UTF-8 character back or on; a byte that belongs to none is one.
size_t text_back(const struct text *text, size_t at);
size_t text_on(const struct text *text, size_t at);
// The place from `from` on where these bytes stand, else from the start on; false when nowhere.
[[nodiscard]] bool text_find(const struct text *text, size_t from, const char *bytes, size_t length,
                             size_t *at);

#endif
