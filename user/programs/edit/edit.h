// SPDX-License-Identifier: MIT
//
// The editor without its program: keys in, changes of the text and of the screen out, all through a sink.
// Pure but for the heap. Who calls reads the keys, saves the file when edit_key() says so, and draws after
// it.
//
// Invariants: cursor <= text_length(), top is the start of a line at or above the cursor's after a drawing.

#ifndef EDIT_EDIT_H
#define EDIT_EDIT_H

#include "text.h"
#include <base/format.h>

enum {
    EDIT_ROWS_MIN = 3,
    EDIT_ROWS_MAX = 256,
    EDIT_COLUMNS_MIN = 10,
    EDIT_COLUMNS_MAX = 512,
    EDIT_INPUT_SIZE = 64,
    EDIT_MESSAGE_SIZE = 128,
    EDIT_SEQUENCE_SIZE = 16,
};

enum edit_result {
    EDIT_GOES_ON,
    EDIT_SAVE,   // save, then edit_saved()
    EDIT_RESIZE, // ask for the size, then edit_resize()
    EDIT_END,
};

enum edit_question {
    QUESTION_NONE,
    QUESTION_FIND,  // what to look for, in `input`
    QUESTION_LEAVE, // save before leaving?
};

struct edit {
    format_sink_t *sink;
    void *sink_context;
    const char *name; // of the file
    struct text text;
    size_t cursor;
    size_t top;    // the first line that is shown
    size_t left;   // the first column that is shown
    size_t wanted; // column that going up and down keeps
    unsigned rows, columns;
    bool modified;
    bool leaves; // after saving
    enum edit_question question;
    char input[EDIT_INPUT_SIZE]; // the answer so far, and what was last looked for
    size_t input_length;
    char message[EDIT_MESSAGE_SIZE]; // until the next key
    char *cut;                       // what Ctrl-K took, for Ctrl-U
    size_t cut_length;
    bool cutting;                      // the last key was Ctrl-K: more lines are added
    char sequence[EDIT_SEQUENCE_SIZE]; // bytes of a key that are not all there yet
    size_t sequence_length;
    uint64_t drawn[EDIT_ROWS_MAX]; // what stands on each row of the screen, 0: unknown
};

// False when there is no memory. Draws nothing: edit_resize() comes next.
[[nodiscard]] bool edit_init(struct edit *edit, const char *name, const char *bytes, size_t length,
                             format_sink_t *sink, void *context);
void edit_fini(struct edit *edit);

// The screen's size has become known, or nothing is known of what is on it. Limits as above apply.
void edit_resize(struct edit *edit, unsigned rows, unsigned columns);

// One byte from the keyboard.
enum edit_result edit_key(struct edit *edit, char byte);

// After EDIT_SAVE: nullptr, or why it did not work. Returns EDIT_END when the editor was about to leave.
enum edit_result edit_saved(struct edit *edit, const char *problem);

// Brings the screen up to date: rows that look as before are not sent.
void edit_draw(struct edit *edit);

#endif
