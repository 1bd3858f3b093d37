// SPDX-License-Identifier: MIT
// protocols/power.h: Turn the machine off, or start it again. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/power_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Turn the machine off. Answers only when that failed.
// May block. May be repeated.
// Errors: BAD_REQUEST, NOT_HERE, and those of ts_call().
static inline status_t power_off(desc_t server, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = POWER_OFF;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Start the machine again. Answers only when that failed.
// May block. May be repeated.
// Errors: BAD_REQUEST, NOT_HERE, and those of ts_call().
static inline status_t power_restart(desc_t server, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = POWER_RESTART;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct power_ops {
    status_t (*off)(struct ts_call *call);
    status_t (*restart)(struct ts_call *call);
};

static inline bool power_off_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void power_off_serve(const struct power_ops *ops, struct ts_call *call) {
    if (!ops->off || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->off(call);
    if (outcome != TS_REPLY_LATER)
        power_off_reply(call, outcome);
}

static inline bool power_restart_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void power_restart_serve(const struct power_ops *ops, struct ts_call *call) {
    if (!ops->restart || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->restart(call);
    if (outcome != TS_REPLY_LATER)
        power_restart_reply(call, outcome);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool power_serve(const struct power_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case POWER_OFF:
        power_off_serve(ops, call);
        break;
    case POWER_RESTART:
        power_restart_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
