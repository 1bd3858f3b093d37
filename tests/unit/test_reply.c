// SPDX-License-Identifier: MIT
//
// kernel/object/reply.c: a kept call is answered by any thread, dropped, or left by its caller.

#include "unit.h"
#include "world.h"

#define MIDDLE (PRIORITY_COUNT / 2)

struct pair {
    struct actor *client, *server;
    uint64_t endpoint, call;
};

static struct pair pair_make(void) {
    struct pair pair = {.client = process_make(), .server = process_make()};
    uint64_t e = MUST(&init_actor, ENDPOINT_CREATE, 0);
    pair.call = give_clone(pair.client, e, RIGHT_ENDPOINT_CALL);
    pair.endpoint = give(pair.server, e, RIGHTS_ENDPOINT_ALL);
    return pair;
}

static void reply_keeps_a_call(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *s = pair.server, *second = thread_make(pair.client, MIDDLE),
                 *helper = thread_make(s, MIDDLE);
    uint64_t reply = MUST(s, REPLY_CREATE);
    assert_status(ACT(s, REPLY_KEEP, reply), NO_CALL);
    BEGIN(pair.client, CALL, pair.call, 1, DEADLINE_NONE);
    BEGIN(second, CALL, pair.call, 2, DEADLINE_NONE);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    MUST(s, REPLY_KEEP, reply);
    assert_status(ACT(s, REPLY, 0, 0, 0), NO_CALL);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    assert_status(ACT(s, REPLY_KEEP, reply), REPLY_PENDING);
    MUST(helper, REPLY, reply, 71, 0); // another thread answers
    assert_status(finish(pair.client), OK);
    assert_int_equal(pair.client->in.a[1], 71);
    assert_status(ACT(helper, REPLY, reply, 71, 0), NO_CALL);
    MUST(s, REPLY_KEEP, reply);
    MUST(s, DESCRIPTOR_RELEASE, reply);
    assert_status(finish(second), DROPPED);
}

static void kept_caller_may_go(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *s = pair.server;
    uint64_t reply = MUST(s, REPLY_CREATE), now = MUST(s, CLOCK_READ);
    BEGIN(pair.client, CALL, pair.call, 1, now + 100);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    MUST(s, REPLY_KEEP, reply);
    pass(200);
    assert_status(finish(pair.client), TIMED_OUT);
    assert_status(ACT(s, REPLY, reply, 0, 0), CALLER_GONE);
    // Empty again.
    BEGIN(pair.client, CALL, pair.call, 1, DEADLINE_NONE);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    MUST(s, REPLY_KEEP, reply);
    MUST(&init_actor, PROCESS_END, s->process, 0);
    drain();
    assert_status(finish(pair.client), SERVER_DIED);
}

// Who answers pays for clones on their way; a refused answer leaves the call to be answered.
static void clones_need_quota(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *s = pair.server;
    uint64_t left = quota_of(s)->limit.bytes - quota_of(s)->used.bytes;
    uint64_t large = MUST(s, MEMORY_ALLOCATE, left / 3 * 2);
    struct message_descriptor clone = {.descriptor = large, .mode = DESCRIPTOR_CLONE};
    uint64_t header = 1ull << HEADER_DESCRIPTORS_SHIFT;
    BEGIN(pair.client, CALL, pair.call, 1, DEADLINE_NONE);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    store(s, s->message, &clone, sizeof(clone));
    assert_status(ACT(s, REPLY, 0, header, 0), NO_QUOTA);
    assert_status(ACT(s, REPLY_AND_RECEIVE, pair.endpoint, header, 0), NO_QUOTA);
    MUST(s, REPLY, 0, 9, 0);
    assert_status(finish(pair.client), OK);
    assert_int_equal(pair.client->in.a[1], 9);
}

WORLD_MAIN(WORLD_TEST(reply_keeps_a_call), WORLD_TEST(kept_caller_may_go), WORLD_TEST(clones_need_quota))
