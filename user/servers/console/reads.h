// SPDX-License-Identifier: MIT
//
// Reads of clients: answered at once, or kept until there is something to read and it is the client's turn.

#ifndef CONSOLE_READS_H
#define CONSOLE_READS_H

#include "console.h"

// The reply objects that calls wait in. Once.
[[nodiscard]] bool reads_create(void);

// The operation `read`.
status_t read_begin(struct ts_call *call, struct ts_lent buffer, uint64_t *count);

// Answers who waits and may read, as long as there is something to read.
void reads_serve(struct session *session);

// The reads of a process (Ctrl-C), or through a badge that nobody holds any more, end.
void reads_interrupt(uint32_t process);
void reads_cancel(uint64_t badge);

#endif
