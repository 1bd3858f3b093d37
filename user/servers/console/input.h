// SPDX-License-Identifier: MIT
//
// What a person types, from the devices into a session's line, and Ctrl-C on its way to who is meant.

#ifndef CONSOLE_INPUT_H
#define CONSOLE_INPUT_H

#include "console.h"

// Takes what the devices of all sessions have, and answers who waits for it.
void input_take(void);

// The terminal at the serial line had its time to say how large it is.
void input_probes_end(void);

// After a change of whose turn it is, or of how that client reads: the line follows.
void input_mode_update(struct session *session);

// Ctrl-C: ends the program in the foreground; between two programs it is kept for the next.
void input_interrupt(struct session *session);

#endif
