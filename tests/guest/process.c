// SPDX-License-Identifier: MIT
//
// Processes: creation, the end in all its forms, listings.

#include "lib/child.h"
#include "lib/task.h"
#include <base/string.h>

static int exit_with(uint64_t status, struct message_page *page) {
    (void)page;
    return (int)status;
}

static int end_thread(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    (void)ts_thread_exit();
    return 1;
}

static int spin(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    for (;;)
        (void)ts_thread_yield();
}

static void exit_status(void) {
    child_runs(exit_with, 0, 0);
    child_runs(exit_with, 1, 1);
    child_runs(exit_with, 255, 255);
    EXPECT(ts_process_exit(256), STATUS_BAD_VALUE);
}

static void last_thread_ends_process(void) {
    struct child child;
    struct ending ending = {};
    if (child_make(&child, nullptr) && child_start(&child, end_thread, 0) && child_wait(&child, &ending))
        EQUAL(ending.reason, END_LAST_THREAD);
    child_drop(&child);
}

static void end_from_outside(void) {
    struct child child;
    struct ending ending = {};
    if (child_make(&child, nullptr) && child_start(&child, spin, 0)) {
        settle();
        EQUAL(info_of(child.process).value, 1);
        EXPECT(ts_process_end(child.process, 256), STATUS_BAD_VALUE);
        OK(ts_process_end(child.process, 7));
        EXPECT(ts_process_end(child.process, 8), STATUS_PROCESS_ENDED);
        if (child_wait(&child, &ending)) {
            EQUAL(ending.reason, END_KILLED);
            EQUAL(ending.status, 7);
        }
        EXPECT(ts_process_end(child.process, 7), STATUS_PROCESS_ENDED);
        EQUAL(info_of(child.process).value, 2);
    }
    child_drop(&child);
}

static void calls_on_an_ended_process(void) {
    struct child child;
    if (child_make(&child, nullptr) && child_start(&child, exit_with, 0) && child_wait(&child, nullptr)) {
        struct table_entry entry;
        struct quota_info info;
        desc_t thread = SELF, moved = SELF, memory = memory_make(1);
        uint64_t filled, next, message;
        EXPECT(ts_process_table(child.process, 0, &entry, 1, &filled, &next), STATUS_PROCESS_ENDED);
        // Its quota and the record of its thread go a moment after the end was heard.
        status_t status = STATUS_OK;
        for (unsigned i = 0; i < 1000 && status == STATUS_OK; i++) {
            status = ts_process_quota(child.process, &info, sizeof(info));
            settle();
        }
        EXPECT(status, STATUS_PROCESS_ENDED);
        EXPECT(ts_thread_priority(child.thread, 0), STATUS_PROCESS_ENDED);
        EXPECT(ts_thread_create(child.process, 1, &thread, &message), STATUS_PROCESS_ENDED);
        EXPECT(ts_thread_start(child.thread, CHILD_STACK, CHILD_STACK, 0), STATUS_PROCESS_ENDED);
        EXPECT(ts_descriptor_transfer(memory, child.process, 0, &moved), STATUS_PROCESS_ENDED);
        drop(memory);
    }
    child_drop(&child);
}

// A process that is its own only holder of rights over itself cannot end itself from outside.
static int end_self(uint64_t process, struct message_page *page) {
    (void)page;
    return ts_process_end((desc_t){process}, 3) == STATUS_SELF ? 0 : 1;
}

static int wait_for_descriptor(uint64_t word, struct message_page *page) {
    while (SHARED->value[word] == 0)
        (void)ts_thread_yield();
    return end_self(SHARED->value[word], page);
}

static void end_of_oneself(void) {
    struct child child;
    struct ending ending = {};
    if (child_make(&child, nullptr) && child_start(&child, wait_for_descriptor, 4)) {
        desc_t given = child_give(&child, clone_of(child.process, RIGHTS_PROCESS_ALL), RIGHTS_PROCESS_ALL);
        SHARED->value[4] = given.value;
        if (child_wait(&child, &ending)) {
            EQUAL(ending.reason, END_EXITED);
            EQUAL(ending.status, 0);
        }
    }
    child_drop(&child);
}

static void never_started(void) {
    for (unsigned i = 0; i < 20; i++) {
        struct child child;
        if (!child_make(&child, nullptr))
            return;
        EQUAL(info_of(child.process).value, 0);
        // The last descriptor of a process that was never started ends it; nobody is told.
        if (i % 2 == 0) {
            drop(child.space);
            drop(child.process);
        } else {
            OK(ts_process_end(child.process, 1));
            child_await_end(&child);
            child_drop(&child);
        }
    }
}

static void listing(void) {
    struct child child;
    if (!OK(child_create(&child, nullptr)))
        return;
    enum { COUNT = 150 };
    static desc_t given[COUNT];
    desc_t memory = memory_make(1);
    struct limits limits = child_limits();
    for (unsigned i = 0; i < 10; i++)
        given[i] = child_give(&child, clone_of(memory, RIGHTS_MEMORY_ALL), RIGHT_MEMORY_READ + i % 2);
    CHECK(limits.records[RECORD_MEMORY] >= 10);
    struct table_entry entries[4];
    uint64_t index = 0, found = 0, rounds = 0;
    while (index < DESCRIPTORS_PER_PROCESS && rounds++ < 1000) {
        uint64_t filled = 99;
        if (!OK(ts_process_table(child.process, index, entries, array_length(entries), &filled, &index)))
            break;
        CHECK(filled <= array_length(entries));
        for (uint64_t i = 0; i < filled; i++, found++) {
            CHECK(found < 10);
            EQUAL(entries[i].type, OBJECT_MEMORY);
            EQUAL(entries[i].kind, 1);
            EQUAL(entries[i].serial, info_of(memory).serial);
        }
    }
    EQUAL(found, 10);
    EQUAL(index, DESCRIPTORS_PER_PROCESS);
    uint64_t filled, next;
    EXPECT(ts_process_table(SELF, DESCRIPTORS_PER_PROCESS + 1, entries, 1, &filled, &next), STATUS_BAD_VALUE);
    EXPECT(ts_process_table(SELF, 0, entries, 0, &filled, &next), STATUS_BAD_SIZE);
    EXPECT(ts_process_table(SELF, 0, entries, TABLE_LIST_MAX + 1, &filled, &next), STATUS_BAD_SIZE);
    OK(ts_process_table(SELF, DESCRIPTORS_PER_PROCESS, entries, 1, &filled, &next));
    EQUAL(filled, 0);
    drop(memory);
    child_drop(&child);
}

// A child that makes children of its own; its end takes them all.
static int make_grandchildren(uint64_t endpoint, struct message_page *page) {
    (void)page;
    struct limits limits = child_limits();
    limits.bytes = 128 << 10;
    memset(limits.records, 0, sizeof(limits.records));
    limits.records[RECORD_PROCESS] = limits.records[RECORD_SPACE] = limits.records[RECORD_QUOTA] = 1;
    limits.records[RECORD_THREAD] = 2;
    limits.priority = 1;
    desc_t process, space;
    uint64_t made = 0;
    while (ts_process_create((desc_t){endpoint}, 1, &limits, sizeof(limits), &process, &space) == STATUS_OK)
        made++;
    SHARED->value[1] = made;
    for (;;)
        (void)ts_thread_yield();
}

static void grandchildren_end_too(void) {
    struct child child;
    struct limits limits = child_limits();
    limits.records[RECORD_QUOTA] = 8;
    limits.records[RECORD_PROCESS] = 32;
    limits.records[RECORD_SPACE] = 32;
    desc_t endpoint = endpoint_make(0);
    if (child_make(&child, &limits)) {
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHTS_ENDPOINT_ALL);
        if (child_start(&child, make_grandchildren, given.value)) {
            for (unsigned i = 0; i < 1000 && SHARED->value[1] == 0; i++)
                settle();
            EQUAL(SHARED->value[1], 7);
        }
    }
    child_drop(&child);
    // They were never started, so nothing is heard of them.
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    EXPECT(ts_receive(endpoint, PAST, words, &badge, &header, &number), STATUS_TIMED_OUT);
    drop(endpoint);
}

// Nobody hears of the faults of a process whose supervisor is gone: it is ended.
static int fault(uint64_t argument, struct message_page *page) {
    (void)page;
    *(volatile uint64_t *)argument = 1;
    return 0;
}

static void fault_without_supervisor(void) {
    struct child child;
    struct limits limits = child_limits();
    desc_t endpoint = endpoint_make(0);
    child = (struct child){};
    OK(ts_process_create(endpoint, 1, &limits, sizeof(limits), &child.process, &child.space));
    drop(endpoint);
    desc_t thread = SELF;
    uint64_t message;
    OK(ts_thread_create(child.process, 1, &thread, &message));
    OK(ts_thread_start(thread, 0x10000, 0x20000, 0));
    for (unsigned i = 0; i < 1000 && info_of(child.process).value != 2; i++)
        settle();
    EQUAL(info_of(child.process).value, 2);
    drop(thread);
    drop(child.space);
    drop(child.process);
}

// The answer to a fault can be to go on.
static void fault_resumed(void) {
    struct child child;
    if (!child_make(&child, nullptr) || !child_start(&child, fault, CHILD_AREA))
        return;
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    struct ending ending = {};
    if (OK(ts_receive(supervisor, limit(), words, &badge, &header, &number))) {
        EQUAL((uint32_t)header, FAULT_ACCESS);
        CHECK(header & HEADER_KERNEL);
        EQUAL(badge, child.value);
        EQUAL(words[0], CHILD_AREA);
        (void)child_map_new(&child, CHILD_AREA, 1, MAP_READ | MAP_WRITE);
        memset(words, 0, sizeof(words));
        OK(ts_reply(SELF, FAULT_REPLY_RESUME, words));
        if (child_wait(&child, &ending)) {
            EQUAL(ending.reason, END_EXITED);
            EQUAL(ending.faults, 0);
        }
    }
    child_drop(&child);
}

static const struct test tests[] = {
    {"the status of an exit", exit_status},
    {"the last thread's end", last_thread_ends_process},
    {"the end from outside", end_from_outside},
    {"calls on an ended process", calls_on_an_ended_process},
    {"nobody ends himself from outside", end_of_oneself},
    {"processes that were never started", never_started},
    {"the listing of descriptors", listing},
    {"grandchildren end with their parent", grandchildren_end_too},
    {"a fault that nobody hears of", fault_without_supervisor},
    {"a fault that is mended", fault_resumed},
};
GROUP(process, tests);
