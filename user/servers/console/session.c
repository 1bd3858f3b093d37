// SPDX-License-Identifier: MIT
//
// See session.h.

#include "session.h"
#include <base/string.h>

enum { CHUNK = 2048, COLUMNS_USUAL = 80, ROWS_USUAL = 24 };

static void device_put(unsigned devices, const char *bytes, size_t length) {
    if (devices & DEVICE_SERIAL)
        serial_put(SERIAL_TEXT_OUTPUT, bytes, length, (devices & DEVICE_SCREEN) != 0);
    if (devices & DEVICE_SCREEN)
        screen_put(bytes, length);
}

static void tail_add(struct session *session, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            session->tail_length = 0;
        } else if (session->tail_length < SESSION_TAIL_SIZE) {
            session->tail[session->tail_length++] = bytes[i];
        }
    }
}

void session_put(struct session *session, const char *bytes, size_t length) {
    char out[2 * CHUNK];
    while (length > 0) {
        size_t step = min_u64(length, CHUNK);
        size_t used = 0;
        for (size_t i = 0; i < step; i++) {
            if (bytes[i] == '\n')
                out[used++] = '\r';
            out[used++] = bytes[i];
        }
        device_put(session->devices, out, used);
        tail_add(session, bytes, step);
        bytes += step;
        length -= step;
    }
}

static void echo(void *context, const char *bytes, size_t length) {
    session_put(context, bytes, length);
}

void session_init(struct session *session, unsigned devices) {
    *session = (struct session){.devices = devices};
    line_init(&session->line, echo, session);
}

void session_notice(struct session *session, const char *line, size_t length) {
    char tail[SESSION_TAIL_SIZE];
    size_t tail_length = session->tail_length;
    memcpy(tail, session->tail, tail_length);
    if (tail_length > 0)
        session_put(session, "\r\x1b[K", 4);
    session_put(session, line, length);
    session_put(session, tail, tail_length);
}

void session_repaint(struct session *session) {
    if (!(session->devices & DEVICE_SCREEN))
        return;
    screen_put("\r\x1b[K", 4);
    screen_put(session->tail, session->tail_length);
}

static void size_limit(unsigned *size, unsigned limit) {
    if (limit > 0 && (*size == 0 || limit < *size))
        *size = limit;
}

void session_size(const struct session *session, unsigned *columns, unsigned *rows) {
    *columns = *rows = 0;
    if (session->devices & DEVICE_SCREEN) {
        size_limit(columns, screen_columns());
        size_limit(rows, screen_rows());
    }
    if (session->devices & DEVICE_SERIAL) {
        size_limit(columns, session->probe.columns);
        size_limit(rows, session->probe.rows);
    }
    *columns = *columns == 0 ? COLUMNS_USUAL : *columns;
    *rows = *rows == 0 ? ROWS_USUAL : *rows;
}
