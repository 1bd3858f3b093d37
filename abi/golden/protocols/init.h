// SPDX-License-Identifier: MIT
// protocols/init.h: Processes: start, wait, list, end. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/init_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Start a program. It gets what the image grants to its name, and of the caller's only its streams.
// Does not block for long. Must not be repeated. Needs the grant `spawn`.
// - environment, at most INIT_ENVIRONMENT_MAX: how many of the strings are NAME=VALUE
// - group: INIT_GROUP_OWN, INIT_GROUP_NEW, or the number of a child of the caller, whose group it joins
// - memory: bytes of its quota, at most what the image says; 0: what the image says
// - priority: of its threads, at most what the image says; 0: what the image says
// - arguments, read by the server, at most INIT_ARGUMENTS_MAX: NUL-ended strings: working directory, path,
//   the environment, argument 0, argument 1, ...
// - streams, read by the server, at least INIT_STREAMS_SIZE, at most INIT_STREAMS_SIZE: three struct stream:
//   input, output, messages
// - result process: its number
// Errors: NOT_PERMITTED, BAD_REQUEST, BAD_SIZE, BAD_VALUE, NOT_FOUND, BAD_NAME, IS_DIRECTORY, BAD_IMAGE,
// TOO_MANY, NO_QUOTA, LENT_FAULT, and those of ts_call().
static inline status_t init_spawn(desc_t server, uint64_t environment, uint64_t group, uint64_t memory,
    uint64_t priority, const void *arguments, uint64_t arguments_length, const void *streams,
    uint64_t streams_length, uint64_t *process, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {environment, group, memory, priority};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)arguments, arguments_length, RANGE_READ};
    page->lend[1] = (struct message_range){(uintptr_t)streams, streams_length, RANGE_READ};
    const uint64_t header = INIT_SPAWN | 2ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (process)
        *process = words[1];
    return outcome;
}

// Leave the end of a pipe with init for the next `spawn` of the caller, which takes or drops all that was
// left.
// Does not block for long. Must not be repeated. Needs the grant `spawn`.
// - stream, at most INIT_STREAM_LAST: which stream of the new process it becomes
// - end, badge, cloned: the end
// Errors: NOT_PERMITTED, BAD_REQUEST, TOO_MANY, and those of ts_call().
static inline status_t init_hand_over(desc_t server, uint64_t stream, desc_t end, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {stream};
    struct message_page *page = message_page();
    page->send[0] = (struct message_descriptor){end.value, RIGHT_BADGE_CALL | RIGHT_CLONE | RIGHT_TRANSFER, DESCRIPTOR_CLONE};
    const uint64_t header = INIT_HAND_OVER | 1ULL << HEADER_DESCRIPTORS_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Wait for the end of a process that the caller started, and forget it. A further wait for the same process
// takes the place of one that still waits, which is answered INTERRUPTED.
// May block. Must not be repeated.
// - process: its number
// - kind: when it still runs
// - result exit_status: 0 to 255
// - result reason: END_ value
// - result cpu_time: nanoseconds that it ran, with those of its children that it waited for
// Errors: NOT_FOUND, TIMED_OUT, BAD_REQUEST, INTERRUPTED, and those of ts_call().
static inline status_t init_wait(desc_t server, uint64_t process, enum init_wait kind, uint64_t *exit_status,
    uint64_t *reason, uint64_t *cpu_time, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process, kind};
    const uint64_t header = INIT_WAIT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (exit_status)
        *exit_status = words[1];
    if (reason)
        *reason = words[2];
    if (cpu_time)
        *cpu_time = words[3];
    return outcome;
}

// End a process; its status is 137.
// Does not block for long. May be repeated. Needs the grant `kill`.
// - process: its number
// Errors: NOT_PERMITTED, NOT_FOUND, BAD_REQUEST, and those of ts_call().
static inline status_t init_kill(desc_t server, uint64_t process, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process};
    const uint64_t header = INIT_KILL;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// End a group of programs because a person typed Ctrl-C; their status is 130. Services are not ended so.
// Does not block for long. May be repeated. Needs the grant `interrupt`.
// - process: the number of one of them
// Errors: NOT_PERMITTED, NOT_FOUND, BAD_REQUEST, and those of ts_call().
static inline status_t init_interrupt(desc_t server, uint64_t process, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process};
    const uint64_t header = INIT_INTERRUPT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// The process with the lowest number above one.
// Does not block for long. May be repeated. Needs the grant `audit`.
// - after: a process number; 0 starts
// - record, written by the server, at least INIT_PROCESS_RECORD_SIZE, at most INIT_PROCESS_RECORD_SIZE: a
//   struct process_record
// Errors: NOT_PERMITTED, NOTHING_LEFT, BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t init_list(desc_t server, uint64_t after, void *record, uint64_t record_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {after};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)record, record_length, RANGE_WRITE};
    const uint64_t header = INIT_LIST | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Descriptors of a process, as process_table gives them.
// Does not block for long. May be repeated. Needs the grant `audit`.
// - process: its number; 0: init
// - index, at most 32768: table index to begin at
// - entries, written by the server, at least 32, at most 2048: an array of struct table_entry
// - result filled: entries
// - result next: index to go on from; DESCRIPTORS_PER_PROCESS at the end
// Errors: NOT_PERMITTED, NOT_FOUND, BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t init_descriptors(desc_t server, uint64_t process, uint64_t index, void *entries,
    uint64_t entries_length, uint64_t *filled, uint64_t *next, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process, index};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)entries, entries_length, RANGE_WRITE};
    const uint64_t header = INIT_DESCRIPTORS | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (filled)
        *filled = words[1];
    if (next)
        *next = words[2];
    return outcome;
}

// The root quota, or the one of a process.
// Does not block for long. May be repeated. Needs the grant `audit`.
// - process: a process number; 0: the root quota
// - info, written by the server, at least 256, at most 256: a struct quota_info
// - result memory_bytes: usable memory of the machine
// Errors: NOT_PERMITTED, NOT_FOUND, BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t init_quota(desc_t server, uint64_t process, void *info, uint64_t info_length,
    uint64_t *memory_bytes, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)info, info_length, RANGE_WRITE};
    const uint64_t header = INIT_QUOTA | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (memory_bytes)
        *memory_bytes = words[1];
    return outcome;
}

// A service of the image, in its order.
// Does not block for long. May be repeated. Needs the grant `audit`.
// - index: from 0 on
// - record, written by the server, at least INIT_SERVICE_RECORD_SIZE, at most INIT_SERVICE_RECORD_SIZE: a
//   struct service_record
// Errors: NOT_PERMITTED, NOTHING_LEFT, BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t init_service(desc_t server, uint64_t index, void *record, uint64_t record_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {index};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)record, record_length, RANGE_WRITE};
    const uint64_t header = INIT_SERVICE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// End a service, and start it again unless it is to stay down. While it is down its callers get NO_SERVER.
// NOT_PERMITTED too: the system cannot go on without it; NO_SERVER: it failed too often.
// Does not block for long. May be repeated. Needs the grant `control`.
// - index: as in `service`
// - action: what becomes of it
// Errors: NOT_PERMITTED, NOT_FOUND, NO_SERVER, BAD_REQUEST, and those of ts_call().
static inline status_t init_control(desc_t server, uint64_t index, enum init_control action,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {index, action};
    const uint64_t header = INIT_CONTROL;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct init_ops {
    status_t (*spawn)(struct ts_call *call, uint64_t environment, uint64_t group, uint64_t memory,
        uint64_t priority, struct ts_lent arguments, struct ts_lent streams, uint64_t *process);
    status_t (*hand_over)(struct ts_call *call, uint64_t stream, desc_t end);
    status_t (*wait)(struct ts_call *call, uint64_t process, enum init_wait kind, uint64_t *exit_status,
        uint64_t *reason, uint64_t *cpu_time);
    status_t (*kill)(struct ts_call *call, uint64_t process);
    status_t (*interrupt)(struct ts_call *call, uint64_t process);
    status_t (*list)(struct ts_call *call, uint64_t after, struct ts_lent record);
    status_t (*descriptors)(struct ts_call *call, uint64_t process, uint64_t index, struct ts_lent entries,
        uint64_t *filled, uint64_t *next);
    status_t (*quota)(struct ts_call *call, uint64_t process, struct ts_lent info, uint64_t *memory_bytes);
    status_t (*service)(struct ts_call *call, uint64_t index, struct ts_lent record);
    status_t (*control)(struct ts_call *call, uint64_t index, enum init_control action);
};

static inline bool init_spawn_reply(struct ts_call *call, status_t outcome, uint64_t process) {
    call->word[1] = process;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void init_spawn_serve(const struct init_ops *ops, struct ts_call *call) {
    uint64_t process = 0;
    if (!ops->spawn || !ts_call_has(call, 4, 2, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > INIT_ENVIRONMENT_MAX)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > INIT_ARGUMENTS_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    if (!(call->lent[1].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[1].length < INIT_STREAMS_SIZE || call->lent[1].length > INIT_STREAMS_SIZE)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->spawn(call, call->word[0], call->word[1], call->word[2], call->word[3],
        (struct ts_lent){0, call->lent[0].length}, (struct ts_lent){1, call->lent[1].length}, &process);
    if (outcome != TS_REPLY_LATER)
        init_spawn_reply(call, outcome, process);
}

static inline bool init_hand_over_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_hand_over_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->hand_over || !ts_call_has(call, 1, 0, 1))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > INIT_STREAM_LAST)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!ts_call_descriptor_is(call, 0, OBJECT_BADGE, RIGHT_BADGE_CALL | RIGHT_CLONE | RIGHT_TRANSFER))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->hand_over(call, call->word[0], (desc_t){call->received[0].descriptor});
    if (outcome != TS_REPLY_LATER)
        init_hand_over_reply(call, outcome);
}

static inline bool init_wait_reply(struct ts_call *call, status_t outcome, uint64_t exit_status,
    uint64_t reason, uint64_t cpu_time) {
    call->word[1] = exit_status;
    call->word[2] = reason;
    call->word[3] = cpu_time;
    return ts_call_answer(call, outcome, 3, 0, nullptr);
}

static inline void init_wait_serve(const struct init_ops *ops, struct ts_call *call) {
    uint64_t exit_status = 0;
    uint64_t reason = 0;
    uint64_t cpu_time = 0;
    if (!ops->wait || !ts_call_has(call, 2, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[1] > INIT_WAIT_POLL)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->wait(call, call->word[0], (enum init_wait)call->word[1], &exit_status,
        &reason, &cpu_time);
    if (outcome != TS_REPLY_LATER)
        init_wait_reply(call, outcome, exit_status, reason, cpu_time);
}

static inline bool init_kill_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_kill_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->kill || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->kill(call, call->word[0]);
    if (outcome != TS_REPLY_LATER)
        init_kill_reply(call, outcome);
}

static inline bool init_interrupt_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_interrupt_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->interrupt || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->interrupt(call, call->word[0]);
    if (outcome != TS_REPLY_LATER)
        init_interrupt_reply(call, outcome);
}

static inline bool init_list_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_list_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->list || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < INIT_PROCESS_RECORD_SIZE || call->lent[0].length > INIT_PROCESS_RECORD_SIZE)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->list(call, call->word[0], (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        init_list_reply(call, outcome);
}

static inline bool init_descriptors_reply(struct ts_call *call, status_t outcome, uint64_t filled,
    uint64_t next) {
    call->word[1] = filled;
    call->word[2] = next;
    return ts_call_answer(call, outcome, 2, 0, nullptr);
}

static inline void init_descriptors_serve(const struct init_ops *ops, struct ts_call *call) {
    uint64_t filled = 0;
    uint64_t next = 0;
    if (!ops->descriptors || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[1] > 32768ULL)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 32ULL || call->lent[0].length > 2048ULL)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->descriptors(call, call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &filled, &next);
    if (outcome != TS_REPLY_LATER)
        init_descriptors_reply(call, outcome, filled, next);
}

static inline bool init_quota_reply(struct ts_call *call, status_t outcome, uint64_t memory_bytes) {
    call->word[1] = memory_bytes;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void init_quota_serve(const struct init_ops *ops, struct ts_call *call) {
    uint64_t memory_bytes = 0;
    if (!ops->quota || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 256ULL || call->lent[0].length > 256ULL)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->quota(call, call->word[0], (struct ts_lent){0, call->lent[0].length},
        &memory_bytes);
    if (outcome != TS_REPLY_LATER)
        init_quota_reply(call, outcome, memory_bytes);
}

static inline bool init_service_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_service_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->service || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < INIT_SERVICE_RECORD_SIZE || call->lent[0].length > INIT_SERVICE_RECORD_SIZE)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->service(call, call->word[0], (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        init_service_reply(call, outcome);
}

static inline bool init_control_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void init_control_serve(const struct init_ops *ops, struct ts_call *call) {
    if (!ops->control || !ts_call_has(call, 2, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[1] > INIT_CONTROL_STOP)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->control(call, call->word[0], (enum init_control)call->word[1]);
    if (outcome != TS_REPLY_LATER)
        init_control_reply(call, outcome);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool init_serve(const struct init_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case INIT_SPAWN:
        init_spawn_serve(ops, call);
        break;
    case INIT_HAND_OVER:
        init_hand_over_serve(ops, call);
        break;
    case INIT_WAIT:
        init_wait_serve(ops, call);
        break;
    case INIT_KILL:
        init_kill_serve(ops, call);
        break;
    case INIT_INTERRUPT:
        init_interrupt_serve(ops, call);
        break;
    case INIT_LIST:
        init_list_serve(ops, call);
        break;
    case INIT_DESCRIPTORS:
        init_descriptors_serve(ops, call);
        break;
    case INIT_QUOTA:
        init_quota_serve(ops, call);
        break;
    case INIT_SERVICE:
        init_service_serve(ops, call);
        break;
    case INIT_CONTROL:
        init_control_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
