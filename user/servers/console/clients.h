// SPDX-License-Identifier: MIT
//
// What is remembered of clients (how they read, to whom they pass their turn), and whose turn it is: that of
// the process in the foreground, or of the shell when there is none, or of whom these pass it to.

#ifndef CONSOLE_CLIENTS_H
#define CONSOLE_CLIENTS_H

#include "console.h"

// nullptr when nothing is remembered of the process; 0 is nobody.
struct client *client_find(uint32_t process);
// The same, but made when there is none; nullptr when there are too many.
struct client *client_make(uint32_t process);

// The process has gone: it is forgotten, and what was passed to it or was its turn is nobody's.
void client_end(struct session *session, uint32_t process);

// Whose turn it is to read; 0: anybody's.
uint32_t client_in_turn(const struct session *session);
bool client_may_read(uint64_t badge);

#endif
