// SPDX-License-Identifier: MIT
// protocols/file.h: Files by name. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <protocols/file_values.h>
#include <tessera/call.h>

// ---- client

// `server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null
// pointers are allowed for numbers, not for descriptors.

// Find a file or directory by its path.
// Does not block for long. May be repeated.
// - path, read by the server, at least 1, at most FILE_PATH_MAX: without a NUL
// - result file: its number
// - result size: bytes
// - result mode: FILE_MODE_ bits
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
// - buffer, written by the server, at most FILE_READ_MAX: where to
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

// The name of an entry of a directory: each entry that is there all the time comes once, also when others
// come and go; in no order that a client may rely on.
// Does not block for long. May be repeated.
// - file: number of a directory
// - position: 0, then what `next` says
// - name, written by the server, at least FILE_LIST_MIN, at most FILE_LIST_MAX: where to; not NUL-ended
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

// What a file is now.
// Does not block for long. May be repeated.
// - file: number of a file or directory
// - result size: bytes
// - result mode: as open
// - result changed: when its contents or entries did, in seconds since 1970; 0: not known
// Errors: BAD_REQUEST, NOT_FOUND, and those of ts_call().
static inline status_t file_stat(desc_t server, uint64_t file, uint64_t *size, uint64_t *mode,
    uint64_t *changed, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {file};
    const uint64_t header = FILE_STAT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (size)
        *size = words[1];
    if (mode)
        *mode = words[2];
    if (changed)
        *changed = words[3];
    return outcome;
}

// Make an empty file or directory.
// Does not block for long. May be repeated.
// - kind: of what is made
// - token: see above
// - path, read by the server, at least 1, at most FILE_PATH_MAX: its directory must exist
// - result file: its number
// - result size: bytes
// - result mode: as open
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, NOT_DIRECTORY, IS_DIRECTORY, BAD_NAME, EXISTS, READ_ONLY,
// NO_SPACE, LENT_FAULT, and those of ts_call().
static inline status_t file_create(desc_t server, enum file_create kind, uint64_t token, const void *path,
    uint64_t path_length, uint64_t *file, uint64_t *size, uint64_t *mode, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {kind, token};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)path, path_length, RANGE_READ};
    const uint64_t header = FILE_CREATE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (file)
        *file = words[1];
    if (size)
        *size = words[2];
    if (mode)
        *mode = words[3];
    return outcome;
}

// Write at an offset, all or nothing. An offset behind the end leaves zeros between. At the end (FILE_AT_END)
// no other client's write comes between.
// Does not block for long. May be repeated.
// - file: number of a file
// - offset: where to begin, or FILE_AT_END
// - token: see above
// - data, read by the server, at most FILE_WRITE_MAX: what to write
// - result at: the offset where it was written
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, IS_DIRECTORY, READ_ONLY, NO_SPACE, LENT_FAULT, and those of
// ts_call().
static inline status_t file_write(desc_t server, uint64_t file, uint64_t offset, uint64_t token,
    const void *data, uint64_t data_length, uint64_t *at, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {file, offset, token};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)data, data_length, RANGE_READ};
    const uint64_t header = FILE_WRITE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (at)
        *at = words[1];
    return outcome;
}

// Set the size of a file; what is added reads as zeros.
// Does not block for long. May be repeated.
// - file: number of a file
// - size: bytes
// Errors: BAD_REQUEST, NOT_FOUND, IS_DIRECTORY, READ_ONLY, NO_SPACE, and those of ts_call().
static inline status_t file_truncate(desc_t server, uint64_t file, uint64_t size, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {file, size};
    const uint64_t header = FILE_TRUNCATE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Remove a file, or an empty directory. Whoever still uses the number gets NOT_FOUND.
// Does not block for long. May be repeated.
// - kind: of what is removed
// - token: see above
// - path, read by the server, at least 1, at most FILE_PATH_MAX: of what
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, NOT_DIRECTORY, IS_DIRECTORY, BAD_NAME, NOT_EMPTY, READ_ONLY,
// LENT_FAULT, and those of ts_call().
static inline status_t file_remove(desc_t server, enum file_remove kind, uint64_t token, const void *path,
    uint64_t path_length, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {kind, token};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)path, path_length, RANGE_READ};
    const uint64_t header = FILE_REMOVE | 1ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// Give a file or directory another path; its number stays. A file replaces a file of that name; nothing
// replaces a directory.
// Does not block for long. May be repeated.
// - token: see above
// - path, read by the server, at least 1, at most FILE_PATH_MAX: of what
// - target, read by the server, at least 1, at most FILE_PATH_MAX: its new path
// Errors: BAD_REQUEST, BAD_SIZE, NOT_FOUND, NOT_DIRECTORY, BAD_NAME, EXISTS, IN_ITSELF, READ_ONLY,
// LENT_FAULT, and those of ts_call().
static inline status_t file_rename(desc_t server, uint64_t token, const void *path, uint64_t path_length,
    const void *target, uint64_t target_length, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {token};
    struct message_page *page = message_page();
    page->lend[0] = (struct message_range){(uintptr_t)path, path_length, RANGE_READ};
    page->lend[1] = (struct message_range){(uintptr_t)target, target_length, RANGE_READ};
    const uint64_t header = FILE_RENAME | 2ULL << HEADER_RANGES_SHIFT;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    return outcome;
}

// How much of /tmp there is, and whose.
// Does not block for long. May be repeated.
// - result total: blocks that files can have
// - result free: blocks that no file has
// - result own: blocks that count for this client
// - result limit: the most that may
// - result left: blocks of clients that have ended
// - result names: names that can still be made
// Errors: BAD_REQUEST, and those of ts_call().
static inline status_t file_space(desc_t server, uint64_t *total, uint64_t *free, uint64_t *own,
    uint64_t *limit, uint64_t *left, uint64_t *names, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {0};
    const uint64_t header = FILE_SPACE;
    const status_t outcome = ts_call_send(server, header, deadline, words, 0, 0, nullptr, nullptr);
    if (total)
        *total = words[1];
    if (free)
        *free = words[2];
    if (own)
        *own = words[3];
    if (limit)
        *limit = words[4];
    if (left)
        *left = words[5];
    if (names)
        *names = words[6];
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
    status_t (*stat)(struct ts_call *call, uint64_t file, uint64_t *size, uint64_t *mode, uint64_t *changed);
    status_t (*create)(struct ts_call *call, enum file_create kind, uint64_t token, struct ts_lent path,
        uint64_t *file, uint64_t *size, uint64_t *mode);
    status_t (*write)(struct ts_call *call, uint64_t file, uint64_t offset, uint64_t token,
        struct ts_lent data, uint64_t *at);
    status_t (*truncate)(struct ts_call *call, uint64_t file, uint64_t size);
    status_t (*remove)(struct ts_call *call, enum file_remove kind, uint64_t token, struct ts_lent path);
    status_t (*rename)(struct ts_call *call, uint64_t token, struct ts_lent path, struct ts_lent target);
    status_t (*space)(struct ts_call *call, uint64_t *total, uint64_t *free, uint64_t *own, uint64_t *limit,
        uint64_t *left, uint64_t *names);
};

static inline bool file_open_reply(struct ts_call *call, status_t outcome, uint64_t file, uint64_t size,
    uint64_t mode) {
    call->word[1] = file;
    call->word[2] = size;
    call->word[3] = mode;
    return ts_call_answer(call, outcome, 3, 0, nullptr);
}

static inline void file_open_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t file = 0;
    uint64_t size = 0;
    uint64_t mode = 0;
    if (!ops->open || !ts_call_has(call, 0, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > FILE_PATH_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->open(call, (struct ts_lent){0, call->lent[0].length}, &file, &size, &mode);
    if (outcome != TS_REPLY_LATER)
        file_open_reply(call, outcome, file, size, mode);
}

static inline bool file_read_reply(struct ts_call *call, status_t outcome, uint64_t count) {
    call->word[1] = count;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void file_read_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t count = 0;
    if (!ops->read || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_WRITE))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > FILE_READ_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->read(call, call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &count);
    if (outcome != TS_REPLY_LATER)
        file_read_reply(call, outcome, count);
}

static inline bool file_list_reply(struct ts_call *call, status_t outcome, uint64_t length, uint64_t entry,
    uint64_t size, uint64_t mode, uint64_t next) {
    call->word[1] = length;
    call->word[2] = entry;
    call->word[3] = size;
    call->word[4] = mode;
    call->word[5] = next;
    return ts_call_answer(call, outcome, 5, 0, nullptr);
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
    if (call->lent[0].length < FILE_LIST_MIN || call->lent[0].length > FILE_LIST_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->list(call, call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &length, &entry, &size, &mode, &next);
    if (outcome != TS_REPLY_LATER)
        file_list_reply(call, outcome, length, entry, size, mode, next);
}

static inline bool file_stat_reply(struct ts_call *call, status_t outcome, uint64_t size, uint64_t mode,
    uint64_t changed) {
    call->word[1] = size;
    call->word[2] = mode;
    call->word[3] = changed;
    return ts_call_answer(call, outcome, 3, 0, nullptr);
}

static inline void file_stat_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t size = 0;
    uint64_t mode = 0;
    uint64_t changed = 0;
    if (!ops->stat || !ts_call_has(call, 1, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->stat(call, call->word[0], &size, &mode, &changed);
    if (outcome != TS_REPLY_LATER)
        file_stat_reply(call, outcome, size, mode, changed);
}

static inline bool file_create_reply(struct ts_call *call, status_t outcome, uint64_t file, uint64_t size,
    uint64_t mode) {
    call->word[1] = file;
    call->word[2] = size;
    call->word[3] = mode;
    return ts_call_answer(call, outcome, 3, 0, nullptr);
}

static inline void file_create_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t file = 0;
    uint64_t size = 0;
    uint64_t mode = 0;
    if (!ops->create || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > FILE_CREATE_DIRECTORY)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > FILE_PATH_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->create(call, (enum file_create)call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length}, &file, &size, &mode);
    if (outcome != TS_REPLY_LATER)
        file_create_reply(call, outcome, file, size, mode);
}

static inline bool file_write_reply(struct ts_call *call, status_t outcome, uint64_t at) {
    call->word[1] = at;
    return ts_call_answer(call, outcome, 1, 0, nullptr);
}

static inline void file_write_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t at = 0;
    if (!ops->write || !ts_call_has(call, 3, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length > FILE_WRITE_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->write(call, call->word[0], call->word[1], call->word[2],
        (struct ts_lent){0, call->lent[0].length}, &at);
    if (outcome != TS_REPLY_LATER)
        file_write_reply(call, outcome, at);
}

static inline bool file_truncate_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void file_truncate_serve(const struct file_ops *ops, struct ts_call *call) {
    if (!ops->truncate || !ts_call_has(call, 2, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->truncate(call, call->word[0], call->word[1]);
    if (outcome != TS_REPLY_LATER)
        file_truncate_reply(call, outcome);
}

static inline bool file_remove_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void file_remove_serve(const struct file_ops *ops, struct ts_call *call) {
    if (!ops->remove || !ts_call_has(call, 2, 1, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->word[0] > FILE_REMOVE_DIRECTORY)
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > FILE_PATH_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->remove(call, (enum file_remove)call->word[0], call->word[1],
        (struct ts_lent){0, call->lent[0].length});
    if (outcome != TS_REPLY_LATER)
        file_remove_reply(call, outcome);
}

static inline bool file_rename_reply(struct ts_call *call, status_t outcome) {
    return ts_call_answer(call, outcome, 0, 0, nullptr);
}

static inline void file_rename_serve(const struct file_ops *ops, struct ts_call *call) {
    if (!ops->rename || !ts_call_has(call, 1, 2, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (!(call->lent[0].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[0].length < 1ULL || call->lent[0].length > FILE_PATH_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    if (!(call->lent[1].flags & RANGE_READ))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    if (call->lent[1].length < 1ULL || call->lent[1].length > FILE_PATH_MAX)
        return ts_call_refuse(call, STATUS_BAD_SIZE);
    const status_t outcome = ops->rename(call, call->word[0], (struct ts_lent){0, call->lent[0].length},
        (struct ts_lent){1, call->lent[1].length});
    if (outcome != TS_REPLY_LATER)
        file_rename_reply(call, outcome);
}

static inline bool file_space_reply(struct ts_call *call, status_t outcome, uint64_t total, uint64_t free,
    uint64_t own, uint64_t limit, uint64_t left, uint64_t names) {
    call->word[1] = total;
    call->word[2] = free;
    call->word[3] = own;
    call->word[4] = limit;
    call->word[5] = left;
    call->word[6] = names;
    return ts_call_answer(call, outcome, 6, 0, nullptr);
}

static inline void file_space_serve(const struct file_ops *ops, struct ts_call *call) {
    uint64_t total = 0;
    uint64_t free = 0;
    uint64_t own = 0;
    uint64_t limit = 0;
    uint64_t left = 0;
    uint64_t names = 0;
    if (!ops->space || !ts_call_has(call, 0, 0, 0))
        return ts_call_refuse(call, STATUS_BAD_REQUEST);
    const status_t outcome = ops->space(call, &total, &free, &own, &limit, &left, &names);
    if (outcome != TS_REPLY_LATER)
        file_space_reply(call, outcome, total, free, own, limit, left, names);
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
    case FILE_STAT:
        file_stat_serve(ops, call);
        break;
    case FILE_CREATE:
        file_create_serve(ops, call);
        break;
    case FILE_WRITE:
        file_write_serve(ops, call);
        break;
    case FILE_TRUNCATE:
        file_truncate_serve(ops, call);
        break;
    case FILE_REMOVE:
        file_remove_serve(ops, call);
        break;
    case FILE_RENAME:
        file_rename_serve(ops, call);
        break;
    case FILE_SPACE:
        file_space_serve(ops, call);
        break;
    default:
        ts_call_refuse(call, STATUS_BAD_REQUEST);
        break;
    }
    return true;
}
