// SPDX-License-Identifier: MIT
//
// See pipe.h.

#include "pipe.h"

struct pipe *pipe_new(struct pipes *pipes, uint64_t number, uint32_t maker) {
    struct pipe *free = nullptr;
    size_t made = 0;
    for (size_t i = 0; i < PIPES_MAX; i++) {
        struct pipe *pipe = &pipes->list[i];
        made += pipe->number != 0 && pipe->maker == maker;
        if (pipe->number == 0 && free == nullptr)
            free = pipe;
    }
    if (free == nullptr || made >= PIPES_OF_MAKER_MAX)
        return nullptr;
    free->number = number;
    free->maker = maker;
    free->open[PIPE_READER] = free->open[PIPE_WRITER] = true;
    free->start = free->length = 0;
    return free;
}

struct pipe *pipe_find(struct pipes *pipes, uint64_t number) {
    for (size_t i = 0; i < PIPES_MAX; i++) {
        if (number != 0 && pipes->list[i].number == number)
            return &pipes->list[i];
    }
    return nullptr;
}

void pipe_close(struct pipe *pipe, enum pipe_end end) {
    pipe->open[end] = false;
    if (!pipe->open[PIPE_READER] && !pipe->open[PIPE_WRITER])
        pipe->number = 0;
}

size_t pipe_filled(const struct pipe *pipe, const char **bytes) {
    *bytes = pipe->bytes + pipe->start;
    return min_u64(pipe->length, PIPE_CAPACITY - pipe->start);
}

size_t pipe_free(struct pipe *pipe, char **bytes) {
    size_t end = (pipe->start + pipe->length) % PIPE_CAPACITY;
    *bytes = pipe->bytes + end;
    return min_u64(PIPE_CAPACITY - pipe->length, PIPE_CAPACITY - end);
}

void pipe_take(struct pipe *pipe, size_t count) {
    pipe->start = (pipe->start + count) % PIPE_CAPACITY;
    pipe->length -= count;
}

void pipe_put(struct pipe *pipe, size_t count) {
    pipe->length += count;
}
