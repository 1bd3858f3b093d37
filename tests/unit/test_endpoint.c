// SPDX-License-Identifier: MIT
//
// kernel/object/endpoint.c, kernel/ipc/: calls, receives, answers, and every way in which they end otherwise.

#include "unit.h"
#include "world.h"
#include <string.h>
#include "object/endpoint.h"
#include "machine.h"

#define MIDDLE (PRIORITY_COUNT / 2)

static const uint64_t question[MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6, 7, UINT64_MAX};
static const uint64_t answer[MESSAGE_WORDS] = {8, 7, 6, 5, 4, 3, 2, 1};

// A client and a server process; the endpoint is the server's, the client has the right to call.
struct pair {
    struct actor *client, *server;
    uint64_t endpoint, call;
};

static struct pair pair_make(void) {
    struct pair pair = {.client = process_make(), .server = process_make()};
    uint64_t e = MUST(&init_actor, ENDPOINT_CREATE, 4);
    pair.call = give_clone(pair.client, e, RIGHT_ENDPOINT_CALL | RIGHT_CLONE | RIGHT_TRANSFER);
    pair.endpoint = give(pair.server, e, RIGHTS_ENDPOINT_ALL);
    return pair;
}

static void delivered(struct pair *pair) {
    words_set(pair->client, question);
    BEGIN(pair->client, CALL, pair->call, 77, DEADLINE_NONE);
    MUST(pair->server, RECEIVE, pair->endpoint, 0, DEADLINE_NONE);
    assert_int_equal(pair->server->in.a[0], 0);
    assert_int_equal(pair->server->in.a[1], 77);
    assert_memory_equal(words(pair->server), question, sizeof(question));
    assert_false(is_over(pair->client));
}

static void call_is_answered(void **state) {
    (void)state;
    struct pair pair = pair_make();
    delivered(&pair);
    uint64_t number = pair.server->in.a[2];
    assert_status(ACT(pair.server, RECEIVE, pair.endpoint, 0, 0), REPLY_PENDING);
    words_set(pair.server, answer);
    MUST(pair.server, REPLY, 0, 55, 0);
    assert_status(finish(pair.client), OK);
    assert_int_equal(pair.client->in.a[1], 55);
    assert_memory_equal(words(pair.client), answer, sizeof(answer));
    assert_status(ACT(pair.server, REPLY, 0, 55, 0), NO_CALL);
    // The receiver may be there first.
    BEGIN(pair.server, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    words_set(pair.client, question);
    BEGIN(pair.client, CALL, pair.call, 78, DEADLINE_NONE);
    assert_status(finish(pair.server), OK);
    assert_memory_equal(words(pair.server), question, sizeof(question));
    assert_true(pair.server->in.a[2] != number);
    BEGIN(pair.server, REPLY_AND_RECEIVE, pair.endpoint, 56, DEADLINE_NONE);
    assert_status(finish(pair.client), OK);
    assert_int_equal(pair.client->in.a[1], 56);
    BEGIN(pair.client, CALL, pair.call, 79, DEADLINE_NONE);
    assert_status(finish(pair.server), OK);
    assert_int_equal(pair.server->in.a[1], 79);
}

static void headers_are_checked(void **state) {
    (void)state;
    struct pair pair = pair_make();
    assert_status(ACT(pair.client, CALL, pair.call, 1ull << 63, DEADLINE_NONE), BAD_FLAGS);
    assert_status(ACT(pair.client, CALL, pair.call, HEADER_GIVE_BACK, DEADLINE_NONE), BAD_FLAGS);
    assert_status(ACT(pair.client, CALL, pair.call, HEADER_EVENT, DEADLINE_NONE), BAD_FLAGS);
    assert_status(ACT(pair.client, CALL, pair.call, 5ull << HEADER_DESCRIPTORS_SHIFT, DEADLINE_NONE),
                  BAD_VALUE);
    assert_status(ACT(pair.client, CALL, pair.call, 3ull << HEADER_RANGES_SHIFT, DEADLINE_NONE), BAD_VALUE);
    assert_status(ACT(pair.client, RECEIVE, pair.call, 0, 0), NO_RIGHT);
    assert_status(ACT(pair.server, RECEIVE, pair.endpoint, 1, 0), BAD_VALUE);
    delivered(&pair);
    assert_status(ACT(pair.server, REPLY, 0, 1ull << 50, 0), BAD_FLAGS);
    assert_status(ACT(pair.server, REPLY, 0, 1ull << HEADER_RANGES_SHIFT, 0), BAD_VALUE);
    assert_status(ACT(pair.server, REPLY, 0, 0, 7), BAD_VALUE);
    MUST(pair.server, REPLY, 0, 0, 0);
}

static void deadlines_pass(void **state) {
    (void)state;
    struct pair pair = pair_make();
    assert_status(ACT(pair.client, CALL, pair.call, 1, 0), TIMED_OUT);
    assert_status(ACT(pair.server, RECEIVE, pair.endpoint, 0, 0), TIMED_OUT);
    uint64_t now = MUST(pair.client, CLOCK_READ);
    BEGIN(pair.client, CALL, pair.call, 1, now + 1000);
    pass(1000);
    assert_status(finish(pair.client), TIMED_OUT);
    assert_status(ACT(pair.server, RECEIVE, pair.endpoint, 0, 0), TIMED_OUT); // it left the queue
    BEGIN(pair.client, CALL, pair.call, 1, now + 3000);
    MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
    pass(5000);
    assert_status(finish(pair.client), TIMED_OUT);
    assert_status(ACT(pair.server, REPLY, 0, 1, 0), CALLER_GONE);
    assert_status(ACT(pair.server, REPLY, 0, 1, 0), NO_CALL);
}

static void callers_are_served_in_order(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *more[3];
    for (unsigned i = 0; i < 3; i++) {
        more[i] = thread_make(pair.client, MIDDLE);
        BEGIN(more[i], CALL, pair.call, 100 + i, DEADLINE_NONE);
    }
    for (unsigned i = 0; i < 3; i++) {
        MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
        assert_int_equal(pair.server->in.a[1], 100 + i);
        MUST(pair.server, REPLY, 0, 200 + i, 0);
        assert_status(finish(more[i]), OK);
        assert_int_equal(more[i]->in.a[1], 200 + i);
    }
}

static void no_server(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *second = thread_make(pair.client, MIDDLE);
    BEGIN(second, CALL, pair.call, 1, DEADLINE_NONE);
    MUST(pair.server, DESCRIPTOR_RELEASE, pair.endpoint);
    assert_status(finish(second), NO_SERVER);
    assert_status(ACT(pair.client, CALL, pair.call, 1, DEADLINE_NONE), NO_SERVER);
}

static void server_dies(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *second = thread_make(pair.client, MIDDLE);
    delivered(&pair);
    BEGIN(second, CALL, pair.call, 1, DEADLINE_NONE);
    MUST(&init_actor, PROCESS_END, pair.server->process, 0);
    drain();
    assert_status(finish(pair.client), SERVER_DIED);
    assert_status(finish(second), NO_SERVER);
}

static void server_thread_drops(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *keeper = thread_make(pair.server, MIDDLE);
    delivered(&pair);
    BEGIN(pair.server, THREAD_EXIT);
    drain();
    assert_status(finish(pair.client), DROPPED);
    // keeper's process goes on.
    BEGIN(pair.client, CALL, pair.call, 5, DEADLINE_NONE);
    MUST(keeper, RECEIVE, pair.endpoint, 0, 0);
    MUST(keeper, REPLY, 0, 5, 0);
    assert_status(finish(pair.client), OK);
}

static void caller_dies(void **state) {
    (void)state;
    struct pair pair = pair_make();
    delivered(&pair);
    MUST(&init_actor, PROCESS_END, pair.client->process, 0);
    drain();
    assert_status(ACT(pair.server, REPLY, 0, 5, 0), CALLER_GONE);
    assert_status(ACT(pair.server, RECEIVE, pair.endpoint, 0, 0), TIMED_OUT);
}

static void release_ends_call(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *second = thread_make(pair.client, MIDDLE);
    uint64_t clone = MUST(pair.client, DESCRIPTOR_CLONE, pair.call, RIGHT_ENDPOINT_CALL);
    BEGIN(second, CALL, clone, 1, DEADLINE_NONE);
    MUST(pair.client, DESCRIPTOR_RELEASE, clone);
    assert_status(finish(second), CLOSED);
    struct actor *receiver = thread_make(pair.server, MIDDLE);
    uint64_t r = MUST(pair.server, DESCRIPTOR_CLONE, pair.endpoint, RIGHT_ENDPOINT_RECEIVE);
    BEGIN(receiver, RECEIVE, r, 0, DEADLINE_NONE);
    MUST(pair.server, DESCRIPTOR_RELEASE, r);
    assert_status(finish(receiver), CLOSED);
}

static void send(struct actor *a, unsigned index, uint64_t descriptor, uint64_t rights, unsigned mode) {
    struct message_descriptor entry = {descriptor, (uint32_t)rights, mode};
    store(a, a->message + offsetof(struct message_page, send) + index * sizeof(entry), &entry, sizeof(entry));
}

static struct message_received received(struct actor *a, unsigned index) {
    struct message_received entry;
    load(a, a->message + offsetof(struct message_page, received) + index * sizeof(entry), &entry,
         sizeof(entry));
    return entry;
}

#define WITH(count) ((uint64_t)(count) << HEADER_DESCRIPTORS_SHIFT)

// A moved descriptor is in transit until the answer, then the server's.
static void move_settles(void **state) {
    (void)state;
    struct pair pair = pair_make();
    uint64_t m = MUST(pair.client, MEMORY_ALLOCATE, 3 * PAGE_SIZE, 0);
    uint64_t client_used = quota_of(pair.client)->used.bytes, server_used = quota_of(pair.server)->used.bytes;
    struct actor *other = thread_make(pair.client, MIDDLE);
    client_used = quota_of(pair.client)->used.bytes;
    send(pair.client, 0, m, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP | RIGHT_CLONE | RIGHT_TRANSFER,
         DESCRIPTOR_MOVE);
    offer(pair.server, 4, 100 * PAGE_SIZE);
    BEGIN(pair.client, CALL, pair.call, WITH(1), DEADLINE_NONE);
    assert_status(ACT(other, DESCRIPTOR_RELEASE, m), IN_TRANSIT);
    MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
    assert_int_equal(pair.server->in.a[1], WITH(1));
    struct message_received got = received(pair.server, 0);
    assert_int_equal(got.type, OBJECT_MEMORY);
    assert_int_equal(quota_of(pair.server)->used.bytes, server_used + 3 * PAGE_SIZE);
    assert_int_equal(quota_of(pair.client)->used.bytes, client_used);
    assert_status(ACT(other, MEMORY_SEAL, m), IN_TRANSIT);
    assert_status(ACT(pair.server, DESCRIPTOR_CLONE, got.descriptor, 0), WRONG_KIND);
    assert_status(ACT(pair.server, DESCRIPTOR_TRANSFER, got.descriptor, pair.endpoint, 0), WRONG_TYPE);
    MUST(pair.server, SPACE_MAP, 0, got.descriptor, 0x20000000, 0, PAGE_SIZE, MAP_READ);
    assert_true(touch(pair.server, 0x20000000, ACCESS_READ));
    MUST(pair.server, REPLY, 0, 0, 0);
    assert_status(finish(pair.client), OK);
    assert_status(ACT(other, DESCRIPTOR_RELEASE, m), BAD_DESCRIPTOR);
    assert_int_equal(quota_of(pair.client)->used.bytes, client_used - 3 * PAGE_SIZE);
    MUST(pair.server, DESCRIPTOR_CLONE, got.descriptor, 0);
    assert_true(touch(pair.server, 0x20000000, ACCESS_READ));
}

// Every other end gives it back, the server's mappings gone.
static void move_is_given_back(void **state) {
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct pair pair = pair_make();
        uint64_t now = MUST(pair.client, CLOCK_READ);
        uint64_t m = MUST(pair.client, MEMORY_ALLOCATE, PAGE_SIZE, 0);
        uint64_t server_used = quota_of(pair.server)->used.bytes;
        status_t expected = STATUS_OK;
        send(pair.client, 0, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
        offer(pair.server, 1, PAGE_SIZE);
        BEGIN(pair.client, CALL, pair.call, WITH(1), now + 1000);
        if (i > 0) {
            MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
            uint64_t got = received(pair.server, 0).descriptor;
            MUST(pair.server, SPACE_MAP, 0, got, 0x20000000, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
            assert_true(touch(pair.server, 0x20000000, ACCESS_WRITE));
        }
        if (i < 2)
            pass(2000), expected = STATUS_TIMED_OUT;
        else if (i == 2)
            MUST(pair.server, REPLY, 0, HEADER_GIVE_BACK, 0);
        else if (i == 3)
            MUST(&init_actor, PROCESS_END, pair.server->process, 0), expected = STATUS_SERVER_DIED;
        else if (i == 4)
            BEGIN(pair.server, THREAD_EXIT), expected = STATUS_SERVER_DIED;
        else
            MUST(pair.server, DESCRIPTOR_RELEASE, received(pair.server, 0).descriptor),
                MUST(pair.server, REPLY, 0, 0, 0);
        drain();
        status_t status = finish(pair.client);
        if (status != expected && !(i == 4 && status == STATUS_DROPPED))
            fail_msg("case %u: status %d", i, (int)status);
        MUST(pair.client, MEMORY_SEAL, m);
        if (i != 3 && i != 4) {
            assert_int_equal(quota_of(pair.server)->used.bytes, server_used);
            assert_false(touch(pair.server, 0x20000000, ACCESS_READ));
        }
        process_unmake(pair.client);
        process_unmake(pair.server);
    }
}

static void message_is_refused(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *c = pair.client;
    uint64_t m = MUST(c, MEMORY_ALLOCATE, PAGE_SIZE, 0), n = MUST(c, NOTIFICATION_CREATE);
    uint64_t blind = MUST(c, DESCRIPTOR_CLONE, n, RIGHT_NOTIFICATION_WAIT),
             weak = MUST(c, DESCRIPTOR_WEAKEN, n);
    MUST(c, SPACE_MAP, 0, m, 0x30000000, 0, PAGE_SIZE, MAP_READ);
    struct snapshot before, after;
    snapshot_take(c, &before);
    send(c, 0, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), MAPPED);
    send(c, 0, n, RIGHTS_NOTIFICATION_ALL, DESCRIPTOR_MOVE);
    send(c, 1, n, RIGHTS_NOTIFICATION_ALL, DESCRIPTOR_CLONE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), DUPLICATE);
    send(c, 1, 123456, 0, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), BAD_DESCRIPTOR);
    send(c, 1, weak, 0, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), WRONG_KIND);
    send(c, 1, blind, 0, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), NO_RIGHT);
    send(c, 1, blind, 0, DESCRIPTOR_CLONE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), NO_RIGHT);
    send(c, 1, m, RIGHTS_MEMORY_ALL, 3);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), BAD_FLAGS);
    send(c, 1, m, 0x100, DESCRIPTOR_CLONE);
    assert_status(ACT(c, CALL, pair.call, WITH(2), DEADLINE_NONE), NO_RIGHT);
    send(c, 0, pair.call, RIGHT_ENDPOINT_CALL, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), SELF);
    // Not offered: the receiver goes on waiting.
    send(c, 0, n, RIGHTS_NOTIFICATION_ALL, DESCRIPTOR_MOVE);
    offer(pair.server, 0, 0);
    BEGIN(pair.server, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), NOT_OFFERED);
    assert_false(is_over(pair.server));
    BEGIN(c, CALL, pair.call, 3, DEADLINE_NONE);
    assert_status(finish(pair.server), OK);
    MUST(pair.server, REPLY, 0, 0, 0);
    assert_status(finish(c), OK);
    snapshot_take(c, &after);
    assert_memory_equal(&before, &after, sizeof(before));
}

// Descriptors in an answer, into slots that the caller offered.
static void answer_carries(void **state) {
    (void)state;
    struct pair pair = pair_make();
    uint64_t n = MUST(pair.server, NOTIFICATION_CREATE),
             m = MUST(pair.server, MEMORY_ALLOCATE, 2 * PAGE_SIZE, 0);
    offer(pair.client, 2, 2 * PAGE_SIZE);
    delivered(&pair);
    send(pair.server, 0, n, RIGHT_NOTIFICATION_SIGNAL, DESCRIPTOR_CLONE);
    send(pair.server, 1, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
    send(pair.server, 2, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_CLONE);
    assert_status(ACT(pair.server, REPLY, 0, WITH(3), 0), DUPLICATE);
    send(pair.server, 2, pair.endpoint, RIGHT_ENDPOINT_CALL, DESCRIPTOR_CLONE);
    assert_status(ACT(pair.server, REPLY, 0, WITH(3), 0), NOT_OFFERED);
    MUST(pair.server, REPLY, 0, WITH(2), 0);
    assert_status(finish(pair.client), OK);
    MUST(pair.client, NOTIFICATION_SIGNAL, received(pair.client, 0).descriptor, 4);
    assert_int_equal(MUST(pair.server, NOTIFICATION_WAIT, n, 4, 0), 4);
    MUST(pair.client, MEMORY_SEAL, received(pair.client, 1).descriptor);
    assert_status(ACT(pair.server, MEMORY_SEAL, m), BAD_DESCRIPTOR);
}

static void lent_ranges_are_copied(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct message_range ranges[2] = {{SCRATCH + 100, 50, RANGE_READ},
                                      {0x21000000 - 20, 40, RANGE_READ | RANGE_WRITE}};
    struct actor *c = pair.client, *s = pair.server;
    uint64_t m = MUST(c, MEMORY_ALLOCATE, PAGE_SIZE, 0);
    MUST(c, SPACE_MAP, 0, m, 0x21000000 - PAGE_SIZE, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    store(c, SCRATCH + 100, "lent bytes", 11);
    uint64_t at = c->message + offsetof(struct message_page, lend);
    ranges[0].flags = 4;
    store(c, at, ranges, sizeof(ranges));
    assert_status(ACT(c, CALL, pair.call, 2ull << HEADER_RANGES_SHIFT, DEADLINE_NONE), BAD_FLAGS);
    ranges[0].flags = RANGE_READ;
    ranges[1].address = USER_END;
    store(c, at, ranges, sizeof(ranges));
    assert_status(ACT(c, CALL, pair.call, 2ull << HEADER_RANGES_SHIFT, DEADLINE_NONE), BAD_ADDRESS);
    ranges[1].address = 0x21000000 - 20;
    store(c, at, ranges, sizeof(ranges));
    BEGIN(c, CALL, pair.call, 2ull << HEADER_RANGES_SHIFT, DEADLINE_NONE);
    assert_status(ACT(s, LENT_READ, 0, 0, 0, SCRATCH, 11), NO_CALL);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    struct message_range shown[2];
    load(s, s->message + offsetof(struct message_page, lent), shown, sizeof(shown));
    assert_int_equal(shown[0].address, 0);
    assert_int_equal(shown[0].length, 50);
    assert_int_equal(shown[1].flags, RANGE_READ | RANGE_WRITE);
    assert_int_equal(MUST(s, LENT_READ, 0, 0, 0, SCRATCH, 11), 11);
    char text[20];
    load(s, SCRATCH, text, 11);
    assert_string_equal(text, "lent bytes");
    assert_status(ACT(s, LENT_READ, 0, 0, 40, SCRATCH, 11), OUT_OF_RANGE);
    assert_status(ACT(s, LENT_READ, 0, 0, UINT64_MAX, SCRATCH, 11), OUT_OF_RANGE);
    assert_status(ACT(s, LENT_READ, 0, 2, 0, SCRATCH, 1), BAD_VALUE);
    assert_status(ACT(s, LENT_READ, 0, 0, 0, SCRATCH, LENT_COPY_MAX + 1), BAD_SIZE);
    assert_status(ACT(s, LENT_READ, 0, 0, 0, 0x33330000, 4), BAD_ADDRESS);
    // Without the right, and beyond what is mapped: the bytes that went are told.
    assert_status(ACT(s, LENT_WRITE, 0, 0, 0, SCRATCH, 4), LENT_FAULT);
    assert_status(ACT(s, LENT_WRITE, 0, 1, 0, SCRATCH, 40), LENT_FAULT);
    assert_int_equal(s->in.a[0], 20);
    MUST(s, REPLY, 0, 0, 0);
    assert_status(finish(c), OK);
    load(c, 0x21000000 - 20, text, 11);
    assert_string_equal(text, "lent bytes");
}

// A thread of the server is releasing the descriptor, in steps, when another one answers: it goes back to the
// caller, whole, before the caller runs.
static void answer_meets_release(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *t1 = pair.server, *t2 = thread_make(pair.server, MIDDLE);
    uint64_t m = MUST(pair.client, MEMORY_ALLOCATE, 4 * PAGE_SIZE, 0), n = MUST(t1, NOTIFICATION_CREATE);
    send(pair.client, 0, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
    offer(t1, 1, 4 * PAGE_SIZE);
    MUST(pair.client, THREAD_PRIORITY, 0, MIDDLE + 1);
    BEGIN(pair.client, CALL, pair.call, WITH(1), DEADLINE_NONE);
    MUST(t1, RECEIVE, pair.endpoint, 0, 0);
    uint64_t got = received(t1, 0).descriptor;
    for (unsigned i = 0; i < 4; i++)
        MUST(t1, SPACE_MAP, 0, got, 0x20000000 + i * 0x10000, i * PAGE_SIZE, PAGE_SIZE, MAP_READ);
    uint64_t now = MUST(t1, CLOCK_READ);
    MUST(t1, THREAD_PRIORITY, 0, MIDDLE + 1);
    turn(t1);
    BEGIN(t1, NOTIFICATION_WAIT, n, 1, now + 1000);
    turn(t2);
    host_clock_step(now + 1000); // due when the kernel next takes interrupts
    BEGIN(t2, DESCRIPTOR_RELEASE, got);
    assert_status(finish(t1), TIMED_OUT);
    assert_true(t2->busy);
    MUST(t1, REPLY, 0, 0, 0);
    BEGIN(t1, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    assert_status(finish(pair.client), OK);
    MUST(pair.client, MEMORY_SEAL, m);
    BEGIN(pair.client, PROCESS_EXIT, 0);
    drain();
    assert_true(is_over(t2));
    assert_status((status_t)(int64_t)t2->in.status, OK);
}

// What is offered in bytes bounds what arrives; what a thread waits on, or was received, does not travel.
static void some_descriptors_stay(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *c = pair.client, *s = pair.server, *other = thread_make(c, MIDDLE);
    uint64_t m = MUST(c, MEMORY_ALLOCATE, 3 * PAGE_SIZE, 0), n = MUST(c, NOTIFICATION_CREATE);
    offer(s, 4, 3 * PAGE_SIZE - 1);
    BEGIN(s, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    send(c, 0, m, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), NOT_OFFERED);
    BEGIN(other, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    send(c, 0, n, RIGHTS_NOTIFICATION_ALL, DESCRIPTOR_MOVE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), MAPPED);
    MUST(c, NOTIFICATION_SIGNAL, n, 1);
    assert_status(finish(other), OK);
    BEGIN(c, CALL, pair.call, WITH(1), DEADLINE_NONE);
    assert_status(finish(s), OK);
    uint64_t got = received(s, 0).descriptor, e = MUST(s, ENDPOINT_CREATE, 0);
    send(s, 0, got, RIGHTS_NOTIFICATION_ALL, DESCRIPTOR_CLONE);
    assert_status(ACT(s, CALL, e, WITH(1), 0), TIMED_OUT);
    assert_status(ACT(s, CALL, e, WITH(1), DEADLINE_NONE), WRONG_KIND);
    MUST(s, REPLY, 0, 0, 0);
    assert_status(finish(c), OK);
}

// The places of an endpoint are records that the receiver pays for: an offer counts them.
static void places_count_in_an_offer(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *c = pair.client, *s = pair.server;
    uint64_t e = MUST(c, ENDPOINT_CREATE, 3);
    offer(s, 1, 3 * OFFER_RECORD_BYTES - 1);
    BEGIN(s, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    send(c, 0, e, RIGHTS_ENDPOINT_ALL, DESCRIPTOR_CLONE);
    assert_status(ACT(c, CALL, pair.call, WITH(1), DEADLINE_NONE), NOT_OFFERED);
    assert_true(s->busy);
    uint64_t none = MUST(c, ENDPOINT_CREATE, 0);
    send(c, 0, none, RIGHTS_ENDPOINT_ALL, DESCRIPTOR_CLONE);
    BEGIN(c, CALL, pair.call, WITH(1), DEADLINE_NONE);
    assert_status(finish(s), OK);
    MUST(s, DESCRIPTOR_RELEASE, received(s, 0).descriptor);
    MUST(s, REPLY, 0, 0, 0);
    assert_status(finish(c), OK);
    offer(s, 1, 3 * OFFER_RECORD_BYTES);
    BEGIN(s, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    send(c, 0, e, RIGHTS_ENDPOINT_ALL, DESCRIPTOR_CLONE);
    BEGIN(c, CALL, pair.call, WITH(1), DEADLINE_NONE);
    assert_status(finish(s), OK);
    MUST(s, DESCRIPTOR_RELEASE, received(s, 0).descriptor);
    MUST(s, REPLY, 0, 0, 0);
    assert_status(finish(c), OK);
}

// An answer that takes the receive right along leaves nothing to receive through, also when a call waits.
static void receive_right_is_given_away(void **state) {
    (void)state;
    struct actor *s = process_make(), *one = thread_make(s, MIDDLE), *two = thread_make(s, MIDDLE);
    uint64_t e = MUST(s, ENDPOINT_CREATE, 0), call = MUST(s, DESCRIPTOR_CLONE, e, RIGHT_ENDPOINT_CALL);
    offer(one, 1, 0);
    BEGIN(one, CALL, call, 11, DEADLINE_NONE);
    MUST(s, RECEIVE, e, 0, DEADLINE_NONE);
    BEGIN(two, CALL, call, 22, DEADLINE_NONE);
    send(s, 0, e, RIGHTS_ENDPOINT_ALL, DESCRIPTOR_MOVE);
    assert_status(ACT(s, REPLY_AND_RECEIVE, e, WITH(1), DEADLINE_NONE), CLOSED);
    assert_status(finish(one), OK);
    assert_true(two->busy);
    uint64_t moved = received(one, 0).descriptor;
    MUST(one, RECEIVE, moved, 0, DEADLINE_NONE);
    assert_int_equal(one->in.a[1], 22);
    MUST(one, REPLY, 0, 0, 0);
    assert_status(finish(two), OK);
}

// A moved endpoint whose receive right does not travel has a server less when the move is final, and not
// before; with the right it has as many as it had.
static void receive_right_is_cut_off(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *c = pair.client, *s = pair.server;
    for (unsigned keeps = 0; keeps < 2; keeps++) {
        uint64_t e = MUST(c, ENDPOINT_CREATE, 0), call = MUST(c, DESCRIPTOR_CLONE, e, RIGHT_ENDPOINT_CALL);
        uint64_t rights = RIGHT_ENDPOINT_CALL | (keeps ? RIGHT_ENDPOINT_RECEIVE : 0);
        offer(s, 1, 0);
        send(c, 0, e, rights, DESCRIPTOR_MOVE);
        BEGIN(c, CALL, pair.call, WITH(1), DEADLINE_NONE);
        MUST(s, RECEIVE, pair.endpoint, 0, 0);
        const struct endpoint *endpoint = (const struct endpoint *)object_of(c, call);
        assert_int_equal(atomic_load(&endpoint->servers), 1);
        MUST(s, REPLY, 0, 0, 0);
        assert_status(finish(c), OK);
        assert_int_equal(atomic_load(&endpoint->servers), keeps);
        struct actor *other = thread_make(c, MIDDLE);
        BEGIN(other, CALL, call, 1, MUST(c, CLOCK_READ) + 1000);
        pass(1000);
        assert_int_equal(finish(other), keeps ? STATUS_TIMED_OUT : STATUS_NO_SERVER);
    }
}

// A receive that meets only calls which do not fit refuses a few of them at a time: who is more urgent runs
// between.
static void refusals_come_in_steps(void **state) {
    enum { CALLERS = 40, REFUSED_MOST = 16 }; // eight in the call itself, eight in its first step
    (void)state;
    struct limits limits = limits_usual();
    limits.records[RECORD_THREAD] = 2 * CALLERS + 16;
    limits.records[RECORD_NOTIFICATION] = CALLERS + 1;
    struct pair pair = {.client = process_make_with(&limits), .server = process_make()};
    uint64_t e = MUST(&init_actor, ENDPOINT_CREATE, 0);
    uint64_t call = give_clone(pair.client, e, RIGHT_ENDPOINT_CALL);
    pair.endpoint = give(pair.server, e, RIGHTS_ENDPOINT_ALL);
    struct actor *callers[CALLERS], *urgent = thread_make(pair.server, MIDDLE);
    uint64_t n = MUST(pair.server, NOTIFICATION_CREATE);
    uint64_t carried = MUST(pair.client, NOTIFICATION_CREATE);
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = thread_make(pair.client, MIDDLE);
        send(callers[i], 0, carried, RIGHT_NOTIFICATION_SIGNAL, DESCRIPTOR_CLONE);
        BEGIN(callers[i], CALL, call, WITH(1), DEADLINE_NONE);
    }
    uint64_t now = MUST(urgent, CLOCK_READ);
    turn(urgent);
    MUST(urgent, THREAD_PRIORITY, 0, MIDDLE + 1);
    BEGIN(urgent, NOTIFICATION_WAIT, n, 1, now + 1000);
    turn(pair.server);
    host_clock_tick(1000); // due when the kernel next takes interrupts
    BEGIN(pair.server, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    assert_status(finish(urgent), TIMED_OUT);
    unsigned refused = 0;
    for (unsigned i = 0; i < CALLERS; i++)
        refused += atomic_load(&callers[i]->thread->state) == THREAD_READY;
    assert_in_range(refused, 1, REFUSED_MOST);
    MUST(urgent, THREAD_PRIORITY, 0, MIDDLE);
    for (unsigned i = 0; i < CALLERS; i++)
        assert_status(finish(callers[i]), NOT_OFFERED);
    assert_true(pair.server->busy);
}

// The same where the receive right came with the call and the answer gives it back.
static void receive_right_is_given_back(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *c = pair.client, *s = pair.server, *other = thread_make(c, MIDDLE);
    uint64_t e = MUST(c, ENDPOINT_CREATE, 0), call = MUST(c, DESCRIPTOR_CLONE, e, RIGHT_ENDPOINT_CALL);
    offer(s, 1, 0);
    BEGIN(s, RECEIVE, pair.endpoint, 0, DEADLINE_NONE);
    send(c, 0, e, RIGHTS_ENDPOINT_ALL, DESCRIPTOR_MOVE);
    BEGIN(c, CALL, pair.call, WITH(1), DEADLINE_NONE);
    assert_status(finish(s), OK);
    uint64_t lent = received(s, 0).descriptor;
    BEGIN(other, CALL, call, 33, DEADLINE_NONE);
    assert_status(ACT(s, REPLY_AND_RECEIVE, lent, HEADER_GIVE_BACK, DEADLINE_NONE), CLOSED);
    assert_status(finish(c), OK);
    assert_true(other->busy);
    MUST(c, RECEIVE, e, 0, DEADLINE_NONE);
    assert_int_equal(c->in.a[1], 33);
    MUST(c, REPLY, 0, 0, 0);
    assert_status(finish(other), OK);
}

WORLD_MAIN(WORLD_TEST(receive_right_is_cut_off), WORLD_TEST(refusals_come_in_steps),
           WORLD_TEST(receive_right_is_given_back), WORLD_TEST(places_count_in_an_offer),
           WORLD_TEST(receive_right_is_given_away), WORLD_TEST(answer_meets_release),
           WORLD_TEST(some_descriptors_stay), WORLD_TEST(call_is_answered), WORLD_TEST(headers_are_checked),
           WORLD_TEST(deadlines_pass), WORLD_TEST(callers_are_served_in_order), WORLD_TEST(no_server),
           WORLD_TEST(server_dies), WORLD_TEST(server_thread_drops), WORLD_TEST(caller_dies),
           WORLD_TEST(release_ends_call), WORLD_TEST(move_settles), WORLD_TEST(move_is_given_back),
           WORLD_TEST(message_is_refused), WORLD_TEST(answer_carries), WORLD_TEST(lent_ranges_are_copied))
