// SPDX-License-Identifier: MIT
//
// Notifications: bits, waits, the timer, the binding to a thread's receive.

#include "lib/child.h"
#include "lib/task.h"
#include <tessera/call.h>

static void bits(void) {
    desc_t notification = notification_make();
    uint64_t got = 0;
    EXPECT(ts_notification_signal(notification, 0), STATUS_BAD_VALUE);
    EXPECT(ts_notification_wait(notification, 0, PAST, &got), STATUS_BAD_VALUE);
    EXPECT(ts_notification_wait(notification, UINT64_MAX, PAST, &got), STATUS_TIMED_OUT);
    OK(ts_notification_signal(notification, 5));
    OK(ts_notification_signal(notification, 1ULL << 63 | 1));
    EXPECT(ts_notification_wait(notification, 2, PAST, &got), STATUS_TIMED_OUT);
    OK(ts_notification_wait(notification, 4 | 8, PAST, &got));
    EQUAL(got, 4);
    OK(ts_notification_wait(notification, UINT64_MAX, limit(), &got));
    EQUAL(got, 1ULL << 63 | 1);
    EXPECT(ts_notification_wait(notification, UINT64_MAX, soon(2'000'000), &got), STATUS_TIMED_OUT);
    drop(notification);
}

struct waiter {
    struct task task;
    desc_t notification;
    uint64_t mask;
    uint64_t bits;
    status_t status;
};

static void wait_once(void *argument, struct message_page *page) {
    struct waiter *waiter = argument;
    (void)page;
    waiter->status = ts_notification_wait(waiter->notification, waiter->mask, DEADLINE_NONE, &waiter->bits);
}

static void one_waiter(void) {
    static struct waiter waiter;
    waiter = (struct waiter){.notification = notification_make(), .mask = 6};
    if (task_start(&waiter.task, wait_once, &waiter, 8)) {
        settle();
        EXPECT(ts_notification_wait(waiter.notification, 1, limit(), nullptr), STATUS_BOUND);
        OK(ts_notification_signal(waiter.notification, 8));
        OK(ts_notification_signal(waiter.notification, 2));
        task_join(&waiter.task);
        EXPECT(waiter.status, STATUS_OK);
        EQUAL(waiter.bits, 2);
    }
    drop(waiter.notification);
}

static void closed_while_waiting(void) {
    static struct waiter waiter;
    desc_t other = notification_make();
    waiter = (struct waiter){.notification = clone_of(other, RIGHTS_NOTIFICATION_ALL), .mask = 1};
    if (task_start(&waiter.task, wait_once, &waiter, 8)) {
        settle();
        drop(waiter.notification);
        task_join(&waiter.task);
        EXPECT(waiter.status, STATUS_CLOSED);
    }
    drop(other);
}

static void timer(void) {
    desc_t notification = notification_make();
    uint64_t got = 0, when = soon(4'000'000);
    EXPECT(ts_notification_timer(notification, 0, when), STATUS_BAD_VALUE);
    OK(ts_notification_timer(notification, 2, when));
    OK(ts_notification_wait(notification, 2, limit(), &got));
    CHECK(soon(0) >= when);
    // A time that has passed raises at once; a later setting replaces the earlier.
    OK(ts_notification_timer(notification, 4, 0));
    OK(ts_notification_wait(notification, 4, limit(), &got));
    OK(ts_notification_timer(notification, 8, soon(1'000'000)));
    OK(ts_notification_timer(notification, 16, soon(2'000'000)));
    OK(ts_notification_wait(notification, UINT64_MAX, limit(), &got));
    EQUAL(got, 16);
    OK(ts_notification_timer(notification, 32, soon(1'000'000)));
    OK(ts_notification_timer(notification, 0, DEADLINE_NONE));
    EXPECT(ts_notification_wait(notification, UINT64_MAX, soon(5'000'000), &got), STATUS_TIMED_OUT);
    // It goes with its notification.
    OK(ts_notification_timer(notification, 32, soon(3'000'000)));
    drop(notification);
    settle();
}

static void binding(void) {
    desc_t one = notification_make(), two = notification_make(), endpoint = endpoint_make(0);
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    message_page()->offer_slots = 0;
    EXPECT(ts_notification_bind(SELF), STATUS_NOT_BOUND);
    OK(ts_notification_bind(one));
    EXPECT(ts_notification_bind(one), STATUS_BOUND);
    EXPECT(ts_notification_bind(two), STATUS_BOUND);
    EXPECT(ts_receive(endpoint, soon(2'000'000), words, &badge, &header, &number), STATUS_TIMED_OUT);
    OK(ts_notification_signal(one, 0x30));
    OK(ts_receive(endpoint, limit(), words, &badge, &header, &number));
    EQUAL(header, EVENT_NOTIFIED | HEADER_EVENT);
    EQUAL(words[0], 0x30);
    // A bit raised while it waits.
    OK(ts_notification_timer(one, 1, soon(3'000'000)));
    OK(ts_receive(endpoint, limit(), words, &badge, &header, &number));
    EQUAL(words[0], 1);
    OK(ts_notification_bind(SELF));
    EXPECT(ts_notification_bind(SELF), STATUS_NOT_BOUND);
    OK(ts_notification_bind(two));
    // The release of the descriptor ends the binding.
    drop(two);
    EXPECT(ts_notification_bind(SELF), STATUS_NOT_BOUND);
    drop(one);
    drop(endpoint);
}

static int wait_in_child(uint64_t notification, struct message_page *page) {
    (void)page;
    return (int)-ts_notification_wait((desc_t){notification}, 1, DEADLINE_NONE, nullptr);
}

// A waiter that is killed leaves no trace: the next can wait.
static void waiter_killed(void) {
    desc_t notification = notification_make();
    for (unsigned i = 0; i < 5; i++) {
        struct child child;
        if (!child_make(&child, nullptr))
            return;
        desc_t given =
            child_give(&child, clone_of(notification, RIGHTS_NOTIFICATION_ALL), RIGHTS_NOTIFICATION_ALL);
        if (child_start(&child, wait_in_child, given.value))
            settle();
        child_drop(&child);
        EXPECT(ts_notification_wait(notification, 1, soon(1'000'000), nullptr), STATUS_TIMED_OUT);
    }
    drop(notification);
}

static const struct test tests[] = {
    {"bits are raised and taken", bits},
    {"one thread waits", one_waiter},
    {"the descriptor goes while it waits", closed_while_waiting},
    {"the timer", timer},
    {"the binding to a thread", binding},
    {"a waiter is killed", waiter_killed},
};
GROUP(notification, tests);
