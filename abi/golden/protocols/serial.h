// SPDX-License-Identifier: MIT
// protocols/serial.h: Bytes in and out of a serial line. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/serial_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Queue bytes; answered when all are in the driver's queue. A line that takes nothing for two seconds loses
// them (TIMED_OUT).
// May block. Must not be repeated.
// - kind: of the bytes
// - bytes, read by the server, at most SERIAL_WRITE_MAX: what to write
// Errors: BAD_REQUEST, BAD_SIZE, TOO_MANY, TIMED_OUT, LENT_FAULT, and those of ts_call().
static inline status_t serial_write(desc_t server, enum serial_text kind, const void *bytes,
    uint64_t bytes_length, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {kind};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)bytes, bytes_length, RANGE_READ};
    const uint64_t header = SERIAL_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Take what has arrived; the driver signals the console when there is something.
// Does not block for long. Must not be repeated.
// - buffer, written by the server, at most SERIAL_READ_MAX: where to
// - result count: bytes
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t serial_read(desc_t server, void *buffer, uint64_t buffer_length, uint64_t *count,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = SERIAL_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// Wait until everything queued has left the device.
// May block. May be repeated.
// Errors: BAD_REQUEST, TOO_MANY, TIMED_OUT, and those of ts_call().
static inline status_t serial_drain(desc_t server, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = SERIAL_DRAIN;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// The end record with the exit status of the boot's command, then drain; in plain mode drain only.
// May block. Must not be repeated. Needs the grant `session`.
// - exit_status, at most 255: exit status
// Errors: NOT_PERMITTED, BAD_REQUEST, TOO_MANY, TIMED_OUT, and those of ts_call().
static inline status_t serial_end(desc_t server, uint64_t exit_status, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {exit_status};
    const uint64_t header = SERIAL_END;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct serial_ops {
    status_t (*write)(struct ts_call *call, enum serial_text kind, struct ts_lent bytes);
    status_t (*read)(struct ts_call *call, struct ts_lent buffer, uint64_t *count);
    status_t (*drain)(struct ts_call *call);
    status_t (*end)(struct ts_call *call, uint64_t exit_status);
};

static inline bool serial_write_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void serial_write_serve(const struct serial_ops *ops, struct ts_call *call) {
    if (!ops->write || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > SERIAL_TEXT_LOG)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > SERIAL_WRITE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, (enum serial_text)call->word[0],
        (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        serial_write_reply(call, outcome);
}

static inline bool serial_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void serial_read_serve(const struct serial_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > SERIAL_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        serial_read_reply(call, outcome, count);
}

static inline bool serial_drain_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void serial_drain_serve(const struct serial_ops *ops, struct ts_call *call) {
    if (!ops->drain || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->drain(call);
    if (outcome != TS_REPLY_LATER)
        serial_drain_reply(call, outcome);
}

static inline bool serial_end_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void serial_end_serve(const struct serial_ops *ops, struct ts_call *call) {
    if (!ops->end || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > 255ULL)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->end(call, call->word[0]);
    if (outcome != TS_REPLY_LATER)
        serial_end_reply(call, outcome);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool serial_serve(const struct serial_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case SERIAL_WRITE:
        serial_write_serve(ops, call);
        break;
    case SERIAL_READ:
        serial_read_serve(ops, call);
        break;
    case SERIAL_DRAIN:
        serial_drain_serve(ops, call);
        break;
    case SERIAL_END:
        serial_end_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
