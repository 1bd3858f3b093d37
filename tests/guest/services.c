// SPDX-License-Identifier: MIT
//
// Malformed requests to the services that a program can reach: each is refused by name, and the service goes
// on.

#include <abi/objects.h>
#include <base/format.h>
#include <base/log_level.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/file.h>
#include <protocols/init.h>
#include <protocols/log.h>
#include <tessera/call.h>
#include <user/process_record.h>
#include <user/program.h>
#include "lib/log.h"
#include "lib/test.h"

static const char *const services[] = {"init", "console", "file", "log"};

// The status that a service answers to a message made by hand.
static status_t ask(const char *service, uint64_t header, uint64_t words[MESSAGE_WORDS]) {
    return ts_call_send(startup_descriptor(service), header, limit(), words, 0, 0, nullptr, nullptr);
}

static status_t ask_empty(const char *service, uint64_t header) {
    uint64_t words[MESSAGE_WORDS] = {};
    return ask(service, header, words);
}

static void lend(unsigned index, const void *address, uint64_t length, uint64_t flags) {
    message_page()->lend[index] = (struct message_range){(uintptr_t)address, length, flags};
}

// A spawn with the usual options.
static status_t spawn(const char *strings, size_t length, uint64_t *number) {
    struct stream streams[STREAM_COUNT] = {};
    return init_spawn(startup_descriptor("init"), 0, INIT_GROUP_NEW, 0, 0, strings, length, streams,
                      sizeof(streams), number, limit());
}

static void unknown_labels(void) {
    static const uint32_t labels[] = {0, 98, 99, 0x7fffffff, UINT32_MAX};
    for (size_t i = 0; i < array_length(services); i++) {
        for (size_t j = 0; j < array_length(labels); j++)
            EXPECT(ask_empty(services[i], labels[j]), STATUS_BAD_REQUEST);
    }
}

// Every label there is, with all words set and nothing lent: none of them takes eight words.
static void all_words_set(void) {
    for (size_t i = 0; i < array_length(services); i++) {
        for (uint32_t label = 1; label < 8; label++) {
            uint64_t words[MESSAGE_WORDS];
            for (size_t j = 0; j < MESSAGE_WORDS; j++)
                words[j] = UINT64_MAX;
            EXPECT(ask(services[i], label, words), STATUS_BAD_REQUEST);
        }
    }
}

// Operations that take one range, with none, with two, and with one that the server may not use as it has to.
static void wrong_ranges(void) {
    static char bytes[512];
    const struct {
        const char *service;
        uint32_t label;
        uint64_t flags; // what the operation needs
    } operations[] = {
        {"console", CONSOLE_WRITE, RANGE_READ}, {"console", CONSOLE_READ, RANGE_WRITE},
        {"file", FILE_OPEN, RANGE_READ},        {"file", FILE_READ, RANGE_WRITE},
        {"file", FILE_LIST, RANGE_WRITE},       {"log", LOG_WRITE, RANGE_READ},
        {"init", INIT_QUOTA, RANGE_WRITE},      {"init", INIT_LIST, RANGE_WRITE},
    };
    for (size_t i = 0; i < array_length(operations); i++) {
        uint64_t other = RANGE_READ | RANGE_WRITE;
        other &= ~operations[i].flags;
        EXPECT(ask_empty(operations[i].service, operations[i].label), STATUS_BAD_REQUEST);
        lend(0, bytes, 128, operations[i].flags);
        lend(1, bytes, 128, operations[i].flags);
        EXPECT(ask_empty(operations[i].service, operations[i].label | 2ULL << HEADER_RANGES_SHIFT),
               STATUS_BAD_REQUEST);
        lend(0, bytes, 128, other);
        EXPECT(ask_empty(operations[i].service, operations[i].label | 1ULL << HEADER_RANGES_SHIFT),
               STATUS_BAD_REQUEST);
    }
}

static void lengths(void) {
    static char bytes[8192];
    uint64_t number;
    EXPECT(console_write(startup_descriptor("console"), 0, bytes, 65537, limit()), STATUS_BAD_SIZE);
    EXPECT(console_read(startup_descriptor("console"), bytes, 4097, &number, limit()), STATUS_BAD_SIZE);
    EXPECT(file_open(startup_descriptor("file"), bytes, 1025, &number, nullptr, nullptr, limit()),
           STATUS_BAD_SIZE);
    EXPECT(log_write(startup_descriptor("log"), 0, bytes, 401, limit()), STATUS_BAD_SIZE);
    EXPECT(spawn(bytes, 16385, &number), STATUS_BAD_SIZE);
    EXPECT(init_list(startup_descriptor("init"), 0, bytes, sizeof(struct process_record) - 1, limit()),
           STATUS_BAD_SIZE);
}

static void memory_that_is_not_there(void) {
    const void *nowhere = (const void *)(uintptr_t)AREA;
    uint64_t number;
    EXPECT(console_write(startup_descriptor("console"), 0, nowhere, 100, limit()), STATUS_LENT_FAULT);
    EXPECT(file_open(startup_descriptor("file"), nowhere, 100, &number, nullptr, nullptr, limit()),
           STATUS_LENT_FAULT);
    EXPECT(log_write(startup_descriptor("log"), 0, nowhere, 100, limit()), STATUS_LENT_FAULT);
    EXPECT(spawn(nowhere, 100, &number), STATUS_LENT_FAULT);
    EXPECT(init_list(startup_descriptor("init"), 0, (void *)(uintptr_t)AREA, sizeof(struct process_record),
                     limit()),
           STATUS_LENT_FAULT);
    EXPECT(file_read(startup_descriptor("file"), UINT64_MAX, 0, nullptr, 0, &number, limit()),
           STATUS_NOT_FOUND);
}

static void descriptors_that_nobody_wants(void) {
    desc_t memory = memory_make(1);
    for (size_t i = 0; i < array_length(services); i++) {
        message_page()->send[0] =
            (struct message_descriptor){memory.value, RIGHT_MEMORY_READ, DESCRIPTOR_CLONE};
        EXPECT(ask_empty(services[i], 1 | 1ULL << HEADER_DESCRIPTORS_SHIFT), STATUS_NOT_OFFERED);
    }
    drop(memory);
}

static void bad_names(void) {
    static const struct {
        const char *bytes;
        size_t length;
        status_t status;
    } paths[] = {
        {"etc/help", 8, STATUS_BAD_NAME},     {"/etc/he\0p", 9, STATUS_BAD_NAME},
        {"/etc/../etc", 11, STATUS_BAD_NAME}, {"//etc", 5, STATUS_BAD_NAME},
        {"/etc/", 5, STATUS_BAD_NAME},        {"/etc/help/more", 14, STATUS_NOT_DIRECTORY},
        {"/.", 2, STATUS_BAD_NAME},           {"/nothing", 8, STATUS_NOT_FOUND},
    };
    for (size_t i = 0; i < array_length(paths); i++) {
        uint64_t number;
        EXPECT(file_open(startup_descriptor("file"), paths[i].bytes, paths[i].length, &number, nullptr,
                         nullptr, limit()),
               paths[i].status);
    }
}

// What is not a file is not read, and what is not a directory is not listed.
static void files_and_directories(void) {
    char bytes[256];
    uint64_t number, size, mode, count;
    OK(file_open(startup_descriptor("file"), "/etc", 4, &number, &size, &mode, limit()));
    EQUAL(mode >> 32, 1);
    EXPECT(file_read(startup_descriptor("file"), number, 0, bytes, sizeof(bytes), &count, limit()),
           STATUS_IS_DIRECTORY);
    OK(file_open(startup_descriptor("file"), "/etc/help", 9, &number, &size, &mode, limit()));
    EQUAL(mode >> 32, 0);
    OK(file_read(startup_descriptor("file"), number, UINT64_MAX, bytes, sizeof(bytes), &count, limit()));
    EQUAL(count, 0);
    uint64_t length, entry, next;
    EXPECT(file_list(startup_descriptor("file"), number, 0, bytes, sizeof(bytes), &length, &entry, &size,
                     &mode, &next, limit()),
           STATUS_NOT_DIRECTORY);
}

static void bad_spawns(void) {
    static const struct {
        const char *bytes;
        size_t length;
        status_t status;
    } requests[] = {
        {"/", 2, STATUS_BAD_REQUEST},
        {"/\0/bin/true", 12, STATUS_BAD_REQUEST},
        {"/\0/bin/true\0true", 16, STATUS_BAD_REQUEST}, // the last is not ended
        {"/\0\0x", 5, STATUS_BAD_NAME},
        {"/\0/bin/nothing\0x", 17, STATUS_NOT_FOUND},
        {"/\0/bin\0x", 9, STATUS_IS_DIRECTORY},
        {"/\0/etc/help\0x", 14, STATUS_BAD_IMAGE},
        {"/\0../../nothing\0x", 18, STATUS_NOT_FOUND},
    };
    for (size_t i = 0; i < array_length(requests); i++) {
        uint64_t number;
        EXPECT(spawn(requests[i].bytes, requests[i].length, &number), requests[i].status);
    }
}

// The test program holds neither of these grants; and nobody waits for a process that it did not start.
static void what_is_not_granted(void) {
    uint64_t number, reason, child = 0;
    char bytes[16] = "";
    EXPECT(init_interrupt(startup_descriptor("init"), 2, limit()), STATUS_NOT_PERMITTED);
    EXPECT(init_control(startup_descriptor("init"), 0, 0, limit()), STATUS_NOT_PERMITTED);
    EXPECT(console_foreground(startup_descriptor("console"), 0, limit()), STATUS_NOT_PERMITTED);
    EXPECT(console_interrupted(startup_descriptor("console"), &number, limit()), STATUS_NOT_PERMITTED);
    EXPECT(console_notice(startup_descriptor("console"), bytes, sizeof(bytes), limit()),
           STATUS_NOT_PERMITTED);
    EXPECT(log_read(startup_descriptor("log"), 0, bytes, sizeof(bytes), &number, &reason, limit()),
           STATUS_NOT_PERMITTED);
    EXPECT(init_wait(startup_descriptor("init"), 2, 0, &number, &reason, nullptr, limit()), STATUS_NOT_FOUND);
    EXPECT(init_wait(startup_descriptor("init"), UINT64_MAX, 0, &number, &reason, nullptr, limit()),
           STATUS_NOT_FOUND);
    EXPECT(init_kill(startup_descriptor("init"), 0x100000002, limit()), STATUS_NOT_FOUND);
    // init itself not even with the grant to end any other; a child not by Ctrl-C without that one.
    EXPECT(init_kill(startup_descriptor("init"), 1, limit()), STATUS_NOT_PERMITTED);
    static const char request[] = "/\0/bin/sleep\0sleep\0"
                                  "100";
    OK(spawn(request, sizeof(request), &child));
    EXPECT(init_interrupt(startup_descriptor("init"), child, limit()), STATUS_NOT_PERMITTED);
    OK(init_kill(startup_descriptor("init"), child, limit()));
    OK(init_wait(startup_descriptor("init"), child, 0, &number, &reason, nullptr, limit()));
    EQUAL(number, 137);
}

// A program that starts another, hears its status once, and no second time.
static void a_child_is_heard_of_once(void) {
    static const char request[] = "/\0/bin/sh\0sh\0-c\0exit 7";
    uint64_t number = 0, status = 0, reason = 0;
    OK(spawn(request, sizeof(request), &number));
    OK(init_wait(startup_descriptor("init"), number, 0, &status, &reason, nullptr, limit()));
    EQUAL(status, 7);
    EQUAL(reason, END_EXITED);
    EXPECT(init_wait(startup_descriptor("init"), number, 0, &status, &reason, nullptr, limit()),
           STATUS_NOT_FOUND);
}

// A wait that has run out of time leaves nothing behind at init: the next one takes its place, as often as
// anybody likes, and init's records of replies stay as they were.
static void a_wait_is_made_again(void) {
    enum { WAITS = 500 };
    static const char request[] = "/\0/bin/sleep\0sleep\0"
                                  "100";
    uint64_t number = 0, status = 0, reason = 0, memory = 0;
    struct quota_info before = {}, after = {};
    desc_t init = startup_descriptor("init");
    OK(spawn(request, sizeof(request), &number));
    EXPECT(init_wait(init, number, 0, &status, &reason, nullptr, soon(1'000'000)), STATUS_TIMED_OUT);
    OK(init_quota(init, 1, &before, sizeof(before), &memory, limit()));
    for (unsigned i = 0; i < WAITS; i++)
        EXPECT(init_wait(init, number, 0, &status, &reason, nullptr, soon(100'000)), STATUS_TIMED_OUT);
    OK(init_quota(init, 1, &after, sizeof(after), &memory, limit()));
    // One is kept for the last; the first may have run out of time before init had seen it.
    CHECK(after.records_used[RECORD_REPLY] <= before.records_used[RECORD_REPLY] + 1);
    OK(init_kill(init, number, limit()));
    OK(init_wait(init, number, 0, &status, &reason, nullptr, limit()));
    EQUAL(status, 137);
    EXPECT(init_wait(init, number, 0, &status, &reason, nullptr, limit()), STATUS_NOT_FOUND);
}

// More children than one program may have at a time: refused, and all that were started end.
static void too_many_children(void) {
    enum { CHILDREN_MAX = 32 };
    static const char request[] = "/\0/bin/sleep\0sleep\0"
                                  "100";
    uint64_t numbers[CHILDREN_MAX], status, reason;
    size_t count = 0;
    status_t result = STATUS_OK;
    while (count < CHILDREN_MAX && (result = spawn(request, sizeof(request), &numbers[count])) == STATUS_OK)
        count++;
    uint64_t another;
    OK(result);
    EXPECT(spawn(request, sizeof(request), &another), STATUS_TOO_MANY);
    for (size_t i = 0; i < count; i++) {
        OK(init_kill(startup_descriptor("init"), numbers[i], limit()));
        OK(init_wait(startup_descriptor("init"), numbers[i], 0, &status, &reason, nullptr, limit()));
        EQUAL(status, 137);
    }
}

// Writes one line, when the log lets us.
static void log_line(uint64_t level, const char *text) {
    status_t status;
    while ((status = log_write(startup_descriptor("log"), level, text, strlen(text), limit())) ==
           STATUS_TOO_MANY)
        sleep_until(clock_now() + 50'000'000);
    OK(status);
}

// A line in the log says who wrote it and how severe it is, and nothing in it can end it or paint on the
// terminal.
static void log_lines_are_plain(void) {
    char line[256], expected[64];
    log_line(LOG_WARNING, "plain \x1b[2J\nE 1: forged\x7f\xc2\x9b end");
    if (!CHECK(log_find("plain ", line, sizeof(line))))
        return;
    size_t length = format_buffer(expected, sizeof(expected), "W %llu: plain ?[2J?E 1: forged??? end",
                                  (unsigned long long)startup->process);
    CHECK(strlen(line) >= length && strcmp(line + strlen(line) - length, expected) == 0);
}

// Nobody fills the log: after a burst the answer is TOO_MANY, and the next line that is taken says how many
// were lost.
static void log_flood(void) {
    enum { LINES = 500 };
    unsigned refused = 0;
    char line[256], expected[96];
    log_line(LOG_DEBUG, "before the flood");
    for (unsigned i = 0; i < LINES; i++) {
        status_t status = log_write(startup_descriptor("log"), LOG_ERROR, "flood", 5, limit());
        refused += status == STATUS_TOO_MANY;
        CHECK(status == STATUS_OK || status == STATUS_TOO_MANY);
        if (status == STATUS_OK && refused > 0)
            refused = 0; // one more was earned meanwhile, and the lost ones were told
    }
    CHECK(refused > 0);
    while (log_write(startup_descriptor("log"), LOG_DEBUG, "after the flood", 15, limit()) == STATUS_TOO_MANY)
        refused++;
    format_buffer(expected, sizeof(expected), "I %llu: (%u lines were too many and are lost)",
                  (unsigned long long)startup->process, refused);
    CHECK(log_find(expected, line, sizeof(line)));
}

static const struct test tests[] = {
    {"unknown_labels", unknown_labels},
    {"all_words_set", all_words_set},
    {"wrong_ranges", wrong_ranges},
    {"lengths", lengths},
    {"memory_that_is_not_there", memory_that_is_not_there},
    {"descriptors_that_nobody_wants", descriptors_that_nobody_wants},
    {"bad_names", bad_names},
    {"files_and_directories", files_and_directories},
    {"bad_spawns", bad_spawns},
    {"what_is_not_granted", what_is_not_granted},
    {"a_child_is_heard_of_once", a_child_is_heard_of_once},
    {"a_wait_is_made_again", a_wait_is_made_again},
    {"too_many_children", too_many_children},
    {"log_lines_are_plain", log_lines_are_plain},
    {"log_flood", log_flood},
};
GROUP(services, tests);
