// SPDX-License-Identifier: MIT
//
// The clock, its page, entropy.

#include "lib/child.h"

static void time_goes_forward(void) {
    uint64_t last = 0;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t now = 0;
        if (!OK(ts_clock_read(&now)) || !CHECK(now >= last))
            return;
        last = now;
    }
    CHECK(last > 0);
}

static void clock_page(void) {
    const struct clock_page *page = (const struct clock_page *)CLOCK_PAGE;
    EQUAL(page->flags & ~(uint64_t)CLOCK_USE_CALL, 0);
    for (unsigned i = 0; i < array_length(page->reserved); i++)
        EQUAL(page->reserved[i], 0);
    if (!(page->flags & CLOCK_USE_CALL))
        CHECK(page->multiplier != 0 && page->shift < 64);
}

static int write_clock(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    *(volatile uint64_t *)CLOCK_PAGE = 1;
    return 0;
}

static void clock_page_is_read_only(void) {
    struct child child;
    struct ending ending = {};
    if (child_make(&child, nullptr) && child_start(&child, write_clock, 0) && child_wait(&child, &ending)) {
        EQUAL(ending.reason, END_FAULTED);
        EQUAL(ending.address, CLOCK_PAGE);
    }
    child_drop(&child);
}

static void entropy(void) {
    uint64_t bytes[ENTROPY_MAX / sizeof(uint64_t)] = {}, again[ENTROPY_MAX / sizeof(uint64_t)] = {};
    OK(ts_entropy_read(bytes, sizeof(bytes)));
    OK(ts_entropy_read(again, sizeof(again)));
    unsigned same = 0;
    for (unsigned i = 0; i < array_length(bytes); i++)
        same += bytes[i] == again[i] || bytes[i] == 0;
    EQUAL(same, 0);
    EXPECT(ts_entropy_read(bytes, 0), STATUS_BAD_SIZE);
    EXPECT(ts_entropy_read(bytes, ENTROPY_MAX + 1), STATUS_BAD_SIZE);
    EXPECT(ts_entropy_read((void *)(uintptr_t)CLOCK_PAGE, 8), STATUS_BAD_ADDRESS);
    // Exactly so many bytes.
    again[0] = again[1] = 0;
    OK(ts_entropy_read(again, 8));
    CHECK(again[0] != 0 && again[1] == 0);
}

static void deadlines(void) {
    desc_t notification = notification_make();
    static const uint64_t past[] = {0, 1, 2};
    for (unsigned i = 0; i < array_length(past); i++)
        EXPECT(ts_notification_wait(notification, 1, past[i], nullptr), STATUS_TIMED_OUT);
    uint64_t when = soon(5'000'000);
    EXPECT(ts_notification_wait(notification, 1, when, nullptr), STATUS_TIMED_OUT);
    CHECK(soon(0) >= when);
    drop(notification);
}

static const struct test tests[] = {
    {"time goes forward", time_goes_forward},
    {"the clock page", clock_page},
    {"the clock page cannot be written", clock_page_is_read_only},
    {"entropy", entropy},
    {"deadlines", deadlines},
};
GROUP(clock, tests);
