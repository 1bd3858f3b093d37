// SPDX-License-Identifier: MIT
//
// System call numbers: those that are no call, and each call with all ones in a process that can be thrown
// away.

#include "lib/child.h"
#include "lib/task.h"
#include <badargs/badargs.h>
#include <base/string.h>

enum { NUMBERS_MAX = 0x10000, WATCHDOG_TRIES = 500, NOT_YET = 1000 };

static status_t bare(uint64_t number, uint64_t fill) {
    uint64_t words[MESSAGE_WORDS], results[3];
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        words[i] = fill;
    return bare_syscall_message(number, fill, fill, fill, words, results);
}

static unsigned wrong;

static void expect_no_call(uint64_t number) {
    static const uint64_t fills[] = {0, UINT64_MAX, 0x8000000000000000};
    for (unsigned i = 0; i < array_length(fills); i++) {
        status_t status = bare(number, fills[i]);
        if (status != STATUS_BAD_CALL && wrong++ < 10)
            note("number %#llx: %s", (unsigned long long)number, status_name(status));
    }
}

static void all_that_are_none(void) {
    wrong = 0;
    for (size_t i = 0; i < badarg_number_count; i++) {
        for (uint64_t n = badarg_numbers[i].first; n <= badarg_numbers[i].last && n < NUMBERS_MAX; n++)
            expect_no_call(n);
    }
    for (size_t i = 0; i < badarg_probe_count; i++)
        expect_no_call(badarg_probes[i]);
    EQUAL(wrong, 0);
}

// A valid number with something above it is none either.
static void high_bits(void) {
    wrong = 0;
    for (size_t i = 0; i < grammar_call_count; i++) {
        for (unsigned bit = 8; bit < 64; bit++)
            expect_no_call(grammar_calls[i].number | 1ULL << bit);
        expect_no_call(grammar_calls[i].number | 0xffffffff00000000);
        expect_no_call(0 - (uint64_t)grammar_calls[i].number);
    }
    EQUAL(wrong, 0);
}

static int ones_in_child(uint64_t number, struct message_page *page) {
    memset(page, 0xff, PAGE_SIZE);
    SHARED->value[0] = (uint64_t)(int64_t)bare(number, UINT64_MAX);
    return 0;
}

// Ends by itself, or the watchdog ends it.
static bool watch(struct child *child, struct ending *ending) {
    for (unsigned i = 0; i < WATCHDOG_TRIES; i++) {
        if (child_poll(child, ending))
            return true;
        settle();
    }
    return false;
}

static void all_ones(void) {
    for (size_t i = 0; i < grammar_call_count; i++) {
        const struct grammar_call *call = &grammar_calls[i];
        struct child child;
        struct ending ending = {};
        SHARED->value[0] = NOT_YET;
        bool ran = child_make(&child, nullptr) && child_start(&child, ones_in_child, call->number);
        bool ended = ran && watch(&child, &ending);
        int64_t status = (int64_t)SHARED->value[0];
        bool last_thread = call->number == SYSCALL_THREAD_EXIT && ending.reason == END_LAST_THREAD;
        bool returned = ending.reason == END_EXITED && status != NOT_YET &&
                        (status == STATUS_OK || grammar_allows(call, status));
        if (!CHECK(ended && (last_thread || returned)))
            note("%s with all ones: ended %d for %llu, status %lld", call->name, ended,
                 (unsigned long long)ending.reason, (long long)status);
        child_drop(&child);
    }
}

static const struct test tests[] = {
    {"no number outside the table is a call", all_that_are_none},
    {"no call has bits above its number", high_bits},
    {"each call with all ones, in a process of its own", all_ones},
};
GROUP(numbers, tests);
