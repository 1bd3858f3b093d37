// SPDX-License-Identifier: MIT
//
// The pipes of the pipe server: which there are, which of their ends are open, the bytes between. Pure: who
// waits for a pipe is main.c's business. Invariants: a pipe that is used has an open end; start <
// PIPE_CAPACITY and length <= PIPE_CAPACITY. A pipe lives from pipe_new() until both its ends were closed.

#ifndef PIPE_PIPE_H
#define PIPE_PIPE_H

#include <base/types.h>

enum { PIPES_MAX = 48, PIPES_OF_MAKER_MAX = 16, PIPE_CAPACITY = 16384 };

enum pipe_end { PIPE_READER, PIPE_WRITER, PIPE_ENDS };

struct pipe {
    uint64_t number; // 0: a free entry
    uint32_t maker;
    bool open[PIPE_ENDS];
    size_t start;
    size_t length;
    char bytes[PIPE_CAPACITY]; // a ring
};

struct pipes {
    struct pipe list[PIPES_MAX];
};

// With both ends open; nullptr when there are too many, in all or of this maker. Numbers are never used
// twice.
struct pipe *pipe_new(struct pipes *pipes, uint64_t number, uint32_t maker);
struct pipe *pipe_find(struct pipes *pipes, uint64_t number);

// Closing an end twice does nothing. With its last open end the pipe goes.
void pipe_close(struct pipe *pipe, enum pipe_end end);

// The first bytes that can be read, or the first place for others, as far as they lie in one piece; and how
// many of them were used.
size_t pipe_filled(const struct pipe *pipe, const char **bytes);
size_t pipe_free(struct pipe *pipe, char **bytes);
void pipe_take(struct pipe *pipe, size_t count);
void pipe_put(struct pipe *pipe, size_t count);

#endif
