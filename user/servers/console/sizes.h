// SPDX-License-Identifier: MIT
//
// Questions for the size of a session's terminal. Where it has a serial line, the terminal at its other end
// is asked each time, because a person may have changed it; the answer comes as input (input.c), or not.

#ifndef CONSOLE_SIZES_H
#define CONSOLE_SIZES_H

#include "console.h"

// The reply objects that calls wait in. Once.
[[nodiscard]] bool sizes_create(void);

// The operation `size`.
status_t size_begin(struct ts_call *call, uint64_t *columns, uint64_t *rows);

// The serial line's terminal has answered, or will not: all who wait get what is known.
void sizes_answer(struct session *session);

// Questions through a badge that nobody holds any more end.
void sizes_cancel(uint64_t badge);

#endif
