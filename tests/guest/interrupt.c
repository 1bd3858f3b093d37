// SPDX-License-Identifier: MIT
//
// Interrupt lines.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"

static void lines_refused(void) {
    desc_t interrupt = SELF, part = SELF;
    EXPECT(ts_interrupt_create(platform, MACHINE_TAKEN, INTERRUPT_AS_WIRED, &interrupt), STATUS_TAKEN);
    EXPECT(ts_interrupt_create(platform, 100000, INTERRUPT_AS_WIRED, &interrupt), STATUS_OUT_OF_RANGE);
    EXPECT(ts_interrupt_create(platform, UINT64_MAX, INTERRUPT_AS_WIRED, &interrupt), STATUS_OUT_OF_RANGE);
    EXPECT(ts_interrupt_create(platform, MACHINE_LINE, 8, &interrupt), STATUS_BAD_FLAGS);
    EXPECT(ts_interrupt_create(platform, MACHINE_LINE, UINT64_MAX, &interrupt), STATUS_BAD_FLAGS);
    OK(ts_platform_restrict(platform, PLATFORM_INTERRUPTS, MACHINE_LINE, 1, &part));
    EXPECT(ts_interrupt_create(part, MACHINE_LINE + 1, INTERRUPT_AS_WIRED, &interrupt), STATUS_OUT_OF_RANGE);
    EXPECT(ts_interrupt_create(part, MACHINE_LINE - 1, INTERRUPT_AS_WIRED, &interrupt), STATUS_OUT_OF_RANGE);
    if (OK(ts_interrupt_create(part, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt))) {
        desc_t other = SELF;
        EQUAL(info_of(interrupt).size, MACHINE_LINE);
        EXPECT(ts_interrupt_create(platform, MACHINE_LINE, INTERRUPT_AS_WIRED, &other), STATUS_TAKEN);
        drop(interrupt);
        OK(ts_interrupt_create(part, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt));
        drop(interrupt);
    }
    drop(part);
}

static void binding(void) {
    desc_t interrupt = SELF, notification = notification_make();
    if (!OK(ts_interrupt_create(platform, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt)))
        return;
    EXPECT(ts_interrupt_ack(interrupt), STATUS_NOT_BOUND);
    EXPECT(ts_interrupt_bind(interrupt, notification, 0), STATUS_BAD_VALUE);
    OK(ts_interrupt_bind(interrupt, notification, 1));
    EXPECT(ts_interrupt_bind(interrupt, notification, 2), STATUS_BOUND);
    // Nothing is owed: it does no harm.
    OK(ts_interrupt_ack(interrupt));
    OK(ts_interrupt_ack(interrupt));
    // The binding ends with the notification.
    drop(notification);
    EXPECT(ts_interrupt_ack(interrupt), STATUS_NOT_BOUND);
    notification = notification_make();
    OK(ts_interrupt_bind(interrupt, notification, 2));
    drop(interrupt);
    drop(notification);
}

static int take_and_wait(uint64_t part, struct message_page *page) {
    desc_t interrupt = SELF, notification = SELF;
    (void)page;
    bool good =
        ts_interrupt_create((desc_t){part}, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt) == STATUS_OK &&
        ts_notification_create(&notification) == STATUS_OK &&
        ts_interrupt_bind(interrupt, notification, 1) == STATUS_OK;
    SHARED->value[0] = good ? 1 : 2;
    for (;;)
        (void)ts_notification_wait(notification, 1, DEADLINE_NONE, nullptr);
}

// A driver that is killed frees its line.
static void driver_killed(void) {
    for (unsigned i = 0; i < 5; i++) {
        struct child child;
        struct limits limits = child_limits();
        limits.records[RECORD_INTERRUPT] = 1;
        desc_t part = SELF, interrupt = SELF;
        SHARED->value[0] = 0;
        OK(ts_platform_restrict(platform, PLATFORM_INTERRUPTS, MACHINE_LINE, 1, &part));
        if (!child_make(&child, &limits))
            return;
        desc_t given = child_give(&child, part, RIGHT_PLATFORM_INTERRUPTS);
        if (child_start(&child, take_and_wait, given.value)) {
            for (unsigned j = 0; j < 1000 && SHARED->value[0] == 0; j++)
                settle();
            EQUAL(SHARED->value[0], 1);
            EXPECT(ts_interrupt_create(platform, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt), STATUS_TAKEN);
        }
        child_drop(&child);
        OK(ts_interrupt_create(platform, MACHINE_LINE, INTERRUPT_AS_WIRED, &interrupt));
        drop(interrupt);
    }
}

static const struct test tests[] = {
    {"lines that are refused", lines_refused},
    {"the binding to a notification", binding},
    {"a driver is killed", driver_killed},
};
GROUP(interrupt, tests);
