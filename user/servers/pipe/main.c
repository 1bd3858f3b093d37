// SPDX-License-Identifier: MIT
//
// The pipe server. The end of a pipe is a badge that this server minted; whoever holds it reads or writes,
// and when its last descriptor has gone, by whatever death, the kernel says so and the end is closed. The
// server calls nobody and keeps two places at each end for calls that wait, so no client can hold up
// another. When it is started again all pipes are gone: what comes through an old end is answered
// PIPE_CLOSED.

#include "pipe.h"
#include <abi/constants.h>
#include <base/list.h>
#include <protocols/pipe.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

// Calls that wait at one end, at most; two of them in places that no other end can take, the others in places
// that all ends share.
enum {
    WAITING_MAX = 16,
    WAITING_OWN = 2,
    PLACES_SHARED = 64,
    PLACES_MAX = PIPES_MAX * PIPE_ENDS * WAITING_OWN + PLACES_SHARED,
};

// Badge values of ends: this bit, which init's badges never have, the pipe's number, the end.
#define END_BIT (1ULL << 63)

// A call that waits for bytes, or for room.
struct waiting {
    struct list link; // in `places_free`, or in the calls of its end
    struct ts_call call;
    struct ts_lent range;
    uint64_t done; // bytes
    desc_t reply;
};

// The calls that wait at an end, in the order in which they came.
struct queue {
    struct list calls;
    size_t count;
};

static struct pipes pipes;
static struct waiting places[PLACES_MAX];
static struct list
    places_free;            // never empty while an end has less than its own, or fewer than all are shared
static size_t shared_count; // of all ends, what each has above its own
static struct queue queues[PIPES_MAX][PIPE_ENDS];
static uint64_t last_number;

static struct queue *queue_of(const struct pipe *pipe, enum pipe_end end) {
    return &queues[pipe - pipes.list][end];
}

static void queue_add(struct queue *queue, struct waiting *place) {
    list_remove(&place->link);
    list_push_back(&queue->calls, &place->link);
    shared_count += queue->count >= WAITING_OWN;
    queue->count++;
}

static void queue_remove(struct queue *queue, struct waiting *place) {
    list_remove(&place->link);
    list_push_back(&places_free, &place->link);
    queue->count--;
    shared_count -= queue->count >= WAITING_OWN;
}

static void answer(const struct pipe *pipe, struct waiting *place, enum pipe_end end, status_t status,
                   uint64_t count) {
    if (end == PIPE_READER) {
        pipe_read_reply(&place->call, status, count);
    } else {
        pipe_write_reply(&place->call, status);
    }
    queue_remove(queue_of(pipe, end), place);
}

static struct waiting *first(const struct pipe *pipe, enum pipe_end end) {
    const struct queue *queue = queue_of(pipe, end);
    return queue->count > 0 ? list_entry(queue->calls.next, struct waiting, link) : nullptr;
}

// ---- bytes

// From the writer that waits longest into the pipe, one piece. False: nothing happened.
static bool fill(struct pipe *pipe) {
    struct waiting *place = first(pipe, PIPE_WRITER);
    char *room;
    if (place == nullptr)
        return false;
    size_t count = min_u64(place->range.length - place->done, pipe_free(pipe, &room));
    if (count == 0 && place->done < place->range.length)
        return false;
    status_t status = ts_call_read(&place->call, place->range, place->done, room, count, nullptr);
    if (status == STATUS_OK) {
        pipe_put(pipe, count);
        place->done += count;
    }
    if (status != STATUS_OK || place->done == place->range.length)
        answer(pipe, place, PIPE_WRITER, status, 0);
    return true;
}

// From the pipe to the reader that waits longest. What could not be given stays in the pipe.
static bool drain(struct pipe *pipe) {
    struct waiting *place = first(pipe, PIPE_READER);
    if (place == nullptr || pipe->length == 0)
        return false;
    status_t status = STATUS_OK;
    while (status == STATUS_OK && place->done < place->range.length && pipe->length > 0) {
        const char *bytes;
        size_t count = min_u64(pipe_filled(pipe, &bytes), place->range.length - place->done);
        status = ts_call_write(&place->call, place->range, place->done, bytes, count, nullptr);
        if (status == STATUS_OK)
            pipe_take(pipe, count);
        place->done += status == STATUS_OK ? count : 0;
    }
    answer(pipe, place, PIPE_READER, place->done > 0 ? STATUS_OK : status, place->done);
    return true;
}

static void answer_all(const struct pipe *pipe, enum pipe_end end, status_t status) {
    struct waiting *place;
    while ((place = first(pipe, end)) != nullptr)
        answer(pipe, place, end, status, 0);
}

// Moves what can be moved, and lets nobody wait for what cannot come.
static void pump(struct pipe *pipe) {
    if (!pipe->open[PIPE_READER])
        answer_all(pipe, PIPE_WRITER, STATUS_PIPE_CLOSED);
    while (fill(pipe) || drain(pipe))
        ;
    if (!pipe->open[PIPE_WRITER])
        answer_all(pipe, PIPE_READER, STATUS_OK);
}

// ---- requests

static uint64_t end_badge(uint64_t number, enum pipe_end end) {
    return END_BIT | number << 1 | end;
}

static struct pipe *badge_pipe(uint64_t badge) {
    return (badge & END_BIT) != 0 ? pipe_find(&pipes, (badge & ~END_BIT) >> 1) : nullptr;
}

static status_t handle_make(struct ts_call *call, desc_t *reader, desc_t *writer) {
    desc_t endpoint = startup_descriptor("endpoint");
    if ((call->badge & END_BIT) != 0)
        return STATUS_NOT_PERMITTED;
    uint64_t number = last_number + 1;
    struct pipe *pipe = pipe_new(&pipes, number, badge_process(call->badge));
    if (pipe == nullptr)
        return STATUS_TOO_MANY;
    last_number = number;
    status_t status = ts_badge_create(endpoint, end_badge(number, PIPE_READER), reader);
    if (status == STATUS_OK) {
        status = ts_badge_create(endpoint, end_badge(number, PIPE_WRITER), writer);
        if (status != STATUS_OK)
            (void)ts_descriptor_release(*reader);
    }
    if (status != STATUS_OK) {
        pipe_close(pipe, PIPE_READER);
        pipe_close(pipe, PIPE_WRITER);
    }
    return status;
}

// Where there is no place for one more, the one that waits longest goes: it has been given up most likely,
// and who holds an end can only take places from others that hold the same.
static struct waiting *place_find(const struct pipe *pipe, enum pipe_end end) {
    const struct queue *queue = queue_of(pipe, end);
    bool room = queue->count < WAITING_OWN || (queue->count < WAITING_MAX && shared_count < PLACES_SHARED);
    if (!room)
        answer(pipe, first(pipe, end), end, STATUS_TOO_MANY, 0);
    return list_entry(places_free.next, struct waiting, link);
}

static status_t wait(struct ts_call *call, enum pipe_end end, struct ts_lent range) {
    struct pipe *pipe = badge_pipe(call->badge);
    if ((call->badge & END_BIT) == 0 || (call->badge & 1) != end)
        return STATUS_NOT_PERMITTED;
    if (pipe == nullptr)
        return STATUS_PIPE_CLOSED;
    struct waiting *place = place_find(pipe, end);
    place->call = *call;
    place->range = range;
    place->done = 0;
    status_t status = ts_call_keep(&place->call, place->reply);
    if (status != STATUS_OK)
        return status;
    queue_add(queue_of(pipe, end), place);
    pump(pipe);
    return TS_REPLY_LATER;
}

static status_t handle_read(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    (void)count;
    return wait(call, PIPE_READER, buffer);
}

static status_t handle_write(struct ts_call *call, struct ts_lent bytes) {
    return wait(call, PIPE_WRITER, bytes);
}

static void badge_closed(uint64_t badge) {
    struct pipe *pipe = badge_pipe(badge);
    if (pipe == nullptr)
        return;
    enum pipe_end end = (badge & 1) != 0 ? PIPE_WRITER : PIPE_READER;
    answer_all(pipe, end, STATUS_CANCELLED);
    pipe->open[end] = false;
    pump(pipe);
    pipe_close(pipe, end);
}

static const struct pipe_ops operations = {
    .make = handle_make,
    .read = handle_read,
    .write = handle_write,
};

static bool places_make(void) {
    list_init(&places_free);
    for (size_t i = 0; i < PLACES_MAX; i++) {
        if (ts_reply_create(&places[i].reply) != STATUS_OK)
            return false;
        list_push_back(&places_free, &places[i].link);
    }
    for (size_t i = 0; i < PIPES_MAX; i++) {
        for (size_t end = 0; end < PIPE_ENDS; end++)
            list_init(&queues[i][end].calls);
    }
    return true;
}

int main(int count, char **arguments) {
    (void)count;
    (void)arguments;
    // Above each number of a pipe server before this one: ends of its pipes may still be held.
    last_number = clock_now();
    if (!places_make())
        return 1;
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), PIPE_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        if (!pipe_serve(&operations, nullptr, &call) && (uint32_t)call.header == EVENT_BADGE_CLOSED)
            badge_closed(call.badge);
    }
    return 1;
}
