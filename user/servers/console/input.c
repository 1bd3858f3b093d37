// SPDX-License-Identifier: MIT
//
// See input.h.

#include "input.h"
#include "clients.h"
#include "reads.h"
#include "sizes.h"
#include <abi/constants.h>
#include <protocols/init.h>

enum { CHUNK = 256 };

void input_interrupt(struct session *session) {
    reads_interrupt(client_in_turn(session));
    // A program that has just ended is no error. Between programs it is meant for the one that is being
    // started.
    if (session->foreground != 0)
        (void)init_interrupt(console.init, session->foreground, DEADLINE_NONE);
    if (session->foreground == 0 || session->foreground_gone)
        session->interrupt_next = true;
}

void input_mode_update(struct session *session) {
    const struct client *client = client_find(client_in_turn(session));
    if (line_mode(&session->line, client != nullptr && client->raw))
        input_interrupt(session);
}

static void typed(struct session *session, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (line_input(&session->line, bytes[i]))
            input_interrupt(session);
    }
}

// What the probe held was no answer.
static void typed_held(struct session *session) {
    typed(session, session->probe.held, session->probe.held_count);
    session->probe.held_count = 0;
}

// Bytes of the serial line, from which the answer to a question for the size is taken out.
static void typed_serial(struct session *session, const char *bytes, size_t count) {
    struct probe *probe = &session->probe;
    for (size_t i = 0; i < count; i++) {
        enum probe_result result = PROBE_TYPED;
        if (probe->asking) {
            result = probe_feed(probe, bytes[i]);
        } else {
            probe->held[probe->held_count++] = bytes[i];
        }
        if (result == PROBE_TYPED)
            typed_held(session);
        if (result == PROBE_ANSWERED)
            sizes_answer(session);
    }
}

void input_probes_end(void) {
    for (size_t i = 0; i < console.session_count; i++) {
        struct session *session = &console.sessions[i];
        if (!session->probe.asking)
            continue;
        // Nobody is there who answers, or somebody else than before.
        session->probe.asking = false;
        session->probe.rows = session->probe.columns = 0;
        typed_held(session);
        sizes_answer(session);
    }
}

static void session_input(struct session *session) {
    char bytes[CHUNK];
    size_t count;
    while ((session->devices & DEVICE_SERIAL) != 0 && (count = serial_take(bytes, sizeof(bytes))) > 0) {
        if (!console.frames)
            typed_serial(session, bytes, count);
    }
    // Where there are both, the one at the serial line is who answers a program's questions.
    bool answers = session->devices == DEVICE_SCREEN;
    while ((session->devices & DEVICE_SCREEN) != 0 &&
           (count = screen_take(bytes, sizeof(bytes), answers)) > 0)
        typed(session, bytes, count);
    reads_serve(session);
}

void input_take(void) {
    for (size_t i = 0; i < console.session_count; i++)
        session_input(&console.sessions[i]);
}
