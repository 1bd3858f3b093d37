// SPDX-License-Identifier: MIT
//
// Futexes: waiters meet on memory object and offset.

#include "lib/child.h"
#include "lib/task.h"

#define ADDRESS(WORD) ((uint64_t)(uintptr_t)(WORD))

static void refusals(void) {
    desc_t memory = memory_at(AREA, 1, MAP_READ | MAP_WRITE);
    EXPECT(ts_futex_wait(AREA, 1, limit()), STATUS_CHANGED);
    EXPECT(ts_futex_wait(AREA, 0, PAST), STATUS_TIMED_OUT);
    EXPECT(ts_futex_wait(AREA, 0, 0), STATUS_TIMED_OUT);
    EXPECT(ts_futex_wait(AREA, 0, soon(1'000'000)), STATUS_TIMED_OUT);
    EXPECT(ts_futex_wait(AREA + 2, 0, PAST), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_futex_wait(AREA + PAGE_SIZE, 0, PAST), STATUS_BAD_ADDRESS);
    EXPECT(ts_futex_wake(AREA + 1, 1, nullptr), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_futex_wake(AREA + PAGE_SIZE, 1, nullptr), STATUS_BAD_ADDRESS);
    EXPECT(ts_futex_wake(AREA, 0, nullptr), STATUS_BAD_VALUE);
    EXPECT(ts_futex_wake(AREA, FUTEX_WAKE_MAX + 1, nullptr), STATUS_BAD_VALUE);
    uint64_t woken = 9;
    OK(ts_futex_wake(AREA, FUTEX_WAKE_MAX, &woken));
    EQUAL(woken, 0);
    drop(memory);
}

struct waiter {
    struct task task;
    uint64_t address;
    uint64_t deadline;
    status_t status;
    uint32_t order;
};

static void wait_here(void *argument, struct message_page *page) {
    struct waiter *waiter = argument;
    (void)page;
    waiter->status = ts_futex_wait(waiter->address, 0, waiter->deadline);
    waiter->order = atomic_fetch_add(&SHARED->word[0], 1);
}

enum { WAITERS = 8 };
static struct waiter waiters[WAITERS];

static void waiters_start(uint64_t address, uint64_t deadline) {
    for (unsigned i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.address = address, .deadline = deadline};
        if (!task_start(&waiters[i].task, wait_here, &waiters[i], 8))
            return;
        settle();
    }
}

static void waiters_join(status_t expected) {
    for (unsigned i = 0; i < WAITERS; i++) {
        task_join(&waiters[i].task);
        EQUAL((uint64_t)waiters[i].status, (uint64_t)expected);
    }
}

static void first_come_first_woken(void) {
    desc_t memory = memory_at(AREA, 1, MAP_READ | MAP_WRITE);
    waiters_start(AREA + 64, DEADLINE_NONE);
    uint64_t woken = 0;
    OK(ts_futex_wake(AREA + 68, FUTEX_WAKE_MAX, &woken));
    EQUAL(woken, 0);
    for (unsigned i = 0; i < 3; i++) {
        OK(ts_futex_wake(AREA + 64, 1, &woken));
        EQUAL(woken, 1);
        settle();
    }
    // Through another mapping of the same memory, all that remain.
    OK(ts_space_map(SELF, memory.value, AREA + PAGES(4), 0, PAGE_SIZE, MAP_READ));
    OK(ts_futex_wake(AREA + PAGES(4) + 64, FUTEX_WAKE_MAX, &woken));
    EQUAL(woken, WAITERS - 3);
    waiters_join(STATUS_OK);
    for (unsigned i = 0; i < 3; i++)
        EQUAL(waiters[i].order, i);
    drop(memory);
}

static void waits_time_out(void) {
    desc_t memory = memory_at(AREA, 1, MAP_READ | MAP_WRITE);
    waiters_start(AREA, soon(30'000'000));
    waiters_join(STATUS_TIMED_OUT);
    drop(memory);
}

// The object's end ends the waits on it.
static void memory_ends_under_waiters(void) {
    desc_t memory = memory_at(AREA, 1, MAP_READ | MAP_WRITE);
    waiters_start(AREA, DEADLINE_NONE);
    drop(memory);
    waiters_join(STATUS_CLOSED);
}

static int wake_from_child(uint64_t word, struct message_page *page) {
    (void)page;
    uint64_t woken = 0;
    while (woken == 0)
        (void)ts_futex_wake((uint64_t)(uintptr_t)&SHARED->word[word], 1, &woken);
    return 7;
}

static void across_processes(void) {
    struct child child;
    struct ending ending = {};
    if (child_make(&child, nullptr) && child_start(&child, wake_from_child, 5)) {
        OK(ts_futex_wait(ADDRESS(&SHARED->word[5]), 0, limit()));
        if (child_wait(&child, &ending))
            EQUAL(ending.status, 7);
    }
    child_drop(&child);
}

static int wait_in_child(uint64_t word, struct message_page *page) {
    (void)page;
    SHARED->value[0] = 1;
    return (int)-ts_futex_wait(ADDRESS(&SHARED->word[word]), 0, DEADLINE_NONE);
}

static void killed_while_waiting(void) {
    for (unsigned i = 0; i < 10; i++) {
        struct child child;
        uint64_t woken = 1;
        if (child_make(&child, nullptr) && child_start(&child, wait_in_child, 3)) {
            while (SHARED->value[0] == 0)
                settle();
            settle();
        }
        child_drop(&child);
        OK(ts_futex_wake(ADDRESS(&SHARED->word[3]), 1, &woken));
        EQUAL(woken, 0);
        SHARED->value[0] = 0;
    }
}

static const struct test tests[] = {
    {"arguments, values and deadlines", refusals},
    {"who came first is woken first", first_come_first_woken},
    {"waits time out", waits_time_out},
    {"waits end with the memory", memory_ends_under_waiters},
    {"a wake from another process", across_processes},
    {"a process ended while it waits", killed_while_waiting},
};
GROUP(futex, tests);
