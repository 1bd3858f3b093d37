// SPDX-License-Identifier: MIT
//
// Answers: kept calls, answers that are refused, descriptors in answers, lent ranges.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"
#include <base/string.h>
#include <tessera/call.h>

#define COUNT(N)  ((uint64_t)(N) << HEADER_DESCRIPTORS_SHIFT)
#define RANGES(N) ((uint64_t)(N) << HEADER_RANGES_SHIFT)

// A task that calls once; what it lends and offers is set before.
struct client {
    struct task task;
    desc_t target;
    uint64_t header;
    uint64_t offer_slots;
    uint64_t offer_bytes;
    struct message_range lend[MESSAGE_RANGES];
    status_t status;
    uint64_t answer;
    struct message_received received[MESSAGE_DESCRIPTORS];
};

static struct client client;

static void call_once(void *argument, struct message_page *page) {
    struct client *self = argument;
    uint64_t words[MESSAGE_WORDS] = {};
    memcpy(page->lend, self->lend, sizeof(page->lend));
    page->offer_slots = self->offer_slots;
    page->offer_bytes = self->offer_bytes;
    self->status = ts_call(self->target, self->header, DEADLINE_NONE, words, &self->answer);
    memcpy(self->received, page->received, sizeof(page->received));
}

static bool receive(desc_t endpoint) {
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    message_page()->offer_slots = 0;
    return OK(ts_receive(endpoint, limit(), words, &badge, &header, &number));
}

// One call in hand, from `client`.
static bool call_taken(desc_t endpoint) {
    client.target = endpoint;
    bool good = task_start(&client.task, call_once, &client, 8);
    return good && receive(endpoint);
}

static void client_end(status_t expected) {
    task_join(&client.task);
    EXPECT(client.status, expected);
    client = (struct client){};
}

static status_t answer(desc_t reply, uint64_t header) {
    uint64_t words[MESSAGE_WORDS] = {};
    return ts_reply(reply, header, words);
}

static void nothing_to_answer(void) {
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number, copied;
    char byte;
    desc_t endpoint = endpoint_make(0), reply = reply_make();
    EXPECT(answer(SELF, 0), STATUS_NO_CALL);
    EXPECT(answer(reply, 0), STATUS_NO_CALL);
    EXPECT(ts_reply_keep(reply), STATUS_NO_CALL);
    EXPECT(ts_reply_and_receive(endpoint, 0, PAST, words, &badge, &header, &number), STATUS_NO_CALL);
    EXPECT(ts_lent_read(SELF, 0, 0, &byte, 1, &copied), STATUS_NO_CALL);
    EXPECT(ts_lent_write(reply, 0, 0, &byte, 1, &copied), STATUS_NO_CALL);
    drop(reply);
    drop(endpoint);
}

static void answered_twice(void) {
    desc_t endpoint = endpoint_make(0);
    if (call_taken(endpoint)) {
        EXPECT(answer(SELF, 1ULL << 41), STATUS_BAD_FLAGS);
        EXPECT(answer(SELF, 1ULL << 63), STATUS_BAD_FLAGS);
        EXPECT(answer(SELF, COUNT(5)), STATUS_BAD_VALUE);
        EXPECT(answer(SELF, RANGES(1)), STATUS_BAD_VALUE);
        OK(answer(SELF, 0));
        EXPECT(answer(SELF, 0), STATUS_NO_CALL);
    }
    client_end(STATUS_OK);
    drop(endpoint);
}

static void kept_and_answered(void) {
    desc_t endpoint = endpoint_make(0), reply = reply_make();
    if (call_taken(endpoint)) {
        OK(ts_reply_keep(reply));
        EXPECT(ts_reply_keep(reply), STATUS_REPLY_PENDING);
        EXPECT(answer(SELF, 0), STATUS_NO_CALL);
        OK(answer(reply, 17));
        EXPECT(answer(reply, 0), STATUS_NO_CALL);
        task_join(&client.task);
        EXPECT(client.status, STATUS_OK);
        EQUAL(client.answer, 17);
        client = (struct client){};
    }
    drop(reply);
    drop(endpoint);
}

static void kept_and_dropped(void) {
    desc_t endpoint = endpoint_make(0), reply = reply_make();
    if (call_taken(endpoint)) {
        OK(ts_reply_keep(reply));
        drop(reply);
    }
    client_end(STATUS_DROPPED);
    drop(endpoint);
}

static void answer_from_elsewhere(void *argument, struct message_page *page) {
    (void)page;
    uint64_t words[MESSAGE_WORDS] = {};
    (void)ts_reply(*(desc_t *)argument, 23, words);
}

static void kept_and_answered_by_another_thread(void) {
    static desc_t reply;
    static struct task other;
    desc_t endpoint = endpoint_make(0);
    reply = reply_make();
    if (call_taken(endpoint) && OK(ts_reply_keep(reply)) &&
        task_start(&other, answer_from_elsewhere, &reply, 8)) {
        task_join(&other);
        task_join(&client.task);
        EQUAL(client.answer, 23);
        client = (struct client){};
    }
    drop(reply);
    drop(endpoint);
}

// ---- descriptors in answers

static void send_set(unsigned index, desc_t descriptor, uint64_t rights, uint32_t mode) {
    message_page()->send[index] = (struct message_descriptor){descriptor.value, (uint32_t)rights, mode};
}

static void descriptors_in_answers(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    client = (struct client){.offer_slots = 1, .offer_bytes = PAGES(8)};
    if (call_taken(endpoint)) {
        send_set(0, memory, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE);
        OK(answer(SELF, COUNT(1)));
        task_join(&client.task);
        EXPECT(client.status, STATUS_OK);
        EXPECT(ts_descriptor_release(memory), STATUS_BAD_DESCRIPTOR);
        EQUAL(client.received[0].type, OBJECT_MEMORY);
        drop((desc_t){client.received[0].descriptor});
        client = (struct client){};
    }
    drop(endpoint);
}

static void answers_refused(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    client = (struct client){.offer_slots = 1, .offer_bytes = PAGES(2)};
    if (!call_taken(endpoint))
        return;
    // Each is refused for its own reason, and the call is still to be answered.
    send_set(0, memory, RIGHTS_MEMORY_ALL, DESCRIPTOR_CLONE);
    EXPECT(answer(SELF, COUNT(1)), STATUS_NOT_OFFERED);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(1), PAST, words, &badge, &header, &number),
           STATUS_NOT_OFFERED);
    send_set(0, memory, UINT16_MAX, DESCRIPTOR_CLONE);
    EXPECT(answer(SELF, COUNT(1)), STATUS_NO_RIGHT);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(1), PAST, words, &badge, &header, &number), STATUS_NO_RIGHT);
    send_set(0, memory, 0, 3);
    EXPECT(answer(SELF, COUNT(1)), STATUS_BAD_FLAGS);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(1), PAST, words, &badge, &header, &number), STATUS_BAD_FLAGS);
    send_set(0, (desc_t){UINT64_MAX}, 0, DESCRIPTOR_MOVE);
    EXPECT(answer(SELF, COUNT(1)), STATUS_BAD_DESCRIPTOR);
    send_set(0, memory, 0, DESCRIPTOR_MOVE);
    send_set(1, memory, 0, DESCRIPTOR_MOVE);
    EXPECT(answer(SELF, COUNT(2)), STATUS_DUPLICATE);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(2), PAST, words, &badge, &header, &number), STATUS_DUPLICATE);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(5), PAST, words, &badge, &header, &number), STATUS_BAD_VALUE);
    OK(ts_space_map(SELF, memory.value, AREA, 0, PAGE_SIZE, MAP_READ));
    EXPECT(answer(SELF, COUNT(1)), STATUS_MAPPED);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(1), PAST, words, &badge, &header, &number), STATUS_MAPPED);
    OK(ts_space_unmap(SELF, AREA));
    EQUAL(info_of(memory).kind, 1);
    // Clones are paid by who answers while they are on their way.
    struct quota_info info = own_quota();
    desc_t large = memory_make((info.bytes_limit - info.bytes_used) / PAGE_SIZE * 2 / 3);
    send_set(0, large, 0, DESCRIPTOR_CLONE);
    EXPECT(answer(SELF, COUNT(1)), STATUS_NO_QUOTA);
    EXPECT(ts_reply_and_receive(endpoint, COUNT(1), PAST, words, &badge, &header, &number), STATUS_NO_QUOTA);
    drop(large);
    OK(answer(SELF, 0));
    client_end(STATUS_OK);
    drop(memory);
    drop(endpoint);
}

static void reply_and_receive(void) {
    desc_t endpoint = endpoint_make(0);
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    if (call_taken(endpoint))
        EXPECT(ts_reply_and_receive(endpoint, 0, soon(20'000'000), words, &badge, &header, &number),
               STATUS_TIMED_OUT);
    client_end(STATUS_OK);
    drop(endpoint);
}

// ---- lent ranges

static void lent_copies(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_at(AREA, 4, MAP_READ | MAP_WRITE);
    uint64_t copied = 0;
    char *range = (char *)(uintptr_t)(AREA + 100);
    static char buffer[PAGE_SIZE * 2];
    for (unsigned i = 0; i < PAGE_SIZE * 2; i++)
        range[i] = (char)(i * 7);
    client = (struct client){
        .header = RANGES(2),
        .lend = {{AREA + 100, PAGE_SIZE * 2, RANGE_READ}, {AREA + PAGES(3), 64, RANGE_WRITE}}};
    if (call_taken(endpoint)) {
        EQUAL(message_page()->lent[0].length, PAGE_SIZE * 2);
        EQUAL(message_page()->lent[0].address, 0);
        EQUAL(message_page()->lent[1].flags, RANGE_WRITE);
        OK(ts_lent_read(SELF, 0, 0, buffer, sizeof(buffer), &copied));
        EQUAL(copied, sizeof(buffer));
        CHECK(memcmp(buffer, range, sizeof(buffer)) == 0);
        OK(ts_lent_read(SELF, 0, PAGE_SIZE * 2, buffer, 0, &copied));
        OK(ts_lent_write(SELF, 1, 60, "last", 4, &copied));
        CHECK(memcmp((char *)(uintptr_t)(AREA + PAGES(3) + 60), "last", 4) == 0);
        EXPECT(ts_lent_write(SELF, 1, 61, "last", 4, &copied), STATUS_OUT_OF_RANGE);
        EXPECT(ts_lent_read(SELF, 0, UINT64_MAX, buffer, 8, &copied), STATUS_OUT_OF_RANGE);
        EXPECT(ts_lent_read(SELF, 0, PAGE_SIZE * 2 + 1, buffer, 0, &copied), STATUS_OUT_OF_RANGE);
        EXPECT(ts_lent_read(SELF, 0, 0, buffer, LENT_COPY_MAX, &copied), STATUS_OUT_OF_RANGE);
        EXPECT(ts_lent_read(SELF, 0, 0, buffer, LENT_COPY_MAX + 1, &copied), STATUS_BAD_SIZE);
        EXPECT(ts_lent_read(SELF, 1, 0, buffer, 8, &copied), STATUS_LENT_FAULT);
        EXPECT(ts_lent_write(SELF, 0, 0, buffer, 8, &copied), STATUS_LENT_FAULT);
        EXPECT(ts_lent_read(SELF, 2, 0, buffer, 8, &copied), STATUS_BAD_VALUE);
        EXPECT(ts_lent_read(SELF, 0, 0, (void *)(uintptr_t)(AREA + PAGES(9)), 8, &copied),
               STATUS_BAD_ADDRESS);
        EXPECT(ts_lent_write(SELF, 1, 0, (void *)(uintptr_t)(AREA + PAGES(9)), 8, &copied),
               STATUS_BAD_ADDRESS);
        OK(answer(SELF, 0));
    }
    client_end(STATUS_OK);
    drop(memory);
    drop(endpoint);
}

// The range and the server's buffer are the same memory.
static void lent_overlap(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_at(AREA, 4, MAP_READ | MAP_WRITE);
    uint64_t copied = 0;
    client = (struct client){.header = RANGES(1), .lend = {{AREA, PAGES(4), RANGE_READ | RANGE_WRITE}}};
    if (call_taken(endpoint)) {
        OK(ts_lent_read(SELF, 0, 0, (void *)(uintptr_t)AREA, PAGES(4), &copied));
        EQUAL(copied, PAGES(4));
        OK(ts_lent_read(SELF, 0, 0, (void *)(uintptr_t)(AREA + 8), PAGES(2), &copied));
        OK(ts_lent_write(SELF, 0, 8, (void *)(uintptr_t)AREA, PAGES(2), &copied));
        OK(answer(SELF, 0));
    }
    client_end(STATUS_OK);
    drop(memory);
    drop(endpoint);
}

// What the caller lends is not mapped, or only in part, or not with that right: the server hears how far it
// got.
static void lent_faults(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_at(AREA, 1, MAP_READ);
    static char buffer[PAGE_SIZE * 2];
    uint64_t copied = 0;
    client = (struct client){.header = RANGES(2),
                             .lend = {{AREA, PAGES(2), RANGE_READ | RANGE_WRITE},
                                      {AREA + PAGES(8), PAGE_SIZE, RANGE_READ | RANGE_WRITE}}};
    if (call_taken(endpoint)) {
        EXPECT(ts_lent_read(SELF, 0, 0, buffer, PAGES(2), &copied), STATUS_LENT_FAULT);
        EQUAL(copied, PAGE_SIZE);
        EXPECT(ts_lent_write(SELF, 0, 0, buffer, 8, &copied), STATUS_LENT_FAULT);
        EQUAL(copied, 0);
        EXPECT(ts_lent_read(SELF, 1, 0, buffer, 8, &copied), STATUS_LENT_FAULT);
        EXPECT(ts_lent_write(SELF, 1, 0, buffer, 8, &copied), STATUS_LENT_FAULT);
        OK(answer(SELF, 0));
    }
    client_end(STATUS_OK);
    drop(memory);
    drop(endpoint);
}

static int lend_and_wait(uint64_t endpoint, struct message_page *page) {
    uint64_t words[MESSAGE_WORDS] = {}, header;
    page->lend[0] = (struct message_range){CHILD_STACK, 64, RANGE_READ | RANGE_WRITE};
    return (int)-ts_call((desc_t){endpoint}, RANGES(1), DEADLINE_NONE, words, &header);
}

// A kept call whose caller ends.
static void kept_of_a_dead_caller(void) {
    struct child child;
    desc_t endpoint = endpoint_make(0), reply = reply_make();
    char bytes[8];
    uint64_t copied;
    if (child_make(&child, nullptr)) {
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHT_ENDPOINT_CALL);
        if (child_start(&child, lend_and_wait, given.value) && receive(endpoint)) {
            OK(ts_reply_keep(reply));
            OK(ts_process_end(child.process, 0));
            child_wait(&child, nullptr);
            EXPECT(ts_lent_read(reply, 0, 0, bytes, 8, &copied), STATUS_CALLER_GONE);
            EXPECT(ts_lent_write(reply, 0, 0, bytes, 8, &copied), STATUS_CALLER_GONE);
            EXPECT(answer(reply, 0), STATUS_CALLER_GONE);
            EXPECT(answer(reply, 0), STATUS_NO_CALL);
        }
    }
    child_drop(&child);
    drop(reply);
    drop(endpoint);
}

// In hand, not kept: reply_keep and reply_and_receive say so once.
static void dead_caller_in_hand(void) {
    desc_t endpoint = endpoint_make(0), reply = reply_make();
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    for (unsigned way = 0; way < 2; way++) {
        struct child child;
        if (!child_make(&child, nullptr))
            return;
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHT_ENDPOINT_CALL);
        if (child_start(&child, lend_and_wait, given.value) && receive(endpoint)) {
            OK(ts_process_end(child.process, 0));
            child_await_end(&child);
            if (way == 0)
                EXPECT(ts_reply_keep(reply), STATUS_CALLER_GONE);
            else
                EXPECT(ts_reply_and_receive(endpoint, 0, PAST, words, &badge, &header, &number),
                       STATUS_CALLER_GONE);
            EXPECT(answer(SELF, 0), STATUS_NO_CALL);
        }
        child_drop(&child);
    }
    drop(reply);
    drop(endpoint);
}

static const struct test tests[] = {
    {"nothing to answer", nothing_to_answer},
    {"an answer comes once", answered_twice},
    {"a kept call", kept_and_answered},
    {"a kept call that is dropped", kept_and_dropped},
    {"a kept call, answered by another thread", kept_and_answered_by_another_thread},
    {"descriptors in answers", descriptors_in_answers},
    {"answers that are refused", answers_refused},
    {"answer and receive", reply_and_receive},
    {"lent ranges are copied", lent_copies},
    {"a lent range and a buffer that overlap", lent_overlap},
    {"lent ranges with holes", lent_faults},
    {"a kept call of a dead caller", kept_of_a_dead_caller},
    {"a call in hand of a dead caller", dead_caller_in_hand},
};
GROUP(reply, tests);
