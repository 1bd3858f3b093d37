// SPDX-License-Identifier: MIT
// protocols/keyboard.h: Keys, as text. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/keyboard_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Take what was typed; the driver signals the console when there is something.
// Does not block for long. Must not be repeated.
// - buffer, written by the server, at least 1, at most KEYBOARD_READ_MAX: where to
// - result count: bytes: UTF-8, and ECMA-48 sequences for the other keys
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t keyboard_read(desc_t server, void *buffer, uint64_t buffer_length, uint64_t *count,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = KEYBOARD_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// Restart the machine: the keyboard controller pulses the processor's reset line. Answered only when that did
// not work.
// Does not block for long. Must not be repeated. Needs the grant `reset`.
// Errors: BAD_REQUEST, NOT_PERMITTED, NOT_HERE, and those of ts_call().
static inline status_t keyboard_reset(desc_t server, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = KEYBOARD_RESET;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct keyboard_ops {
    status_t (*read)(struct ts_call *call, struct ts_lent buffer, uint64_t *count);
    status_t (*reset)(struct ts_call *call);
};

static inline bool keyboard_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void keyboard_read_serve(const struct keyboard_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > KEYBOARD_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        keyboard_read_reply(call, outcome, count);
}

static inline bool keyboard_reset_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void keyboard_reset_serve(const struct keyboard_ops *ops, struct ts_call *call) {
    if (!ops->reset || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->reset(call);
    if (outcome != TS_REPLY_LATER)
        keyboard_reset_reply(call, outcome);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool keyboard_serve(const struct keyboard_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case KEYBOARD_READ:
        keyboard_read_serve(ops, call);
        break;
    case KEYBOARD_RESET:
        keyboard_reset_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
