// SPDX-License-Identifier: MIT
//
// See user/stream.h. A call that a dead console or file server left unanswered is made again; a piece of
// console output may come twice then. What a pipe held is lost with its server, and the program hears it.

#include <user/stream.h>
#include <protocols/console.h>
#include <protocols/pipe.h>
#include <user/fs.h>
#include <user/program.h>
#include <user/retry.h>

static struct stream streams[STREAM_COUNT];
static bool taken; // from the start-up pages

static struct stream *stream_of(size_t index) {
    if (!taken) {
        for (size_t i = 0; i < STREAM_COUNT; i++)
            streams[i] = startup->streams[i];
        taken = true;
    }
    return &streams[index];
}

struct stream stream_get(size_t index) {
    return *stream_of(index);
}

void stream_set(size_t index, struct stream stream) {
    *stream_of(index) = stream;
}

// ---- console

static void console_put(enum console_text kind, const char *bytes, size_t length) {
    desc_t console = startup_descriptor("console");
    if (console.value == DESCRIPTOR_NONE)
        return;
    while (length > 0) {
        size_t step = min_u64(length, CONSOLE_WRITE_MAX);
        int attempts = 0;
        status_t status;
        do {
            status = console_write(console, kind, bytes, step, DEADLINE_NONE);
        } while (retry_after(status, &attempts));
        bytes += step;
        length -= step;
    }
}

static bool raw;

// A console that was started again has forgotten how this program reads.
static bool console_retry(status_t status, int *attempts) {
    if (!retry_after(status, attempts))
        return false;
    if (raw)
        (void)console_mode(startup_descriptor("console"), CONSOLE_INPUT_RAW, DEADLINE_NONE);
    return true;
}

status_t input_raw(bool on) {
    int attempts = 0;
    status_t status;
    raw = on;
    do {
        status = console_mode(startup_descriptor("console"), on ? CONSOLE_INPUT_RAW : CONSOLE_INPUT_LINES,
                              DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    return status;
}

static status_t console_take(void *buffer, size_t size, uint64_t *count) {
    desc_t console = startup_descriptor("console");
    if (console.value == DESCRIPTOR_NONE)
        return STATUS_OK;
    int attempts = 0;
    status_t status;
    do {
        status = console_read(console, buffer, min_u64(size, CONSOLE_READ_MAX), count, DEADLINE_NONE);
    } while (console_retry(status, &attempts));
    return status;
}

// ---- files

static status_t file_take(struct stream *stream, void *buffer, size_t size, uint64_t *count) {
    const struct file file = {.number = stream->number};
    status_t status = fs_read(&file, stream->offset, buffer, size, count);
    stream->offset += *count;
    return status;
}

static status_t file_add(const struct stream *stream, const void *bytes, size_t length) {
    const struct file file = {.number = stream->number};
    return fs_append(&file, bytes, length);
}

// ---- pipes

static status_t pipe_put(const struct stream *stream, const char *bytes, size_t length) {
    status_t status = STATUS_OK;
    while (length > 0 && status == STATUS_OK) {
        size_t step = min_u64(length, PIPE_WRITE_MAX);
        status = pipe_write((desc_t){stream->number}, bytes, step, DEADLINE_NONE);
        bytes += step;
        length -= step;
    }
    return status;
}

// ---- any of them

status_t stream_read(size_t index, void *buffer, size_t size, size_t *count) {
    struct stream *stream = stream_of(index);
    uint64_t filled = 0;
    status_t status = STATUS_OK;
    if (stream->kind == STREAM_CONSOLE && size > 0)
        status = console_take(buffer, size, &filled);
    if (stream->kind == STREAM_FILE)
        status = file_take(stream, buffer, size, &filled);
    if (stream->kind == STREAM_PIPE && size > 0)
        status =
            pipe_read((desc_t){stream->number}, buffer, min_u64(size, PIPE_READ_MAX), &filled, DEADLINE_NONE);
    *count = filled;
    return status;
}

status_t stream_write(size_t index, const void *bytes, size_t length) {
    const struct stream *stream = stream_of(index);
    if (stream->kind == STREAM_FILE)
        return file_add(stream, bytes, length);
    if (stream->kind == STREAM_PIPE)
        return pipe_put(stream, bytes, length);
    if (stream->kind == STREAM_CONSOLE)
        console_put((enum console_text)stream->number, bytes, length);
    return STATUS_OK;
}
