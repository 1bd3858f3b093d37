// SPDX-License-Identifier: MIT
//
// The console's whole state, for its own files. One thread owns it; each message finds and leaves it as the
// invariants below say.

#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "session.h"
#include <protocols/console.h>

enum {
    SESSIONS_MAX = 2,
    CLIENTS_MAX = 128,
    READS_MAX = 32,
    SIZES_MAX = 8,
    BIT_PROBE_OVER = 0x100, // of the notification, beside what the devices raise
};
static_assert((BIT_PROBE_OVER & CONSOLE_SIGNAL_ALL) == 0);

struct client {
    uint32_t process;   // 0: a free entry
    uint32_t passed_to; // who reads in its place; 0: itself
    bool raw;
};

// A read that waits for something that is typed, or for its client's turn.
struct pending_read {
    bool used;
    struct ts_call call;
    struct ts_lent buffer;
    desc_t reply;
};

// A question for the size, until the serial line's terminal has answered or had time to.
struct pending_size {
    bool used;
    struct ts_call call;
    desc_t reply;
};

// Invariants, between two messages:
// - There are one or two sessions. Two share no device: the first has the serial line, the second the screen.
// - No two clients have the same process, and none passes its turn to itself. Who has gone is no client and
//   no shell; in the foreground it stays while the shell waits for its group, and nobody reads (clients.c).
// - A session's line is raw if and only if the client is whose turn it is: every change of foreground, shell,
//   client or turn is followed by input_mode_update().
// - Where a line can be read, no read waits of the client whose turn it is: every change of line or turn is
//   followed by reads_serve().
// - A pending read or size is used exactly while its reply object holds the call. A badge has at most one
//   read that waits.
// - A size waits only while the probe of its session asks, and an asking probe has the timer set.
// - Ctrl-C is kept in a session (interrupt_next) only while nothing stands in its foreground, or who stands
//   there has gone: foreground_gone, which only a shell's word for it and its end take back.
// - With `frames` nothing is read and nothing waits; sessions have no input.
struct console {
    // Immutable once the console serves.
    bool frames;
    desc_t init;
    size_t session_count;
    // Changed by each message.
    struct session sessions[SESSIONS_MAX];
    struct client clients[CLIENTS_MAX];   // clients.c
    struct pending_read reads[READS_MAX]; // reads.c
    struct pending_size sizes[SIZES_MAX]; // sizes.c
};

extern struct console console;

// The session where the client with this badge sits.
struct session *session_of(uint64_t badge);

#endif
