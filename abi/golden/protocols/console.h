// SPDX-License-Identifier: MIT
// protocols/console.h: A terminal with a line discipline. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/console_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Write text. A newline becomes carriage return and newline on a terminal.
// May block. Must not be repeated.
// - kind: of the text
// - text, read by the server, at most CONSOLE_WRITE_MAX: bytes
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, and those of ts_call().
static inline status_t console_write(desc_t server, enum console_text kind, const void *text,
    uint64_t text_length, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {kind};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)text, text_length, RANGE_READ};
    const uint64_t header = CONSOLE_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Wait for a line (or, in raw mode, for a byte) and take it.
// May block. Must not be repeated.
// - buffer, written by the server, at least 1, at most CONSOLE_READ_MAX: where to
// - result count: bytes; 0: end of file (Ctrl-D)
// Errors: BAD_REQUEST, BAD_SIZE, TOO_MANY, INTERRUPTED, LENT_FAULT, and those of ts_call().
static inline status_t console_read(desc_t server, void *buffer, uint64_t buffer_length, uint64_t *count,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = CONSOLE_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// How input is treated while this client reads; at first lines.
// Does not block for long. May be repeated.
// - input: from now on
// Errors: BAD_REQUEST, TOO_MANY, and those of ts_call().
static inline status_t console_mode(desc_t server, enum console_input input, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {input};
    const uint64_t header = CONSOLE_MODE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Which process reads and is ended by Ctrl-C.
// Does not block for long. May be repeated. Needs the grant `session`.
// - process: its number; 0: the shell itself
// Errors: NOT_PERMITTED, BAD_REQUEST, and those of ts_call().
static inline status_t console_foreground(desc_t server, uint64_t process, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process};
    const uint64_t header = CONSOLE_FOREGROUND;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// A line of the log. On a terminal it stands on a line of its own.
// May block. Must not be repeated. Needs the grant `notice`.
// - text, read by the server, at most CONSOLE_NOTICE_MAX: without a newline
// Errors: BAD_REQUEST, BAD_SIZE, LENT_FAULT, NOT_PERMITTED, and those of ts_call().
static inline status_t console_notice(desc_t server, const void *text, uint64_t text_length,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)text, text_length, RANGE_READ};
    const uint64_t header = CONSOLE_NOTICE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Where this client may read, another reads in its place, until that one has ended.
// Does not block for long. May be repeated.
// - process: its number; 0: nobody any more
// Errors: BAD_REQUEST, TOO_MANY, and those of ts_call().
static inline status_t console_pass(desc_t server, uint64_t process, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {process};
    const uint64_t header = CONSOLE_PASS;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// How large the terminal is: of a session on screen and serial line the smaller of both, and 80 x 24 where
// nobody says.
// May block. May be repeated.
// - result columns: characters in a row
// - result rows: rows
// Errors: BAD_REQUEST, NOT_HERE, and those of ts_call().
static inline status_t console_size(desc_t server, uint64_t *columns, uint64_t *rows, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = CONSOLE_SIZE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (columns)
        *columns = words[1];
    if (rows)
        *rows = words[2];
    return outcome;
}

// Whether Ctrl-C was typed while no program stood in the foreground; it is forgotten then.
// Does not block for long. Must not be repeated. Needs the grant `session`.
// - result typed: 0 or 1
// Errors: NOT_PERMITTED, BAD_REQUEST, and those of ts_call().
static inline status_t console_interrupted(desc_t server, uint64_t *typed, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = CONSOLE_INTERRUPTED;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (typed)
        *typed = words[1];
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct console_ops {
    status_t (*write)(struct ts_call *call, enum console_text kind, struct ts_lent text);
    status_t (*read)(struct ts_call *call, struct ts_lent buffer, uint64_t *count);
    status_t (*mode)(struct ts_call *call, enum console_input input);
    status_t (*foreground)(struct ts_call *call, uint64_t process);
    status_t (*notice)(struct ts_call *call, struct ts_lent text);
    status_t (*pass)(struct ts_call *call, uint64_t process);
    status_t (*size)(struct ts_call *call, uint64_t *columns, uint64_t *rows);
    status_t (*interrupted)(struct ts_call *call, uint64_t *typed);
};

static inline bool console_write_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void console_write_serve(const struct console_ops *ops, struct ts_call *call) {
    if (!ops->write || !ts_call_has(call, 1, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > CONSOLE_TEXT_MESSAGES)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > CONSOLE_WRITE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, (enum console_text)call->word[0],
        (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        console_write_reply(call, outcome);
}

static inline bool console_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void console_read_serve(const struct console_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > CONSOLE_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        console_read_reply(call, outcome, count);
}

static inline bool console_mode_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void console_mode_serve(const struct console_ops *ops, struct ts_call *call) {
    if (!ops->mode || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > CONSOLE_INPUT_RAW)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->mode(call, (enum console_input)call->word[0]);
    if (outcome != TS_REPLY_LATER)
        console_mode_reply(call, outcome);
}

static inline bool console_foreground_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void console_foreground_serve(const struct console_ops *ops, struct ts_call *call) {
    if (!ops->foreground || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->foreground(call, call->word[0]);
    if (outcome != TS_REPLY_LATER)
        console_foreground_reply(call, outcome);
}

static inline bool console_notice_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void console_notice_serve(const struct console_ops *ops, struct ts_call *call) {
    if (!ops->notice || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > CONSOLE_NOTICE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->notice(call, (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        console_notice_reply(call, outcome);
}

static inline bool console_pass_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void console_pass_serve(const struct console_ops *ops, struct ts_call *call) {
    if (!ops->pass || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->pass(call, call->word[0]);
    if (outcome != TS_REPLY_LATER)
        console_pass_reply(call, outcome);
}

static inline bool console_size_reply(struct ts_call *call, status_t outcome, uint64_t columns,
    uint64_t rows) {
    call->word[1] = columns;
    call->word[2] = rows;
    return ts_call_answer(call, outcome, 2, 0, nullptr);
}

static inline void console_size_serve(const struct console_ops *ops, struct ts_call *call) {
    uint64_t columns = 0;
    uint64_t rows = 0;
    if (!ops->size || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->size(call, &columns, &rows);
    if (outcome != TS_REPLY_LATER)
        console_size_reply(call, outcome, columns, rows);
}

static inline bool console_interrupted_reply(struct ts_call *call, status_t outcome, uint64_t typed) {
    call->word[1] = typed;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void console_interrupted_serve(const struct console_ops *ops, struct ts_call *call) {
    uint64_t typed = 0;
    if (!ops->interrupted || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->interrupted(call, &typed);
    if (outcome != TS_REPLY_LATER)
        console_interrupted_reply(call, outcome, typed);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool console_serve(const struct console_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case CONSOLE_WRITE:
        console_write_serve(ops, call);
        break;
    case CONSOLE_READ:
        console_read_serve(ops, call);
        break;
    case CONSOLE_MODE:
        console_mode_serve(ops, call);
        break;
    case CONSOLE_FOREGROUND:
        console_foreground_serve(ops, call);
        break;
    case CONSOLE_NOTICE:
        console_notice_serve(ops, call);
        break;
    case CONSOLE_PASS:
        console_pass_serve(ops, call);
        break;
    case CONSOLE_SIZE:
        console_size_serve(ops, call);
        break;
    case CONSOLE_INTERRUPTED:
        console_interrupted_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
