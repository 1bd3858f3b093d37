// SPDX-License-Identifier: MIT
//
// Badges: kernel/object/endpoint.c.

#include "unit.h"
#include "world.h"

#define MIDDLE (PRIORITY_COUNT / 2)

struct pair {
    struct actor *client, *server;
    uint64_t endpoint, badge;
};

static struct pair pair_make(void) {
    struct pair pair = {.client = process_make(), .server = process_make()};
    uint64_t e = MUST(&init_actor, ENDPOINT_CREATE, 2);
    uint64_t b = MUST(&init_actor, BADGE_CREATE, e, 1234);
    pair.badge = give(pair.client, b, RIGHTS_BADGE_ALL);
    pair.endpoint = give(pair.server, e, RIGHTS_ENDPOINT_ALL);
    return pair;
}

static void badge_names_the_caller(void **state) {
    (void)state;
    struct pair pair = pair_make();
    BEGIN(pair.client, CALL, pair.badge, 5, DEADLINE_NONE);
    MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
    assert_int_equal(pair.server->in.a[0], 1234);
    MUST(pair.server, REPLY, 0, 6, 0);
    assert_status(finish(pair.client), OK);
    assert_int_equal(pair.client->in.a[1], 6);
}

static void places_are_few(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *s = pair.server;
    assert_status(ACT(s, BADGE_CREATE, pair.endpoint, 0), BAD_VALUE);
    assert_status(ACT(s, BADGE_CREATE, pair.endpoint, 1234), DUPLICATE);
    uint64_t second = MUST(s, BADGE_CREATE, pair.endpoint, 5);
    assert_status(ACT(s, BADGE_CREATE, pair.endpoint, 6), NO_PLACE);
    uint64_t caller = MUST(s, DESCRIPTOR_CLONE, pair.endpoint, RIGHT_ENDPOINT_CALL);
    assert_status(ACT(s, BADGE_CREATE, caller, 6), NO_RIGHT);
    assert_status(ACT(s, BADGE_DESTROY, caller, 5), NO_RIGHT);
    assert_status(ACT(s, BADGE_DESTROY, pair.endpoint, 99), DEAD);
    // The last descriptor goes: the server hears, and the place is free.
    uint64_t clone = MUST(s, DESCRIPTOR_CLONE, second, 0);
    MUST(s, DESCRIPTOR_RELEASE, second);
    assert_status(ACT(s, RECEIVE, pair.endpoint, 0, 0), TIMED_OUT);
    MUST(s, DESCRIPTOR_RELEASE, clone);
    MUST(s, RECEIVE, pair.endpoint, 0, 0);
    assert_int_equal(s->in.a[0], 5);
    assert_int_equal(s->in.a[1], HEADER_EVENT | EVENT_BADGE_CLOSED);
    MUST(s, BADGE_CREATE, pair.endpoint, 6);
    assert_status(ACT(s, ENDPOINT_CREATE, BADGE_PLACES_MAX + 1), BAD_VALUE);
    assert_status(ACT(s, ENDPOINT_CREATE, BADGE_PLACES_MAX), NO_QUOTA);
}

static void destroy_cancels(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *second = thread_make(pair.client, MIDDLE), *third = thread_make(pair.client, MIDDLE);
    BEGIN(pair.client, CALL, pair.badge, 1, DEADLINE_NONE);
    MUST(pair.server, RECEIVE, pair.endpoint, 0, 0);
    BEGIN(second, CALL, pair.badge, 2, DEADLINE_NONE);
    BEGIN(third, CALL, pair.badge, 2, DEADLINE_NONE);
    MUST(pair.server, BADGE_DESTROY, pair.endpoint, 1234);
    drain();
    assert_status(finish(pair.client), CANCELLED);
    assert_status(finish(second), CANCELLED);
    assert_status(finish(third), CANCELLED);
    assert_status(ACT(pair.server, REPLY, 0, 0, 0), CALLER_GONE);
    status_t status = ACT(pair.client, CALL, pair.badge, 1, DEADLINE_NONE);
    assert_true(status == STATUS_CANCELLED || status == STATUS_DEAD);
    assert_status(ACT(pair.server, BADGE_DESTROY, pair.endpoint, 1234), DEAD);
}

static void endpoint_outlived_by_badge(void **state) {
    (void)state;
    struct pair pair = pair_make();
    struct actor *second = thread_make(pair.client, MIDDLE);
    BEGIN(second, CALL, pair.badge, 1, DEADLINE_NONE);
    MUST(pair.server, DESCRIPTOR_RELEASE, pair.endpoint);
    status_t status = finish(second);
    assert_true(status == STATUS_NO_SERVER || status == STATUS_CLOSED);
    status = ACT(pair.client, CALL, pair.badge, 1, DEADLINE_NONE);
    assert_true(status == STATUS_NO_SERVER || status == STATUS_DEAD);
    MUST(pair.client, DESCRIPTOR_RELEASE, pair.badge);
}

WORLD_MAIN(WORLD_TEST(badge_names_the_caller), WORLD_TEST(places_are_few), WORLD_TEST(destroy_cancels),
           WORLD_TEST(endpoint_outlived_by_badge))
