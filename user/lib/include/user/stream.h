// SPDX-License-Identifier: MIT
//
// The three streams of a program: input, output, messages. Who starts a program says what each of them is
// (protocols/init.toml, `spawn`); the program reads and writes without knowing. print(), input_read() and
// their relatives (user/program.h) stand on these calls.
//
// A stream to a file adds each piece at the file's end, so several programs may write to one. The position of
// an input file belongs to the program: a child begins where its parent stood when it started the child.

#ifndef USER_STREAM_H
#define USER_STREAM_H

#include <abi/status.h>
#include <base/types.h>
#include <protocols/console_values.h>
#include <protocols/init_values.h>

enum stream_kind : uint32_t {
    STREAM_NOTHING, // reads nothing, loses what is written
    STREAM_CONSOLE,
    STREAM_FILE,
    STREAM_PIPE,
    STREAM_KINDS,
};

enum { STREAM_INPUT, STREAM_OUTPUT, STREAM_MESSAGES, STREAM_COUNT };
static_assert(STREAM_COUNT == INIT_STREAM_LAST + 1);

// As it stands in the start-up pages and in a spawn request.
struct stream {
    uint32_t kind;
    uint32_t reserved;
    uint64_t number; // of the file at the file server; enum console_text; the descriptor of a pipe's end
    uint64_t offset; // of a file that is read: where the next byte stands
};
static_assert(STREAM_COUNT * sizeof(struct stream) == INIT_STREAMS_SIZE);

// *count is 0 at the end. With a pipe: PIPE_CLOSED or SERVER_DIED when the pipe's server ended.
[[nodiscard]] status_t stream_read(size_t index, void *buffer, size_t size, size_t *count);

// Writes all of it. PIPE_CLOSED: nobody reads any more. Nothing is an error where the stream is the console.
[[nodiscard]] status_t stream_write(size_t index, const void *bytes, size_t length);

// The calling program's own.
struct stream stream_get(size_t index);
void stream_set(size_t index, struct stream stream);

#endif
