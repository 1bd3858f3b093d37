// SPDX-License-Identifier: MIT
//
// See sizes.h.

#include "sizes.h"
#include <tessera/syscalls.h>
#include <user/program.h>

#define PROBE_LIMIT_NS 300'000'000ULL

bool sizes_create(void) {
    for (size_t i = 0; i < SIZES_MAX; i++) {
        if (ts_reply_create(&console.sizes[i].reply) != STATUS_OK)
            return false;
    }
    return true;
}

void sizes_answer(struct session *session) {
    unsigned columns, rows;
    session_size(session, &columns, &rows);
    for (size_t i = 0; i < SIZES_MAX; i++) {
        struct pending_size *size = &console.sizes[i];
        if (!size->used || session_of(size->call.badge) != session)
            continue;
        console_size_reply(&size->call, STATUS_OK, columns, rows);
        size->used = false;
    }
}

void sizes_cancel(uint64_t badge) {
    for (size_t i = 0; i < SIZES_MAX; i++) {
        struct pending_size *size = &console.sizes[i];
        if (!size->used || size->call.badge != badge)
            continue;
        console_size_reply(&size->call, STATUS_CANCELLED, 0, 0);
        size->used = false;
    }
}

static struct pending_size *place_find(void) {
    for (size_t i = 0; i < SIZES_MAX; i++) {
        if (!console.sizes[i].used)
            return &console.sizes[i];
    }
    return nullptr;
}

// One question to the terminal serves all who wait for its answer.
static void terminal_ask(struct session *session) {
    if (session->probe.asking)
        return;
    probe_ask(&session->probe);
    serial_put(SERIAL_TEXT_OUTPUT, PROBE_QUESTION, sizeof(PROBE_QUESTION) - 1,
               (session->devices & DEVICE_SCREEN) != 0);
    (void)ts_notification_timer(startup_descriptor("notification"), BIT_PROBE_OVER,
                                clock_now() + PROBE_LIMIT_NS);
}

status_t size_begin(struct ts_call *call, uint64_t *columns, uint64_t *rows) {
    struct session *session = session_of(call->badge);
    if (console.frames)
        return STATUS_NOT_HERE;
    struct pending_size *size = (session->devices & DEVICE_SERIAL) != 0 ? place_find() : nullptr;
    if (size == nullptr) {
        unsigned known_columns, known_rows;
        session_size(session, &known_columns, &known_rows);
        *columns = known_columns;
        *rows = known_rows;
        return STATUS_OK;
    }
    size->call = *call;
    status_t status = ts_call_keep(&size->call, size->reply);
    if (status != STATUS_OK)
        return status;
    size->used = true;
    terminal_ask(session);
    return TS_REPLY_LATER;
}
