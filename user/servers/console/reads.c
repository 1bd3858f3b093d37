// SPDX-License-Identifier: MIT
//
// See reads.h.

#include "reads.h"
#include "clients.h"
#include <tessera/syscalls.h>
#include <user/image_grants.h>

enum { READS_FOREGROUND = 4 }; // of READS_MAX

bool reads_create(void) {
    for (size_t i = 0; i < READS_MAX; i++) {
        if (ts_reply_create(&console.reads[i].reply) != STATUS_OK)
            return false;
    }
    return true;
}

static void read_answer(struct pending_read *read, status_t status, uint64_t count) {
    console_read_reply(&read->call, status, count);
    read->used = false;
}

// The longest waiting read of the program whose turn it is.
static struct pending_read *read_next(const struct session *session) {
    struct pending_read *found = nullptr;
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && session_of(read->call.badge) == session && client_may_read(read->call.badge) &&
            (found == nullptr || read->call.number < found->call.number))
            found = read;
    }
    return found;
}

static status_t read_take(const struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    char bytes[LINE_READY_SIZE];
    struct line *line = &session_of(call->badge)->line;
    const struct line before = *line;
    *count = line_read(line, bytes, min_u64(buffer.length, sizeof(bytes)));
    if (*count == 0)
        return STATUS_OK;
    status_t status = ts_call_write(call, buffer, 0, bytes, *count, nullptr);
    if (status == STATUS_OK)
        return STATUS_OK;
    // Nothing is lost when the reader has gone or gave a bad buffer.
    *line = before;
    *count = 0;
    return status;
}

void reads_serve(struct session *session) {
    struct pending_read *read;
    while (line_is_readable(&session->line) && (read = read_next(session)) != nullptr) {
        uint64_t count = 0;
        status_t status = read_take(&read->call, read->buffer, &count);
        read_answer(read, status, count);
    }
}

static void reads_end(uint64_t badge, status_t status) {
    for (size_t i = 0; i < READS_MAX; i++) {
        if (console.reads[i].used && console.reads[i].call.badge == badge)
            read_answer(&console.reads[i], status, 0);
    }
}

void reads_interrupt(uint32_t process) {
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && badge_process(read->call.badge) == process)
            read_answer(read, STATUS_INTERRUPTED, 0);
    }
}

void reads_cancel(uint64_t badge) {
    reads_end(badge, STATUS_CANCELLED);
}

// Programs in the background cannot take the first places, which are the foreground's.
static struct pending_read *place_find(uint64_t badge) {
    for (size_t i = client_may_read(badge) ? 0 : READS_FOREGROUND; i < READS_MAX; i++) {
        if (!console.reads[i].used)
            return &console.reads[i];
    }
    return nullptr;
}

status_t read_begin(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    if (console.frames)
        return STATUS_OK;
    if (client_may_read(call->badge) && line_is_readable(&session_of(call->badge)->line))
        return read_take(call, buffer, count);
    // A client has one read at a time: an older one, whose caller may have given up long ago, ends.
    reads_end(call->badge, STATUS_TOO_MANY);
    struct pending_read *read = place_find(call->badge);
    if (read == nullptr)
        return STATUS_TOO_MANY;
    read->call = *call;
    read->buffer = buffer;
    status_t status = ts_call_keep(&read->call, read->reply);
    read->used = status == STATUS_OK;
    return status == STATUS_OK ? TS_REPLY_LATER : status;
}
