// SPDX-License-Identifier: MIT
// protocols/terminal.h: Characters on the screen. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/terminal_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Show text and obey the control sequences in it. It is drawn a moment later, at most once a frame.
// Does not block for long. Must not be repeated.
// - text, read by the server, at most TERMINAL_WRITE_MAX: UTF-8
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t terminal_write(desc_t server, const void *text, uint64_t text_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)text, text_length, RANGE_READ};
    const uint64_t header = TERMINAL_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Take what the terminal answers to questions in the text; it signals the console when there is something.
// Does not block for long. Must not be repeated.
// - buffer, written by the server, at most TERMINAL_READ_MAX: where to
// - result count: bytes
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t terminal_read(desc_t server, void *buffer, uint64_t buffer_length, uint64_t *count,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = TERMINAL_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// How many characters the screen has room for.
// Does not block for long. May be repeated.
// - result columns: 0: there is no screen
// - result rows: 0: there is no screen
// Errors: BAD_REQUEST, and those of ts_call().
static inline status_t terminal_size(desc_t server, uint64_t *columns, uint64_t *rows, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = TERMINAL_SIZE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (columns)
        *columns = words[1];
    if (rows)
        *rows = words[2];
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct terminal_ops {
    status_t (*write)(struct ts_call *call, struct ts_lent text);
    status_t (*read)(struct ts_call *call, struct ts_lent buffer, uint64_t *count);
    status_t (*size)(struct ts_call *call, uint64_t *columns, uint64_t *rows);
};

static inline bool terminal_write_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void terminal_write_serve(const struct terminal_ops *ops, struct ts_call *call) {
    if (!ops->write || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > TERMINAL_WRITE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        terminal_write_reply(call, outcome);
}

static inline bool terminal_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void terminal_read_serve(const struct terminal_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > TERMINAL_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        terminal_read_reply(call, outcome, count);
}

static inline bool terminal_size_reply(struct ts_call *call, status_t outcome, uint64_t columns,
    uint64_t rows) {
    call->word[1] = columns;
    call->word[2] = rows;
    return ts_call_answer(call, outcome, 2, 0, nullptr);
}

static inline void terminal_size_serve(const struct terminal_ops *ops, struct ts_call *call) {
    uint64_t columns = 0;
    uint64_t rows = 0;
    if (!ops->size || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->size(call, &columns, &rows);
    if (outcome != TS_REPLY_LATER)
        terminal_size_reply(call, outcome, columns, rows);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool terminal_serve(const struct terminal_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case TERMINAL_WRITE:
        terminal_write_serve(ops, call);
        break;
    case TERMINAL_READ:
        terminal_read_serve(ops, call);
        break;
    case TERMINAL_SIZE:
        terminal_size_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
