// SPDX-License-Identifier: MIT
//
// A session: a line discipline, whose turn it is to read, and the devices where its person sits. Text that is
// written to it goes to all of its devices. What stands on the cursor's line is remembered: a notice is shown
// above it, and a terminal that was started again gets it back.

#ifndef CONSOLE_SESSION_H
#define CONSOLE_SESSION_H

#include "devices.h"
#include "line.h"
#include "probe.h"
#include <base/types.h>

enum { SESSION_TAIL_SIZE = 512 };

struct session {
    unsigned devices; // DEVICE_ bits
    struct line line;
    struct probe probe;   // of the serial line's terminal
    uint32_t foreground;  // process number, 0: the shell
    bool foreground_gone; // it has ended, and the shell that said it waits for its group still
    uint32_t shell;       // process number, 0: none yet
    bool interrupt_next;  // Ctrl-C was typed when nothing stood in the foreground
    char tail[SESSION_TAIL_SIZE];
    size_t tail_length;
};

void session_init(struct session *session, unsigned devices);

// Text: a newline becomes carriage return and newline.
void session_put(struct session *session, const char *bytes, size_t length);

// A line on its own, above the one where the cursor is.
void session_notice(struct session *session, const char *line, size_t length);

// The screen is new and empty.
void session_repaint(struct session *session);

// The size of the smallest of its terminals, as far as it is known; 80 x 24 when nothing is.
void session_size(const struct session *session, unsigned *columns, unsigned *rows);

#endif
