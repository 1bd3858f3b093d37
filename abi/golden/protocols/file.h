// SPDX-License-Identifier: MIT
// protocols/file.h: Files by name. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <tessera/call.h>

enum file_label : uint32_t {
    FILE_OPEN = 1,
    FILE_READ = 2,
    FILE_LIST = 3,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define FILE_OFFER_SLOTS 0
#define FILE_OFFER_BYTES 0ULL

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Find a file or directory by its absolute path, without `.` and `..`.
// Does not block for long. May be repeated.
// - path, read by the server, at least 1, at most 1024: without a NUL
// - result file: its number
// - result size: bytes
// - result mode: permission bits; bit 32: a directory
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, NOT_DIRECTORY, BAD_NAME, LENT_FAULT, and those of ts_call().
static inline status_t file_open(desc_t server, const void *path, uint64_t path_length, uint64_t *file,
    uint64_t *size, uint64_t *mode, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)path, path_length, RANGE_READ};
    const uint64_t header = FILE_OPEN | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (file)
        *file = words[1];
    if (size)
        *size = words[2];
    if (mode)
        *mode = words[3];
    return outcome;
}

// Read from an offset.
// Does not block for long. May be repeated.
// - file: number of a file
// - offset: where to begin
// - buffer, written by the server, at most 16777216: where to
// - result count: bytes; 0 at the end
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, IS_DIRECTORY, LENT_FAULT, and those of ts_call().
static inline status_t file_read(desc_t server, uint64_t file, uint64_t offset, void *buffer,
    uint64_t buffer_length, uint64_t *count, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {file, offset};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)buffer, buffer_length, RANGE_WRITE};
    const uint64_t header = FILE_READ | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (count)
        *count = words[1];
    return outcome;
}

// The name of an entry of a directory, in order of names.
// Does not block for long. May be repeated.
// - file: number of a directory
// - position: 0, then what `next` says
// - name, written by the server, at least 256, at most 1024: where to; not NUL-ended
// - result length: of the name
// - result entry: number of the entry
// - result size: bytes
// - result mode: as open
// - result next: position of the next entry
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, NOT_DIRECTORY, NOTHING_LEFT, LENT_FAULT, and those of ts_call().
static inline status_t file_list(desc_t server, uint64_t file, uint64_t position, void *name,
    uint64_t name_length, uint64_t *length, uint64_t *entry, uint64_t *size, uint64_t *mode, uint64_t *next,
    uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {file, position};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)name, name_length, RANGE_WRITE};
    const uint64_t header = FILE_LIST | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (length)
        *length = words[1];
    if (entry)
        *entry = words[2];
    if (size)
        *size = words[3];
    if (mode)
        *mode = words[4];
    if (next)
        *next = words[5];
    return outcome;
}

// ---- server

// What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments.
// It returns the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With
// STATUS_OK it owns the descriptors that came; with an error moved ones go back and cloned ones are released.
// Descriptors in the results leave the server (move) or are cloned.
struct file_ops {
    status_t (*open)(struct ts_call *call, struct ts_lent path, uint64_t *file, uint64_t *size,
        uint64_t *mode);
    status_t (*read)(struct ts_call *call, uint64_t file, uint64_t offset, struct ts_lent buffer,
        uint64_t *count);
    status_t (*list)(struct ts_call *call, uint64_t file, uint64_t position, struct ts_lent name,
        uint64_t *length, uint64_t *entry, uint64_t *size, uint64_t *mode, uint64_t *next);
};

static inline void file_open_reply(struct ts_call *call, status_t outcome, uint64_t file, uint64_t size,
    uint64_t mode) {
    call->word[1] = file;
    call->word[2] = size;
    call->word[3] = mode;
    ts_call_answer(call, outcome, 3, 0, nullptr);
}

static inline void file_open_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t file = 0;
    uint64_t size = 0;
    uint64_t mode = 0;
    if (!ops->open || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > 1024ULL)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->open(call, (struct ts_lent){0, call->lent[0].length}, &file, &size, &mode);
    if (outcome != TS_REPLY_LATER)
        file_open_reply(call, outcome, file, size, mode);
}

static inline void file_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void file_read_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > 0x1000000ULL)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        file_read_reply(call, outcome, count);
}

static inline void file_list_reply(struct ts_call *call, status_t outcome, uint64_t length, uint64_t entry,
    uint64_t size, uint64_t mode, uint64_t next) {
    call->word[1] = length;
    call->word[2] = entry;
    call->word[3] = size;
    call->word[4] = mode;
    call->word[5] = next;
    ts_call_answer(call, outcome, 5, 0, nullptr);
}

static inline void file_list_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t length = 0;
    uint64_t entry = 0;
    uint64_t size = 0;
    uint64_t mode = 0;
    uint64_t next = 0;
    if (!ops->list || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 256ULL || call->lent[0].length > 1024ULL)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->list(call, call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &length, &entry, &size, &mode, &next);
    if (outcome != TS_REPLY_LATER)
        file_list_reply(call, outcome, length, entry, size, mode, next);
}

// Decodes one received message, runs its handler and answers. False when it is no call but an event of the
// kernel: then nothing was done. Handlers find `context` in the call.
static inline bool file_serve(const struct file_ops *ops, void *context, struct ts_call *call) {
    if (call->header & (HEADER_EVENT | HEADER_KERNEL))
        return false;
    call->context = context;
    switch ((uint32_t)call->header) {
    case FILE_OPEN:
        file_open_serve(ops, call);
        break;
    case FILE_READ:
        file_read_serve(ops, call);
        break;
    case FILE_LIST:
        file_list_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
