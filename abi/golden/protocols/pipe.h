// SPDX-License-Identifier: MIT
// protocols/pipe.h: Pipes. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/pipe_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// A new pipe.
// Does not block for long. Must not be repeated.
// - result reader: its reading end
// - result writer: its writing end
// Errors: BAD_REQUEST, TOO_MANY, NO_QUOTA, NO_PLACE, NOT_PERMITTED, and those of ts_call().
static inline status_t pipe_make(desc_t server, desc_t *reader, desc_t *writer, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint32_t types[] = {OBJECT_BADGE, OBJECT_BADGE};
    desc_t taken[2];
    const uint64_t header = PIPE_MAKE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0ULL + 0ULL, 2, types, taken);
    *reader = taken[0];
    *writer = taken[1];
    return outcome;
}

// Through a reading end: wait until there are bytes, and take as many as there are and fit.
// May block. Must not be repeated.
// - buffer, written by the server, at least 1, at most PIPE_READ_MAX: where to
// - result count: bytes; 0: there is no writing end any more, and all was read
// Errors: BAD_REQUEST, BAD_SIZE, PIPE_CLOSED, TOO_MANY, NOT_PERMITTED, LENT_FAULT, and those of ts_call().
static inline status_t pipe_read(desc_t server, void *buffer, uint64_t buffer_length, uint64_t *count,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = PIPE_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// Through a writing end: wait until the pipe has taken all bytes. What others write does not come between
// them.
// May block. Must not be repeated.
// - bytes, read by the server, at most PIPE_WRITE_MAX: what to write
// Errors: BAD_REQUEST, BAD_SIZE, PIPE_CLOSED, TOO_MANY, NOT_PERMITTED, LENT_FAULT, and those of ts_call().
static inline status_t pipe_write(desc_t server, const void *bytes, uint64_t bytes_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)bytes, bytes_length, RANGE_READ};
    const uint64_t header = PIPE_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct pipe_ops {
    status_t (*make)(struct ts_call *call, desc_t *reader, desc_t *writer);
    status_t (*read)(struct ts_call *call, struct ts_lent buffer, uint64_t *count);
    status_t (*write)(struct ts_call *call, struct ts_lent bytes);
};

static inline bool pipe_make_reply(struct ts_call *call, status_t outcome, desc_t reader, desc_t writer) {
    struct message_descriptor send[2];
    send[0] = (struct message_descriptor){reader.value, RIGHT_INSPECT | RIGHT_BADGE_CALL | RIGHT_CLONE | RIGHT_TRANSFER, DESCRIPTOR_MOVE};
    send[1] = (struct message_descriptor){writer.value, RIGHT_INSPECT | RIGHT_BADGE_CALL | RIGHT_CLONE | RIGHT_TRANSFER, DESCRIPTOR_MOVE};
    return ts_call_answer(call, outcome, 0, 2, send);
}

static inline void pipe_make_serve(const struct pipe_ops *ops, struct ts_call *call) {
    desc_t reader = {0};
    desc_t writer = {0};
    if (!ops->make || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->make(call, &reader, &writer);
    if (outcome != TS_REPLY_LATER)
        pipe_make_reply(call, outcome, reader, writer);
}

static inline bool pipe_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void pipe_read_serve(const struct pipe_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > PIPE_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        pipe_read_reply(call, outcome, count);
}

static inline bool pipe_write_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void pipe_write_serve(const struct pipe_ops *ops, struct ts_call *call) {
    if (!ops->write || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > PIPE_WRITE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        pipe_write_reply(call, outcome);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool pipe_serve(const struct pipe_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case PIPE_MAKE:
        pipe_make_serve(ops, call);
        break;
    case PIPE_READ:
        pipe_read_serve(ops, call);
        break;
    case PIPE_WRITE:
        pipe_write_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
