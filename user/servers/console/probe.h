// SPDX-License-Identifier: MIT
//
// How large is the terminal at the other end of the serial line? The console asks it: cursor far to the lower
// right, "where is the cursor?", cursor back (ECMA-48: CUP, DSR; DEC: DECSC, DECRC). The answer, CSI rows ;
// columns R, comes between what the person types; this takes it out. Pure.

#ifndef CONSOLE_PROBE_H
#define CONSOLE_PROBE_H

#include <base/types.h>

#define PROBE_QUESTION                                                                                       \
    "\x1b"                                                                                                   \
    "7\x1b[999;999H\x1b[6n\x1b"                                                                              \
    "8"

enum { PROBE_HELD_MAX = 16, PROBE_SIZE_MAX = 999 };

struct probe {
    bool asking;
    char held[PROBE_HELD_MAX]; // what may be the start of the answer
    size_t held_count;
    unsigned rows, columns; // of the last answer; 0: none yet
};

enum probe_result {
    PROBE_NOTHING,  // the byte was held
    PROBE_TYPED,    // all of held[] was typed by the person: take it, and set held_count to 0
    PROBE_ANSWERED, // rows and columns are set, and nothing is held
};

void probe_ask(struct probe *probe);

// A byte that arrived while `asking`.
enum probe_result probe_feed(struct probe *probe, char byte);

#endif
