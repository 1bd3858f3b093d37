// SPDX-License-Identifier: MIT
//
// Threads: creation, start, priorities, the thread pointer, the end.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"

static void start_refused(void) {
    struct child child;
    desc_t thread = SELF;
    uint64_t message = 0;
    if (!OK(child_create(&child, nullptr)))
        return;
    OK(ts_thread_create(child.process, 1, &thread, &message));
    EQUAL(message, MESSAGE_PAGES);
    EXPECT(ts_thread_start(thread, MACHINE_KERNEL, CHILD_STACK, 0), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_start(thread, 0x800000000000, CHILD_STACK, 0), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_start(thread, UINT64_MAX, CHILD_STACK, 0), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_start(thread, CHILD_AREA, MACHINE_KERNEL, 0), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_start(thread, CHILD_AREA, 0x8000000000000000, 0), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_start(thread, CHILD_AREA, CHILD_STACK + 8, 0), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_thread_start(thread, CHILD_AREA, CHILD_STACK + 1, 0), STATUS_BAD_ALIGNMENT);
    drop(thread);
    child_drop(&child);
}

static int wait_for_word(uint64_t word, struct message_page *page) {
    (void)page;
    while (SHARED->word[word] == 0)
        (void)ts_thread_yield();
    return 0;
}

static void started_once(void) {
    struct child child;
    if (child_make(&child, nullptr) && child_start(&child, wait_for_word, 1)) {
        EXPECT(ts_thread_start(child.thread, child.entry, child.stack, child.stack), STATUS_STARTED);
        SHARED->word[1] = 1;
        child_wait(&child, nullptr);
        EXPECT(ts_thread_start(child.thread, child.entry, child.stack, child.stack), STATUS_PROCESS_ENDED);
    }
    child_drop(&child);
}

// Its entry is not mapped: the fault says so, and where.
static void entry_not_executable(void) {
    static const uint64_t entries[] = {USER_START, CHILD_STACK, USER_END - 16};
    for (unsigned i = 0; i < array_length(entries); i++) {
        struct child child;
        struct ending ending = {};
        uint64_t message;
        if (!OK(child_create(&child, nullptr)))
            return;
        (void)child_map_new(&child, CHILD_STACK, 1, MAP_READ | MAP_WRITE);
        OK(ts_thread_create(child.process, CHILD_PRIORITY, &child.thread, &message));
        child.started = OK(ts_thread_start(child.thread, entries[i], CHILD_STACK + PAGE_SIZE, 0));
        if (child_wait(&child, &ending)) {
            EQUAL(ending.reason, END_FAULTED);
            EQUAL(ending.fault_label, FAULT_ACCESS);
            EQUAL(ending.fault_words[0], entries[i]);
            EQUAL(ending.fault_words[1], entries[i]);
            EQUAL(ending.fault_words[2], ACCESS_EXECUTE);
        }
        child_drop(&child);
    }
}

static void priorities(void) {
    struct quota_info info = own_quota();
    desc_t thread = SELF;
    uint64_t message;
    EXPECT(ts_thread_priority(SELF, info.priority + 1), STATUS_BAD_VALUE);
    EXPECT(ts_thread_priority(SELF, PRIORITY_COUNT), STATUS_BAD_VALUE);
    EXPECT(ts_thread_priority(SELF, UINT64_MAX), STATUS_BAD_VALUE);
    EXPECT(ts_thread_create(SELF, info.priority + 1, &thread, &message), STATUS_BAD_VALUE);
    OK(ts_thread_create(SELF, 0, &thread, &message));
    for (uint64_t priority = 0; priority <= info.priority; priority++)
        OK(ts_thread_priority(thread, priority));
    EXPECT(ts_thread_priority(thread, info.priority + 1), STATUS_BAD_VALUE);
    drop(thread);
}

struct order {
    uint32_t place;
    struct task task;
};

static void take_place(void *argument, struct message_page *page) {
    struct order *order = argument;
    (void)page;
    order->place = atomic_fetch_add(&SHARED->word[2], 1);
}

// Those of lower priority run only when nobody above wants to.
static void higher_first(void) {
    static struct order low, high;
    bool good = task_start(&low.task, take_place, &low, 1) && task_start(&high.task, take_place, &high, 8);
    if (good) {
        task_join(&high.task);
        task_join(&low.task);
        CHECK(high.place < low.place);
    }
}

static void thread_pointer(void) {
    EXPECT(ts_thread_pointer(MACHINE_KERNEL), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_pointer(0x800000000000), STATUS_BAD_ADDRESS);
    EXPECT(ts_thread_pointer(UINT64_MAX), STATUS_BAD_ADDRESS);
    OK(ts_thread_pointer(AREA));
    OK(ts_thread_pointer(0));
}

static void slots_end(void) {
    static desc_t threads[THREADS_PER_PROCESS];
    struct child child;
    struct limits limits = child_limits();
    limits.bytes = 8 << 20;
    limits.records[RECORD_THREAD] = 520;
    if (!OK(child_create(&child, &limits)))
        return;
    uint64_t message, count = 0;
    desc_t one = SELF;
    status_t status = STATUS_OK;
    while (count < THREADS_PER_PROCESS && status == STATUS_OK) {
        status = ts_thread_create(child.process, 0, &threads[count], &message);
        count += status == STATUS_OK;
    }
    EQUAL(count, THREADS_PER_PROCESS);
    EXPECT(ts_thread_create(child.process, 0, &one, &message), STATUS_TABLE_FULL);
    while (count > 0)
        drop(threads[--count]);
    child_drop(&child);
}

static void end_now(void *argument, struct message_page *page) {
    (void)argument;
    (void)page;
}

static void many_short_threads(void) {
    static struct task task;
    for (unsigned i = 0; i < 300; i++) {
        if (!task_start(&task, end_now, nullptr, 8) || !task_join(&task))
            return;
    }
}

static void wait_for_ever(void *argument, struct message_page *page) {
    (void)page;
    (void)ts_notification_wait(*(desc_t *)argument, 1, DEADLINE_NONE, nullptr);
}

// The descriptor of a thread is not its life.
static void released_while_it_runs(void) {
    static struct task task;
    static desc_t notification;
    notification = notification_make();
    if (task_start(&task, wait_for_ever, &notification, 8)) {
        settle();
        drop(task.thread);
        task.thread = notification_make();
        OK(ts_notification_signal(notification, 1));
        task_join(&task);
    }
    drop(notification);
}

static const struct test tests[] = {
    {"entries and stacks that are refused", start_refused},
    {"a thread starts once", started_once},
    {"an entry that cannot be executed", entry_not_executable},
    {"priorities", priorities},
    {"the higher priority runs first", higher_first},
    {"the thread pointer", thread_pointer},
    {"all slots of a process", slots_end},
    {"many short threads", many_short_threads},
    {"a thread outlives its descriptor", released_while_it_runs},
};
GROUP(thread, tests);
