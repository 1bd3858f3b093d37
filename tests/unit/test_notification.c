// SPDX-License-Identifier: MIT
//
// kernel/object/notification.c: bits, waits, the timer, and binding to a thread's receive.

#include "unit.h"
#include "world.h"

static void bits_are_taken(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    assert_status(ACT(a, NOTIFICATION_SIGNAL, n, 0), BAD_VALUE);
    MUST(a, NOTIFICATION_SIGNAL, n, 0x5);
    MUST(a, NOTIFICATION_SIGNAL, n, 0x9);
    assert_int_equal(MUST(a, NOTIFICATION_WAIT, n, 0x3, DEADLINE_NONE), 0x1);
    assert_int_equal(MUST(a, NOTIFICATION_WAIT, n, UINT64_MAX, DEADLINE_NONE), 0xc);
    assert_status(ACT(a, NOTIFICATION_WAIT, n, UINT64_MAX, 0), TIMED_OUT);
    assert_status(ACT(a, NOTIFICATION_WAIT, n, 0, 0), BAD_VALUE);
}

static void signal_wakes(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    BEGIN(b, NOTIFICATION_WAIT, n, 0x10, DEADLINE_NONE);
    assert_false(is_over(b));
    MUST(a, NOTIFICATION_SIGNAL, n, 0x20);
    assert_false(is_over(b));
    // One thread at a time.
    assert_status(ACT(a, NOTIFICATION_WAIT, n, 0x1, DEADLINE_NONE), BOUND);
    MUST(a, NOTIFICATION_SIGNAL, n, 0x10);
    assert_status(finish(b), OK);
    assert_int_equal(b->in.a[0], 0x10);
    assert_int_equal(MUST(a, NOTIFICATION_WAIT, n, UINT64_MAX, 0), 0x20);
}

static void wait_times_out(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    uint64_t now = MUST(a, CLOCK_READ);
    BEGIN(b, NOTIFICATION_WAIT, n, 1, now + 5000);
    pass(4999);
    assert_false(is_over(b));
    pass(1);
    assert_status(finish(b), TIMED_OUT);
}

static void release_ends_wait(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    uint64_t clone = MUST(a, DESCRIPTOR_CLONE, n, RIGHTS_NOTIFICATION_ALL);
    BEGIN(b, NOTIFICATION_WAIT, clone, 1, DEADLINE_NONE);
    MUST(a, DESCRIPTOR_RELEASE, n);
    assert_false(is_over(b));
    MUST(a, DESCRIPTOR_RELEASE, clone);
    assert_status(finish(b), CLOSED);
}

static void timer_raises(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    uint64_t now = MUST(a, CLOCK_READ);
    assert_status(ACT(a, NOTIFICATION_TIMER, n, 0, now + 10), BAD_VALUE);
    MUST(a, NOTIFICATION_TIMER, n, 0x2, now + 1000);
    MUST(a, NOTIFICATION_TIMER, n, 0x4, now + 2000); // replaces it
    pass(1500);
    assert_status(ACT(a, NOTIFICATION_WAIT, n, UINT64_MAX, 0), TIMED_OUT);
    pass(500);
    assert_int_equal(MUST(a, NOTIFICATION_WAIT, n, UINT64_MAX, 0), 0x4);
    MUST(a, NOTIFICATION_TIMER, n, 0x8, now + 5000);
    MUST(a, NOTIFICATION_TIMER, n, 0, DEADLINE_NONE);
    pass(10000);
    assert_status(ACT(a, NOTIFICATION_WAIT, n, UINT64_MAX, 0), TIMED_OUT);
    // One that is past already raises at once.
    MUST(a, NOTIFICATION_TIMER, n, 0x40, 1);
    assert_int_equal(MUST(a, NOTIFICATION_WAIT, n, UINT64_MAX, DEADLINE_NONE), 0x40);
    // It goes with its notification.
    MUST(a, NOTIFICATION_TIMER, n, 0x8, now + 50000);
    MUST(a, DESCRIPTOR_RELEASE, n);
    pass(100000);
}

static void bound_bits_are_received(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE), m = MUST(a, NOTIFICATION_CREATE);
    uint64_t e = MUST(a, ENDPOINT_CREATE, 0);
    assert_status(ACT(b, NOTIFICATION_BIND, 0), NOT_BOUND);
    MUST(b, NOTIFICATION_BIND, n);
    assert_status(ACT(b, NOTIFICATION_BIND, m), BOUND);
    assert_status(ACT(a, NOTIFICATION_BIND, n), BOUND);
    BEGIN(b, RECEIVE, e, 0, DEADLINE_NONE);
    MUST(a, NOTIFICATION_SIGNAL, n, 0x3);
    assert_status(finish(b), OK);
    assert_int_equal(b->in.a[1], HEADER_EVENT | EVENT_NOTIFIED);
    assert_int_equal(words(b)[0], 0x3);
    // Bits that were raised before are there at once.
    MUST(a, NOTIFICATION_SIGNAL, n, 0x8);
    MUST(b, RECEIVE, e, 0, DEADLINE_NONE);
    assert_int_equal(words(b)[0], 0x8);
    MUST(b, NOTIFICATION_BIND, 0);
    MUST(a, NOTIFICATION_SIGNAL, n, 0x8);
    assert_status(ACT(b, RECEIVE, e, 0, 0), TIMED_OUT);
    // The end of the notification ends the binding.
    MUST(b, NOTIFICATION_BIND, m);
    MUST(a, DESCRIPTOR_RELEASE, m);
    assert_status(ACT(b, NOTIFICATION_BIND, 0), NOT_BOUND);
}

// Bits that the waiter did not ask for, or left, are the bound thread's, and callers do not hold them up.
static void bound_thread_hears_the_rest(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = thread_make(a, PRIORITY_COUNT / 2),
                 *waiter = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE), e = MUST(a, ENDPOINT_CREATE, 0);
    MUST(b, NOTIFICATION_BIND, n);
    BEGIN(waiter, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    BEGIN(b, RECEIVE, e, 0, DEADLINE_NONE);
    MUST(a, NOTIFICATION_SIGNAL, n, 2);
    assert_status(finish(b), OK);
    assert_int_equal(words(b)[0], 2);
    assert_true(waiter->busy);
    BEGIN(b, RECEIVE, e, 0, DEADLINE_NONE);
    MUST(a, NOTIFICATION_SIGNAL, n, 1 | 4);
    assert_status(finish(waiter), OK);
    assert_int_equal(waiter->in.a[0], 1);
    assert_status(finish(b), OK);
    assert_int_equal(words(b)[0], 4);
    BEGIN(waiter, CALL, e, 0, DEADLINE_NONE);
    MUST(a, NOTIFICATION_SIGNAL, n, 8);
    MUST(b, RECEIVE, e, 0, DEADLINE_NONE);
    assert_int_equal(b->in.a[1], HEADER_EVENT | EVENT_NOTIFIED);
    MUST(b, RECEIVE, e, 0, DEADLINE_NONE);
    assert_int_equal(b->in.a[1], 0);
    MUST(b, REPLY, 0, 0, 0);
    assert_status(finish(waiter), OK);
    MUST(b, NOTIFICATION_BIND, 0);
}

static void rights_are_needed(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    uint64_t waiter = MUST(a, DESCRIPTOR_CLONE, n, RIGHT_NOTIFICATION_WAIT);
    uint64_t signaller = MUST(a, DESCRIPTOR_CLONE, n, RIGHT_NOTIFICATION_SIGNAL);
    assert_status(ACT(a, NOTIFICATION_SIGNAL, waiter, 1), NO_RIGHT);
    assert_status(ACT(a, NOTIFICATION_WAIT, signaller, 1, 0), NO_RIGHT);
    assert_status(ACT(a, NOTIFICATION_TIMER, signaller, 1, 5), NO_RIGHT);
    assert_status(ACT(a, NOTIFICATION_BIND, signaller), NO_RIGHT);
    uint64_t e = MUST(a, ENDPOINT_CREATE, 0);
    assert_status(ACT(a, NOTIFICATION_SIGNAL, e, 1), WRONG_TYPE);
    assert_status(ACT(a, NOTIFICATION_SIGNAL, 12345, 1), BAD_DESCRIPTOR);
}

WORLD_MAIN(WORLD_TEST(bits_are_taken), WORLD_TEST(signal_wakes), WORLD_TEST(wait_times_out),
           WORLD_TEST(release_ends_wait), WORLD_TEST(timer_raises), WORLD_TEST(bound_bits_are_received),
           WORLD_TEST(bound_thread_hears_the_rest), WORLD_TEST(rights_are_needed))
