// SPDX-License-Identifier: MIT
// protocols/log.h: The system's log. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/log_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Add a line. A client may write 30 at once and 10 a second; how many were refused is said with the next.
// Does not block for long. Must not be repeated.
// - level, at most 4: 0 error, 1 warning, 2 notice: these are shown on the console too; 3 information, 4 for
//   debugging
// - text, read by the server, at least 1, at most LOG_TEXT_MAX: without a newline
// Errors: BAD_REQUEST, BAD_SIZE, TOO_MANY, LENT_FAULT, and those of ts_call().
static inline status_t log_write(desc_t server, uint64_t level, const void *text, uint64_t text_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {level};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)text, text_length, RANGE_READ};
    const uint64_t header = LOG_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Read from a position; what was overwritten is skipped.
// Does not block for long. May be repeated. Needs the grant `read_log`.
// - position: bytes since boot
// - buffer, written by the server, at least 1, at most LOG_READ_MAX: where to
// - result count: bytes; 0 at the end
// - result next: position to go on from
// Errors: NOT_PERMITTED, BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t log_read(desc_t server, uint64_t position, void *buffer, uint64_t buffer_length,
    uint64_t *count, uint64_t *next, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {position};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = LOG_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    if (next)
        *next = words[2];
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct log_ops {
    status_t (*write)(struct ts_call *call, uint64_t level, struct ts_lent text);
    status_t (*read)(struct ts_call *call, uint64_t position, struct ts_lent buffer, uint64_t *count,
        uint64_t *next);
};

static inline bool log_write_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void log_write_serve(const struct log_ops *ops, struct ts_call *call) {
    if (!ops->write || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > 4ULL)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > LOG_TEXT_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, call->word[0], (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        log_write_reply(call, outcome);
}

static inline bool log_read_reply(struct ts_call *call, status_t outcome, uint64_t count, uint64_t next) {
    call->word[1] = count;
    call->word[2] = next;
    return ts_call_answer(call, outcome, 2, 0, nullptr);
}

static inline void log_read_serve(const struct log_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    uint64_t next = 0;
    if (!ops->read || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > LOG_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, call->word[0], (struct ts_lent){0, call->lent[0].length}, &count,
        &next);
    if (outcome != TS_REPLY_LATER)
        log_read_reply(call, outcome, count, next);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool log_serve(const struct log_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case LOG_WRITE:
        log_write_serve(ops, call);
        break;
    case LOG_READ:
        log_read_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
