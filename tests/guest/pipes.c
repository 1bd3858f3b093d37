// SPDX-License-Identifier: MIT
//
// The pipe server from a client's side: ends are descriptors, and everything about them that can be wrong is
// refused by name; who waits at a pipe is answered when it cannot go on; the server's death costs the pipes
// and nothing else.

#include <base/string.h>
#include <protocols/init.h>
#include <protocols/pipe.h>
#include <tessera/call.h>
#include <user/process_record.h>
#include <user/program.h>
#include "lib/task.h"
#include "lib/test.h"

enum { CAPACITY = 16384, PIPES_OF_CLIENT = 16, ATTEMPTS = 200 };

static char bytes[65537];

static desc_t server(void) {
    return startup_descriptor("pipe");
}

static void pause(void) {
    sleep_until(clock_now() + 10'000'000);
}

// The server hears of ends that have gone a little later than we do.
static status_t make(desc_t *reader, desc_t *writer) {
    status_t status = STATUS_TOO_MANY;
    for (int i = 0; i < ATTEMPTS && status == STATUS_TOO_MANY; i++) {
        status = pipe_make(server(), reader, writer, limit());
        if (status == STATUS_TOO_MANY)
            pause();
    }
    return status;
}

static void drop_both(desc_t reader, desc_t writer) {
    drop(reader);
    drop(writer);
}

static void bytes_and_their_end(void) {
    desc_t reader, writer;
    uint64_t count = 0;
    if (!OK(make(&reader, &writer)))
        return;
    OK(pipe_write(writer, "one", 3, limit()));
    OK(pipe_write(writer, "two", 3, limit()));
    OK(pipe_write(writer, bytes, 0, limit()));
    OK(pipe_read(reader, bytes, 4, &count, limit()));
    EQUAL(count, 4);
    drop(writer);
    OK(pipe_read(reader, bytes + 4, sizeof(bytes) - 5, &count, limit()));
    EQUAL(count, 2);
    CHECK(memcmp(bytes, "onetwo", 6) == 0);
    OK(pipe_read(reader, bytes, 1, &count, limit()));
    EQUAL(count, 0);
    drop(reader);
}

static void what_nobody_reads(void) {
    desc_t reader, writer;
    if (!OK(make(&reader, &writer)))
        return;
    desc_t second = clone_of(reader, RIGHT_BADGE_CALL);
    drop(reader);
    OK(pipe_write(writer, "x", 1, limit()));
    drop(second);
    EXPECT(pipe_write(writer, "x", 1, limit()), STATUS_PIPE_CLOSED);
    drop(writer);
}

static void malformed(void) {
    desc_t reader, writer, more_reader, more_writer;
    uint64_t count;
    if (!OK(make(&reader, &writer)))
        return;
    EXPECT(pipe_read(writer, bytes, 1, &count, limit()), STATUS_NOT_PERMITTED);
    EXPECT(pipe_write(reader, bytes, 1, limit()), STATUS_NOT_PERMITTED);
    EXPECT(pipe_read(server(), bytes, 1, &count, limit()), STATUS_NOT_PERMITTED);
    EXPECT(pipe_write(server(), bytes, 1, limit()), STATUS_NOT_PERMITTED);
    EXPECT(pipe_make(reader, &more_reader, &more_writer, limit()), STATUS_NOT_PERMITTED);
    EXPECT(pipe_read(reader, bytes, 0, &count, limit()), STATUS_BAD_SIZE);
    EXPECT(pipe_read(reader, bytes, 65537, &count, limit()), STATUS_BAD_SIZE);
    EXPECT(pipe_write(writer, bytes, 65537, limit()), STATUS_BAD_SIZE);
    for (uint32_t label = 0; label < 6; label++) {
        uint64_t words[MESSAGE_WORDS] = {UINT64_MAX, 1};
        EXPECT(ts_call_send(writer, label, limit(), words, 0, 0, nullptr, nullptr), STATUS_BAD_REQUEST);
    }
    drop_both(reader, writer);
}

// A range that is not there is the caller's fault, and the bytes stay for the next reader.
static void memory_that_is_not_there(void) {
    desc_t reader, writer;
    uint64_t count;
    void *nowhere = (void *)(uintptr_t)AREA;
    if (!OK(make(&reader, &writer)))
        return;
    EXPECT(pipe_write(writer, nowhere, 10, limit()), STATUS_LENT_FAULT);
    OK(pipe_write(writer, "kept", 4, limit()));
    EXPECT(pipe_read(reader, nowhere, 10, &count, limit()), STATUS_LENT_FAULT);
    OK(pipe_read(reader, bytes, 10, &count, limit()));
    EQUAL(count, 4);
    drop_both(reader, writer);
}

// Nobody waits here for ever: a full pipe, then an empty one, with a deadline. What was taken can be read.
static void deadlines(void) {
    desc_t reader, writer;
    uint64_t count = 0, total = 0;
    if (!OK(make(&reader, &writer)))
        return;
    for (int i = 0; i < 4; i++)
        EXPECT(pipe_write(writer, bytes, 65536, soon(20'000'000)), STATUS_TIMED_OUT);
    while (total < CAPACITY && OK(pipe_read(reader, bytes, 5000, &count, limit())) && count > 0)
        total += count;
    EQUAL(total, CAPACITY);
    for (int i = 0; i < 4; i++)
        EXPECT(pipe_read(reader, bytes, 10, &count, soon(20'000'000)), STATUS_TIMED_OUT);
    OK(pipe_write(writer, "still", 5, limit()));
    OK(pipe_read(reader, bytes, 10, &count, limit()));
    EQUAL(count, 5);
    drop_both(reader, writer);
}

static void flood(void) {
    desc_t readers[PIPES_OF_CLIENT], writers[PIPES_OF_CLIENT], reader, writer;
    size_t made = 0;
    while (made < PIPES_OF_CLIENT && OK(make(&readers[made], &writers[made])))
        made++;
    EXPECT(pipe_make(server(), &reader, &writer, limit()), STATUS_TOO_MANY);
    for (size_t i = 0; i < made; i++)
        drop_both(readers[i], writers[i]);
    if (OK(make(&reader, &writer)))
        drop_both(reader, writer);
}

// ---- several who wait

// A thread of ours that reads one byte.
struct waiter {
    struct task task;
    desc_t reader;
    char byte;
    status_t status;
};

static void read_byte(void *argument, struct message_page *page) {
    struct waiter *self = argument;
    uint64_t words[MESSAGE_WORDS] = {}, header;
    page->lend[0] = (struct message_range){(uintptr_t)&self->byte, 1, RANGE_WRITE};
    self->status = ts_call(self->reader, PIPE_READ | 1ULL << HEADER_RANGES_SHIFT, limit(), words, &header);
    if (self->status == STATUS_OK)
        self->status = (status_t)(int64_t)words[0];
}

static bool is_done(const struct waiter *waiter) {
    return atomic_load(&waiter->task.done) != 0;
}

// An end has room for so many that wait. One more takes the place of the one that waits longest, and the
// bytes go to the others in the order in which they came.
static void the_oldest_makes_room(void) {
    enum { ROOM = 16 };
    static struct waiter waiters[ROOM + 2];
    static const char sent[] = "0123456789abcdef";
    desc_t reader, writer;
    size_t started = 0;
    if (!OK(make(&reader, &writer)))
        return;
    for (; started < array_length(waiters); started++) {
        struct waiter *waiter = &waiters[started];
        *waiter = (struct waiter){.reader = reader};
        if (!task_start(&waiter->task, read_byte, waiter, 8))
            break;
        // The next one comes when the server has this one.
        if (started >= ROOM)
            CHECK(word_await(&waiters[started - ROOM].task.done, 1));
        settle();
        CHECK(!is_done(waiter) && (started == 0 || !is_done(&waiters[started - 1])));
    }
    OK(pipe_write(writer, sent, ROOM, limit()));
    for (size_t i = 0; i < started; i++)
        task_join(&waiters[i].task);
    for (size_t i = 0; i < started; i++) {
        EXPECT(waiters[i].status, i < 2 ? STATUS_TOO_MANY : STATUS_OK);
        CHECK(i < 2 || waiters[i].byte == sent[i - 2]);
    }
    drop_both(reader, writer);
}

// ---- with a program at the other side

static bool cat_start(desc_t input, desc_t output, uint64_t *process) {
    char *const arguments[] = {"cat"};
    struct spawn spawn;
    spawn_init(&spawn, 1, arguments);
    spawn.streams[STREAM_INPUT] = (struct stream){.kind = STREAM_PIPE, .number = input.value};
    spawn.streams[STREAM_OUTPUT] = (struct stream){.kind = STREAM_PIPE, .number = output.value};
    return OK(spawn_start(&spawn, process));
}

static void a_program_between_two_pipes(void) {
    desc_t to_reader, to_writer, from_reader, from_writer;
    uint64_t process, count = 0, status = 0, reason = 0;
    if (!OK(make(&to_reader, &to_writer)) || !OK(make(&from_reader, &from_writer)))
        return;
    bool started = cat_start(to_reader, from_writer, &process);
    drop_both(to_reader, from_writer);
    if (started) {
        OK(pipe_write(to_writer, "through", 7, limit()));
        OK(pipe_read(from_reader, bytes, 100, &count, limit()));
        EQUAL(count, 7);
    }
    drop(to_writer);
    if (started) {
        OK(pipe_read(from_reader, bytes, 100, &count, limit()));
        EQUAL(count, 0);
        OK(process_wait(process, &status, &reason));
        EQUAL(status, 0);
    }
    drop(from_reader);
}

static bool fill_up(desc_t writer) {
    memset(bytes, '-', CAPACITY);
    return OK(pipe_write(writer, bytes, CAPACITY, limit()));
}

// A program that waits to write `letter` into a full pipe.
static bool writer_wait(desc_t writer, char letter, uint64_t *process) {
    desc_t reader, feeder;
    if (!OK(make(&reader, &feeder)))
        return false;
    bool started = cat_start(reader, writer, process);
    drop(reader);
    OK(pipe_write(feeder, &letter, 1, limit()));
    drop(feeder);
    pause();
    return started;
}

// Two programs wait at a full pipe: what the first one writes comes out first.
static void writers_in_their_order(void) {
    desc_t reader, writer;
    uint64_t first = 0, second = 0, count = 0, total = 0, status, reason;
    if (!OK(make(&reader, &writer)))
        return;
    bool waiting = fill_up(writer) && writer_wait(writer, 'A', &first) && writer_wait(writer, 'B', &second);
    drop(writer);
    while (waiting && total < CAPACITY && OK(pipe_read(reader, bytes, CAPACITY - total, &count, limit())))
        total += count;
    for (total = 0; waiting && total < 2 && OK(pipe_read(reader, bytes + total, 2, &count, limit()));)
        total += count;
    CHECK(waiting && memcmp(bytes, "AB", 2) == 0);
    drop(reader);
    if (first != 0)
        OK(process_wait(first, &status, &reason));
    if (second != 0)
        OK(process_wait(second, &status, &reason));
}

// A reader that is killed while it waits closes its end; a writer that is killed, too.
static void killed_while_it_waits(void) {
    desc_t to_reader, to_writer, from_reader, from_writer;
    uint64_t process, count = 0, status, reason;
    if (!OK(make(&to_reader, &to_writer)) || !OK(make(&from_reader, &from_writer)))
        return;
    bool started = cat_start(to_reader, from_writer, &process);
    drop_both(to_reader, from_writer);
    if (started) {
        pause();
        OK(init_kill(startup_descriptor("init"), process, limit()));
        OK(pipe_read(from_reader, bytes, 100, &count, limit()));
        EQUAL(count, 0);
        OK(process_wait(process, &status, &reason));
        EQUAL(status, 137);
        EXPECT(pipe_write(to_writer, bytes, 65536, limit()), STATUS_PIPE_CLOSED);
    }
    drop_both(from_reader, to_writer);
}

// ---- init's part

static void ends_for_nobody(void) {
    static const char strings[] = "/\0/bin/true\0true";
    desc_t reader, writer, init = startup_descriptor("init");
    uint64_t number;
    struct stream streams[STREAM_COUNT] = {{.kind = STREAM_PIPE}};
    EXPECT(init_spawn(init, 0, 0, 0, 0, strings, sizeof(strings), streams, sizeof(streams), &number, limit()),
           STATUS_BAD_REQUEST);
    if (!OK(make(&reader, &writer)))
        return;
    EXPECT(init_hand_over(init, 3, reader, limit()), STATUS_BAD_REQUEST);
    OK(init_hand_over(init, 0, reader, limit()));
    EXPECT(init_hand_over(init, 0, reader, limit()), STATUS_TOO_MANY);
    // A spawn that is refused drops what was left for it: the last reader goes with it.
    streams[0].kind = STREAM_KINDS;
    EXPECT(init_spawn(init, 0, 0, 0, 0, strings, sizeof(strings), streams, sizeof(streams), &number, limit()),
           STATUS_BAD_REQUEST);
    drop(reader);
    EXPECT(pipe_write(writer, "x", 1, limit()), STATUS_PIPE_CLOSED);
    drop(writer);
    desc_t memory = memory_make(1);
    EXPECT(init_hand_over(init, 0, memory, limit()), STATUS_NOT_OFFERED);
    drop(memory);
}

static void spawn_options(void) {
    static const char strings[] = "/\0/bin/true\0true";
    desc_t init = startup_descriptor("init");
    struct stream streams[STREAM_COUNT] = {};
    static const struct {
        uint64_t environment, group, memory, priority;
        status_t status;
    } wrong[] = {
        {1, 0, 0, 0, STATUS_BAD_REQUEST},   // the environment takes what should be argument 0
        {513, 0, 0, 0, STATUS_BAD_REQUEST}, // more than a request may have
        {0, 2, 0, 0, STATUS_BAD_REQUEST},   // the group of a service
        {0, UINT64_MAX, 0, 0, STATUS_BAD_REQUEST},
        {0, 0, 1ULL << 40, 0, STATUS_BAD_VALUE}, // more than the image gives
        {0, 0, 0, 15, STATUS_BAD_VALUE},
    };
    for (size_t i = 0; i < array_length(wrong); i++) {
        uint64_t number;
        EXPECT(init_spawn(init, wrong[i].environment, wrong[i].group, wrong[i].memory, wrong[i].priority,
                          strings, sizeof(strings), streams, sizeof(streams), &number, limit()),
               wrong[i].status);
    }
}

// ---- the server's death

static uint64_t server_number(void) {
    struct process_record record = {};
    while (init_list(startup_descriptor("init"), record.number, &record, sizeof(record), limit()) ==
           STATUS_OK) {
        if (record.service && record.state == PROCESS_RUNNING && strcmp(record.name, "pipe") == 0)
            return record.number;
    }
    return 0;
}

// More than there were pipes in the run before: one of the new server's has the old one's number if it counts
// from the beginning.
enum { PIPES_AFTER = 300 };

// Whether each of many new pipes is another one than that of the old ends.
static void new_pipes_are_others(desc_t old_reader) {
    uint64_t count;
    for (unsigned i = 0; i < PIPES_AFTER; i++) {
        desc_t reader, writer;
        if (!OK(make(&reader, &writer)))
            return;
        OK(pipe_write(writer, "new", 3, limit()));
        EXPECT(pipe_read(old_reader, bytes, 10, &count, limit()), STATUS_PIPE_CLOSED);
        drop_both(reader, writer);
    }
}

static void killed_server(void) {
    desc_t reader, writer, new_reader, new_writer;
    uint64_t count;
    if (!OK(make(&reader, &writer)))
        return;
    OK(pipe_write(writer, "lost", 4, limit()));
    OK(init_kill(startup_descriptor("init"), server_number(), limit()));
    // The next call is the new server's, which knows no such pipe, or was the old one's.
    status_t status = pipe_read(reader, bytes, 10, &count, limit());
    CHECK(status == STATUS_PIPE_CLOSED || status == STATUS_SERVER_DIED);
    EXPECT(pipe_write(writer, "x", 1, limit()), STATUS_PIPE_CLOSED);
    if (OK(make(&new_reader, &new_writer))) {
        OK(pipe_write(new_writer, "new", 3, limit()));
        EXPECT(pipe_read(reader, bytes, 10, &count, limit()), STATUS_PIPE_CLOSED);
        new_pipes_are_others(reader);
        // The ends of the old pipe do not close the new one.
        drop_both(reader, writer);
        OK(pipe_read(new_reader, bytes, 10, &count, limit()));
        EQUAL(count, 3);
        drop_both(new_reader, new_writer);
    } else {
        drop_both(reader, writer);
    }
}

static const struct test tests[] = {
    {"bytes come out in order, then the end", bytes_and_their_end},
    {"what nobody reads is refused", what_nobody_reads},
    {"malformed requests", malformed},
    {"memory that is not there", memory_that_is_not_there},
    {"deadlines at a full and an empty pipe", deadlines},
    {"more pipes than a client may have", flood},
    {"the oldest that waits makes room", the_oldest_makes_room},
    {"a program between two pipes", a_program_between_two_pipes},
    {"programs that wait to write, in their order", writers_in_their_order},
    {"a program killed while it waits", killed_while_it_waits},
    {"ends that are left with init", ends_for_nobody},
    {"options of spawn", spawn_options},
    {"the server is killed", killed_server},
};
GROUP(pipes, tests);
