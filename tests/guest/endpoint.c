// SPDX-License-Identifier: MIT
//
// Calls from entry to answer: endpoints, badges, descriptors on their way, deadlines, deaths.

#include "lib/child.h"
#include "lib/task.h"
#include <base/string.h>
#include <tessera/call.h>

#define COUNT(N)  ((uint64_t)(N) << HEADER_DESCRIPTORS_SHIFT)
#define RANGES(N) ((uint64_t)(N) << HEADER_RANGES_SHIFT)

// ---- a task that makes one call

struct caller {
    struct task task;
    desc_t target;
    uint64_t header;
    uint64_t deadline;
    uint64_t words[MESSAGE_WORDS];
    struct message_descriptor send[MESSAGE_DESCRIPTORS];
    struct message_range lend[MESSAGE_RANGES];
    uint64_t offer_slots;
    uint64_t offer_bytes;
    // after the call
    status_t status;
    uint64_t answer;
    struct message_received received[MESSAGE_DESCRIPTORS];
    _Atomic uint32_t done;
};

static void call_once(void *argument, struct message_page *page) {
    struct caller *caller = argument;
    memcpy(page->send, caller->send, sizeof(page->send));
    memcpy(page->lend, caller->lend, sizeof(page->lend));
    page->offer_slots = caller->offer_slots;
    page->offer_bytes = caller->offer_bytes;
    caller->status =
        ts_call(caller->target, caller->header, caller->deadline, caller->words, &caller->answer);
    memcpy(caller->received, page->received, sizeof(page->received));
    atomic_store(&caller->done, 1);
}

static bool caller_start(struct caller *caller) {
    caller->deadline = caller->deadline != 0 ? caller->deadline : DEADLINE_NONE;
    bool good = task_start(&caller->task, call_once, caller, 8);
    settle();
    return good;
}

static void caller_end(struct caller *caller, status_t expected) {
    task_join(&caller->task);
    EXPECT(caller->status, expected);
}

// ---- the server's side, in the main thread

struct message {
    uint64_t words[MESSAGE_WORDS];
    uint64_t badge, header, number;
};

static status_t receive(desc_t endpoint, uint64_t slots, uint64_t bytes, uint64_t deadline,
                        struct message *message) {
    *message = (struct message){};
    message_page()->offer_slots = slots;
    message_page()->offer_bytes = bytes;
    return ts_receive(endpoint, deadline, message->words, &message->badge, &message->header,
                      &message->number);
}

static status_t answer(uint64_t header) {
    uint64_t words[MESSAGE_WORDS] = {};
    return ts_reply(SELF, header, words);
}

static status_t call_now(desc_t target, uint64_t header, uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {}, back;
    return ts_call(target, header, deadline, words, &back);
}

// ---- tests

static void words_and_labels(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(1), badge = SELF;
    OK(ts_badge_create(endpoint, 0xfedcba9876543210, &badge));
    caller = (struct caller){.target = badge, .header = 0xabcdef01};
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        caller.words[i] = 0x1111111111111111 * (i + 1);
    if (caller_start(&caller) && OK(receive(endpoint, 0, 0, limit(), &message))) {
        EQUAL(message.badge, 0xfedcba9876543210);
        EQUAL(message.header, 0xabcdef01);
        CHECK(message.number != 0);
        for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
            EQUAL(message.words[i], 0x1111111111111111 * (i + 1));
            message.words[i] = ~message.words[i];
        }
        OK(ts_reply(SELF, 0x10fedcba, message.words));
        caller_end(&caller, STATUS_OK);
        EQUAL(caller.answer, 0x10fedcba);
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            EQUAL(caller.words[i], ~(0x1111111111111111 * (i + 1)));
    }
    drop(badge);
    OK(receive(endpoint, 0, 0, limit(), &message));
    EQUAL(message.header, EVENT_BADGE_CLOSED | HEADER_EVENT);
    EQUAL(message.badge, 0xfedcba9876543210);
    drop(endpoint);
}

static void deadlines(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(0);
    static const uint64_t past[] = {0, 1, 1000};
    for (unsigned i = 0; i < array_length(past); i++) {
        EXPECT(call_now(endpoint, 0, past[i]), STATUS_TIMED_OUT);
        EXPECT(receive(endpoint, 0, 0, past[i], &message), STATUS_TIMED_OUT);
    }
    EXPECT(call_now(endpoint, 0, soon(3'000'000)), STATUS_TIMED_OUT);
    EXPECT(receive(endpoint, 0, 0, soon(3'000'000), &message), STATUS_TIMED_OUT);
    // Just below "none" is far away, not in the past.
    caller = (struct caller){.target = endpoint, .deadline = DEADLINE_NONE - 1};
    if (caller_start(&caller) && OK(receive(endpoint, 0, 0, DEADLINE_NONE - 1, &message)))
        OK(answer(0));
    caller_end(&caller, STATUS_OK);
    // A deadline that passes while the server works.
    caller = (struct caller){.target = endpoint, .deadline = soon(40'000'000)};
    if (caller_start(&caller) && OK(receive(endpoint, 0, 0, limit(), &message))) {
        caller_end(&caller, STATUS_TIMED_OUT);
        EXPECT(answer(0), STATUS_CALLER_GONE);
        EXPECT(answer(0), STATUS_NO_CALL);
    }
    drop(endpoint);
}

static void no_server(void) {
    desc_t endpoint = endpoint_make(1), badge = SELF;
    OK(ts_badge_create(endpoint, 1, &badge));
    desc_t call_only = clone_of(endpoint, RIGHT_ENDPOINT_CALL);
    drop(endpoint);
    EXPECT(call_now(call_only, 0, limit()), STATUS_NO_SERVER);
    EXPECT(call_now(badge, 0, limit()), STATUS_NO_SERVER);
    drop(call_only);
    EXPECT(call_now(badge, 0, limit()), STATUS_DEAD);
    drop(badge);
}

// The last receive right goes while a call waits.
static void server_gives_up(void) {
    static struct caller caller;
    desc_t endpoint = endpoint_make(0);
    desc_t call_only = clone_of(endpoint, RIGHT_ENDPOINT_CALL);
    caller = (struct caller){.target = call_only};
    if (caller_start(&caller)) {
        drop(endpoint);
        caller_end(&caller, STATUS_NO_SERVER);
    }
    drop(call_only);
}

static void closed_while_waiting(void) {
    static struct caller caller;
    desc_t endpoint = endpoint_make(0);
    desc_t other = clone_of(endpoint, RIGHT_ENDPOINT_CALL);
    caller = (struct caller){.target = other};
    if (caller_start(&caller)) {
        drop(other);
        caller_end(&caller, STATUS_CLOSED);
    }
    drop(endpoint);
}

struct receiver {
    struct task task;
    desc_t endpoint;
    uint64_t slots;
    struct message message;
    status_t status;
    status_t second;
};

static void receive_once(void *argument, struct message_page *page) {
    struct receiver *receiver = argument;
    struct message *message = &receiver->message;
    page->offer_slots = receiver->slots;
    receiver->status = ts_receive(receiver->endpoint, DEADLINE_NONE, message->words, &message->badge,
                                  &message->header, &message->number);
    if (receiver->status == STATUS_OK)
        receiver->second = ts_receive(receiver->endpoint, PAST, message->words, &message->badge,
                                      &message->header, &message->number);
}

static void receiver_closed(void) {
    static struct receiver receiver;
    desc_t endpoint = endpoint_make(0);
    receiver = (struct receiver){.endpoint = clone_of(endpoint, RIGHT_ENDPOINT_RECEIVE)};
    if (task_start(&receiver.task, receive_once, &receiver, 8)) {
        settle();
        drop(receiver.endpoint);
        task_join(&receiver.task);
        EXPECT(receiver.status, STATUS_CLOSED);
    }
    drop(endpoint);
}

static void answer_and_receive(void *argument, struct message_page *page) {
    struct receiver *receiver = argument;
    struct message *message = &receiver->message;
    page->offer_slots = 0;
    receiver->status = ts_receive(receiver->endpoint, DEADLINE_NONE, message->words, &message->badge,
                                  &message->header, &message->number);
    receiver->second = ts_reply_and_receive(receiver->endpoint, 0, DEADLINE_NONE, message->words,
                                            &message->badge, &message->header, &message->number);
}

static void answering_receiver_closed(void) {
    static struct receiver receiver;
    desc_t endpoint = endpoint_make(0);
    receiver = (struct receiver){.endpoint = clone_of(endpoint, RIGHT_ENDPOINT_RECEIVE)};
    if (task_start(&receiver.task, answer_and_receive, &receiver, 8)) {
        settle();
        OK(call_now(endpoint, 0, limit()));
        settle();
        drop(receiver.endpoint);
        task_join(&receiver.task);
        EXPECT(receiver.second, STATUS_CLOSED);
    }
    drop(endpoint);
}

// A thread that ends with a call in hand: its caller hears DROPPED, and a second receive before is refused.
static void dropped_by_a_thread(void) {
    static struct receiver receiver;
    desc_t endpoint = endpoint_make(0);
    receiver = (struct receiver){.endpoint = endpoint};
    if (task_start(&receiver.task, receive_once, &receiver, 8)) {
        settle();
        EXPECT(call_now(endpoint, 0, limit()), STATUS_DROPPED);
        task_join(&receiver.task);
        EXPECT(receiver.status, STATUS_OK);
        EXPECT(receiver.second, STATUS_REPLY_PENDING);
    }
    drop(endpoint);
}

static void badges(void) {
    struct message message;
    desc_t endpoint = endpoint_make(2), one = SELF, two = SELF, three = SELF;
    EXPECT(ts_badge_create(endpoint, 0, &one), STATUS_BAD_VALUE);
    OK(ts_badge_create(endpoint, 1, &one));
    EXPECT(ts_badge_create(endpoint, 1, &two), STATUS_DUPLICATE);
    OK(ts_badge_create(endpoint, UINT64_MAX, &two));
    EXPECT(ts_badge_create(endpoint, 3, &three), STATUS_NO_PLACE);
    EQUAL(info_of(two).value, UINT64_MAX);
    desc_t no_mint = clone_of(endpoint, RIGHTS_ENDPOINT_ALL & ~RIGHT_ENDPOINT_MINT);
    EXPECT(ts_badge_create(no_mint, 3, &three), STATUS_NO_RIGHT);
    drop(no_mint);
    // The place is free again when the server has heard.
    drop(one);
    OK(receive(endpoint, 0, 0, limit(), &message));
    EQUAL(message.badge, 1);
    OK(ts_badge_create(endpoint, 3, &three));
    EXPECT(ts_badge_destroy(endpoint, 1), STATUS_DEAD);
    EXPECT(ts_badge_destroy(endpoint, 0), STATUS_BAD_VALUE);
    OK(ts_badge_destroy(endpoint, 3));
    EXPECT(call_now(three, 0, limit()), STATUS_DEAD);
    EXPECT(ts_badge_destroy(endpoint, 3), STATUS_DEAD);
    drop(three);
    drop(two);
    drop(endpoint);
    desc_t none = SELF;
    EXPECT(ts_endpoint_create(BADGE_PLACES_MAX + 1, &none), STATUS_BAD_VALUE);
}

static void badge_destroyed_under_a_call(void) {
    static struct caller queued, received;
    struct message message;
    desc_t endpoint = endpoint_make(2), badge = SELF;
    OK(ts_badge_create(endpoint, 5, &badge));
    received = (struct caller){.target = badge};
    queued = (struct caller){.target = badge};
    if (caller_start(&received) && caller_start(&queued) && OK(receive(endpoint, 0, 0, limit(), &message))) {
        OK(ts_badge_destroy(endpoint, 5));
        caller_end(&received, STATUS_CANCELLED);
        caller_end(&queued, STATUS_CANCELLED);
        EXPECT(answer(0), STATUS_CALLER_GONE);
    }
    drop(badge);
    drop(endpoint);
}

// ---- descriptors in messages

static void not_offered(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    struct message_descriptor send = {memory.value, RIGHTS_MEMORY_ALL, DESCRIPTOR_CLONE};
    // No slot, then too little charge, then enough. What was refused is where it was.
    static const struct {
        uint64_t slots, bytes;
        status_t status;
    } offers[] = {
        {0, UINT64_MAX, STATUS_NOT_OFFERED}, {1, PAGES(3), STATUS_NOT_OFFERED}, {1, PAGES(8), STATUS_OK}};
    for (unsigned i = 0; i < array_length(offers); i++) {
        caller = (struct caller){.target = endpoint, .header = COUNT(1), .send = {send}};
        if (!caller_start(&caller))
            return;
        status_t status = receive(endpoint, offers[i].slots, offers[i].bytes, soon(50'000'000), &message);
        EXPECT(status, offers[i].status == STATUS_OK ? STATUS_OK : STATUS_TIMED_OUT);
        if (status == STATUS_OK) {
            struct message_received got = message_page()->received[0];
            EQUAL(got.type, OBJECT_MEMORY);
            EQUAL(got.rights, RIGHTS_MEMORY_ALL);
            EQUAL(info_of((desc_t){got.descriptor}).serial, info_of(memory).serial);
            OK(answer(0));
            drop((desc_t){got.descriptor});
        }
        caller_end(&caller, offers[i].status);
        EQUAL(info_of(memory).kind, 1);
    }
    EXPECT(receive(endpoint, MESSAGE_DESCRIPTORS + 1, 0, PAST, &message), STATUS_BAD_VALUE);
    drop(memory);
    drop(endpoint);
}

static void moved_and_settled(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    desc_t extra = SELF;
    caller = (struct caller){.target = endpoint,
                             .header = COUNT(1),
                             .send = {{memory.value, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP, DESCRIPTOR_MOVE}}};
    if (!caller_start(&caller) || !OK(receive(endpoint, 1, PAGES(8), limit(), &message)))
        return;
    desc_t got = {message_page()->received[0].descriptor};
    EQUAL(info_of(memory).kind, 5);
    EQUAL(info_of(got).kind, 4);
    EXPECT(ts_descriptor_clone(memory, 0, &extra), STATUS_IN_TRANSIT);
    EXPECT(ts_descriptor_release(memory), STATUS_IN_TRANSIT);
    EXPECT(ts_descriptor_clone(got, 0, &extra), STATUS_NO_RIGHT);
    // In transit it can be used, not passed on.
    OK(ts_space_map(SELF, got.value, AREA, 0, PAGES(4), MAP_READ));
    OK(ts_space_unmap(SELF, AREA));
    OK(answer(0));
    caller_end(&caller, STATUS_OK);
    EXPECT(ts_descriptor_release(memory), STATUS_BAD_DESCRIPTOR);
    EQUAL(info_of(got).kind, 1);
    drop(got);
    drop(endpoint);
}

// The server gives back, or lets go before it answers: the sender has it again.
static void moved_and_given_back(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    for (unsigned way = 0; way < 3; way++) {
        caller = (struct caller){.target = endpoint,
                                 .header = COUNT(1),
                                 .send = {{memory.value, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE}}};
        if (!caller_start(&caller) || !OK(receive(endpoint, 1, PAGES(8), limit(), &message)))
            return;
        desc_t got = {message_page()->received[0].descriptor};
        OK(ts_space_map(SELF, got.value, AREA, 0, PAGES(4), MAP_READ));
        if (way == 1)
            drop(got);
        OK(answer(way == 0 ? HEADER_GIVE_BACK : 0));
        caller_end(&caller, STATUS_OK);
        if (way == 2) {
            EQUAL(info_of(got).kind, 1);
            EXPECT(ts_descriptor_release(memory), STATUS_BAD_DESCRIPTOR);
            drop(got);
        } else {
            EQUAL(info_of(memory).kind, 1);
            EXPECT(ts_descriptor_release(got), STATUS_BAD_DESCRIPTOR);
            EXPECT(ts_space_unmap(SELF, AREA), STATUS_NOT_MAPPED);
        }
    }
    drop(endpoint);
}

static void deadline_gives_back(void) {
    static struct caller caller;
    struct message message;
    desc_t endpoint = endpoint_make(0), memory = memory_make(4);
    caller = (struct caller){.target = endpoint,
                             .header = COUNT(1),
                             .deadline = soon(40'000'000),
                             .send = {{memory.value, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE}}};
    if (caller_start(&caller) && OK(receive(endpoint, 1, PAGES(8), limit(), &message))) {
        desc_t got = {message_page()->received[0].descriptor};
        caller_end(&caller, STATUS_TIMED_OUT);
        EQUAL(info_of(memory).kind, 1);
        EXPECT(ts_descriptor_release(got), STATUS_BAD_DESCRIPTOR);
        EXPECT(answer(0), STATUS_CALLER_GONE);
    }
    drop(memory);
    drop(endpoint);
}

static void send_refused(void) {
    desc_t endpoint = endpoint_make(0), memory = memory_make(1);
    struct message_page *page = message_page();
    struct message_descriptor *send = page->send;
    send[0] = (struct message_descriptor){memory.value, 0, 0};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_BAD_FLAGS);
    send[0].mode = DESCRIPTOR_MOVE | DESCRIPTOR_CLONE;
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_BAD_FLAGS);
    send[0].mode = 1U << 31;
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_BAD_FLAGS);
    send[0] = (struct message_descriptor){memory.value, UINT32_MAX, DESCRIPTOR_CLONE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_NO_RIGHT);
    send[0] = (struct message_descriptor){0, 0, DESCRIPTOR_CLONE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_BAD_DESCRIPTOR);
    send[0] = send[1] = (struct message_descriptor){memory.value, 0, DESCRIPTOR_MOVE};
    EXPECT(call_now(endpoint, COUNT(2), limit()), STATUS_DUPLICATE);
    send[1].mode = DESCRIPTOR_CLONE;
    EXPECT(call_now(endpoint, COUNT(2), limit()), STATUS_DUPLICATE);
    desc_t weak = weak_of(memory);
    send[0] = (struct message_descriptor){weak.value, 0, DESCRIPTOR_CLONE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_WRONG_KIND);
    drop(weak);
    OK(ts_space_map(SELF, memory.value, AREA, 0, PAGE_SIZE, MAP_READ));
    send[0] = (struct message_descriptor){memory.value, 0, DESCRIPTOR_MOVE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_MAPPED);
    drop(memory);
    // The endpoint of the call itself.
    send[0] = (struct message_descriptor){endpoint.value, 0, DESCRIPTOR_MOVE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_SELF);
    EQUAL(info_of(endpoint).kind, 1);
    // All but the last are fine: none has gone.
    desc_t list[3];
    for (unsigned i = 0; i < 3; i++) {
        list[i] = notification_make();
        send[i] = (struct message_descriptor){list[i].value, 0, DESCRIPTOR_MOVE};
    }
    send[3] = (struct message_descriptor){UINT64_MAX, 0, DESCRIPTOR_MOVE};
    EXPECT(call_now(endpoint, COUNT(4), limit()), STATUS_BAD_DESCRIPTOR);
    for (unsigned i = 0; i < 3; i++) {
        EQUAL(info_of(list[i]).kind, 1);
        drop(list[i]);
    }
    drop(endpoint);
}

// Clones are paid by the sender while they travel.
static void clones_need_quota(void) {
    struct quota_info info = own_quota();
    desc_t endpoint = endpoint_make(0);
    desc_t large = memory_make((info.bytes_limit - info.bytes_used) / PAGE_SIZE * 2 / 3);
    message_page()->send[0] = (struct message_descriptor){large.value, 0, DESCRIPTOR_CLONE};
    EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_NO_QUOTA);
    drop(large);
    drop(endpoint);
}

static void ranges_refused(void) {
    desc_t endpoint = endpoint_make(0);
    struct message_range *lend = message_page()->lend;
    lend[0] = (struct message_range){AREA, 16, 4};
    EXPECT(call_now(endpoint, RANGES(1), limit()), STATUS_BAD_FLAGS);
    lend[0] = (struct message_range){0xffffffff80000000, 16, RANGE_READ};
    EXPECT(call_now(endpoint, RANGES(1), limit()), STATUS_BAD_ADDRESS);
    lend[0] = (struct message_range){AREA, UINT64_MAX, RANGE_READ};
    EXPECT(call_now(endpoint, RANGES(1), limit()), STATUS_BAD_ADDRESS);
    lend[0] = (struct message_range){USER_END - 8, 16, RANGE_READ};
    EXPECT(call_now(endpoint, RANGES(1), limit()), STATUS_BAD_ADDRESS);
    lend[0] = (struct message_range){AREA, 16, RANGE_READ};
    lend[1] = (struct message_range){AREA, 1ULL << 63, RANGE_READ};
    EXPECT(call_now(endpoint, RANGES(2), limit()), STATUS_BAD_ADDRESS);
    drop(endpoint);
}

// ---- who calls whom

static void self_call(void) {
    desc_t endpoint = endpoint_make(0);
    // Nobody receives: the one who could is the caller.
    EXPECT(call_now(endpoint, 0, soon(5'000'000)), STATUS_TIMED_OUT);
    drop(endpoint);
}

struct ring {
    struct task task;
    desc_t own, next;
    status_t received, called;
};

// Receives once and, with the call in hand, calls the next.
static void pass_on(void *argument, struct message_page *page) {
    struct ring *ring = argument;
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    page->offer_slots = 0;
    ring->received = ts_receive(ring->own, limit(), words, &badge, &header, &number);
    ring->called = ts_call(ring->next, 0, soon(30'000'000), words, &header);
    (void)ts_reply(SELF, 0, words);
}

static void call_cycles(void) {
    enum { LENGTH = 3 };
    static struct ring ring[LENGTH];
    desc_t endpoints[LENGTH];
    bool good = true;
    for (unsigned i = 0; i < LENGTH; i++)
        endpoints[i] = endpoint_make(0);
    for (unsigned i = 0; i < LENGTH; i++) {
        ring[i] = (struct ring){.own = endpoints[i], .next = endpoints[(i + 1) % LENGTH]};
        good = good && task_start(&ring[i].task, pass_on, &ring[i], 8);
    }
    settle();
    // The first has its answer; the call that would close the circle passed its deadline.
    if (good)
        OK(call_now(endpoints[0], 0, limit()));
    for (unsigned i = 0; good && i < LENGTH; i++) {
        task_join(&ring[i].task);
        EXPECT(ring[i].received, STATUS_OK);
        CHECK(ring[i].called == STATUS_TIMED_OUT || ring[i].called == STATUS_OK);
    }
    EXPECT(ring[LENGTH - 1].called, STATUS_TIMED_OUT);
    for (unsigned i = 0; i < LENGTH; i++)
        drop(endpoints[i]);
}

// ---- deaths

static int receive_and_end(uint64_t endpoint, struct message_page *page) {
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    page->offer_slots = 1;
    page->offer_bytes = PAGES(64);
    (void)ts_receive((desc_t){endpoint}, DEADLINE_NONE, words, &badge, &header, &number);
    return 0;
}

static void server_dies(void) {
    struct child child;
    desc_t endpoint = endpoint_make(0), memory = memory_make(2);
    if (child_make(&child, nullptr)) {
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHT_ENDPOINT_RECEIVE);
        message_page()->send[0] =
            (struct message_descriptor){memory.value, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE};
        if (child_start(&child, receive_and_end, given.value))
            EXPECT(call_now(endpoint, COUNT(1), limit()), STATUS_SERVER_DIED);
    }
    EQUAL(info_of(memory).kind, 1);
    child_drop(&child);
    drop(memory);
    drop(endpoint);
}

static int call_for_ever(uint64_t endpoint, struct message_page *page) {
    uint64_t words[MESSAGE_WORDS] = {}, header;
    desc_t memory;
    if (ts_memory_allocate(PAGE_SIZE, 0, &memory) != STATUS_OK)
        return 1;
    page->send[0] = (struct message_descriptor){memory.value, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE};
    page->lend[0] = (struct message_range){CHILD_STACK, 64, RANGE_READ | RANGE_WRITE};
    return (int)-ts_call((desc_t){endpoint}, COUNT(1) | RANGES(1), DEADLINE_NONE, words, &header);
}

static void caller_dies(void) {
    struct message message;
    desc_t endpoint = endpoint_make(0);
    for (unsigned delivered = 0; delivered < 2; delivered++) {
        struct child child;
        if (!child_make(&child, nullptr))
            return;
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHT_ENDPOINT_CALL);
        if (child_start(&child, call_for_ever, given.value)) {
            settle();
            if (delivered) {
                OK(receive(endpoint, 1, PAGES(8), limit(), &message));
                desc_t got = {message_page()->received[0].descriptor};
                OK(ts_process_end(child.process, 1));
                // Not child_wait(): the next receive would forget the call.
                child_await_end(&child);
                EXPECT(ts_descriptor_release(got), STATUS_BAD_DESCRIPTOR);
                char bytes[8];
                uint64_t copied;
                EXPECT(ts_lent_read(SELF, 0, 0, bytes, 8, &copied), STATUS_CALLER_GONE);
                EXPECT(answer(0), STATUS_CALLER_GONE);
            }
        }
        child_drop(&child);
    }
    EXPECT(receive(endpoint, 0, 0, PAST, &message), STATUS_TIMED_OUT);
    drop(endpoint);
}

// A process that has ended its own endpoint's server side, called by ten others at once.
static void many_callers(void) {
    enum { CALLERS = 10 };
    static struct caller callers[CALLERS];
    struct message message;
    desc_t endpoint = endpoint_make(0);
    uint64_t last = 0;
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.target = endpoint, .header = i};
        if (!caller_start(&callers[i]))
            return;
    }
    for (unsigned i = 0; i < CALLERS; i++) {
        if (!OK(receive(endpoint, 0, 0, limit(), &message)))
            break;
        EQUAL(message.header, i); // in the order of their coming
        CHECK(message.number > last);
        last = message.number;
        OK(answer(i + 100));
    }
    for (unsigned i = 0; i < CALLERS; i++) {
        caller_end(&callers[i], STATUS_OK);
        EQUAL(callers[i].answer, i + 100);
    }
    drop(endpoint);
}

static const struct test tests[] = {
    {"words, label and badge arrive, and come back", words_and_labels},
    {"deadlines", deadlines},
    {"an endpoint that nobody serves", no_server},
    {"the server gives up while a call waits", server_gives_up},
    {"the caller's descriptor goes while it waits", closed_while_waiting},
    {"the receiver's descriptor goes while it waits", receiver_closed},
    {"the same after an answer", answering_receiver_closed},
    {"a thread ends with a call in hand", dropped_by_a_thread},
    {"badges and their places", badges},
    {"a badge destroyed under its calls", badge_destroyed_under_a_call},
    {"what was not offered is refused, and nothing lost", not_offered},
    {"a moved descriptor is in transit until the answer", moved_and_settled},
    {"a moved descriptor is given back", moved_and_given_back},
    {"a deadline gives a moved descriptor back", deadline_gives_back},
    {"descriptors that cannot be sent", send_refused},
    {"clones on their way are paid", clones_need_quota},
    {"ranges that cannot be lent", ranges_refused},
    {"a call to oneself", self_call},
    {"calls in a circle", call_cycles},
    {"the server dies", server_dies},
    {"the caller dies", caller_dies},
    {"ten callers in their order", many_callers},
};
GROUP(endpoint, tests);
