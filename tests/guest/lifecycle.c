// SPDX-License-Identifier: MIT
//
// Ten thousand processes, one after the other and several at a time, started and not started, with threads,
// mappings, endpoints and calls inside, ended by themselves or killed at a random moment: nothing is left
// over, neither in our quota nor at the root.

#include "lib/child.h"
#include "lib/task.h"
#include <base/string.h>
#include <user/program.h>

enum { PROCESSES = 10000, AT_ONCE = 6, SETTLE_TRIES = 400, PROGRESS = 1000 };

// What a child does; none of it uses a variable, so a small child is enough.
static int exit_now(uint64_t argument, struct message_page *page) {
    (void)page;
    return (int)(argument & 0x7f);
}

static status_t bare(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t *first) {
    uint64_t results[3];
    status_t status = bare_syscall6(number, a0, a1, a2, PAGE_SIZE, MAP_READ | MAP_WRITE, 0, results);
    *first = results[0];
    return status;
}

// Objects of most types, mapped, bound and armed, and then the end without giving anything back.
static int take_much(uint64_t argument, struct message_page *page) {
    uint64_t memory, endpoint, notification, unused, results[3];
    (void)page;
    for (uint64_t i = 0; i < 4; i++) {
        (void)bare(SYSCALL_MEMORY_ALLOCATE, PAGES(1 + i), 0, 0, &memory);
        (void)bare_syscall6(SYSCALL_SPACE_MAP, 0, memory, CHILD_AREA + (i << 21), 0, PAGE_SIZE,
                            MAP_READ | MAP_WRITE, results);
        *(volatile uint64_t *)(CHILD_AREA + (i << 21)) = i;
        (void)bare(SYSCALL_DESCRIPTOR_WEAKEN, memory, 0, 0, &unused);
        (void)bare(SYSCALL_DESCRIPTOR_CLONE, memory, RIGHTS_MEMORY_ALL, 0, &unused);
    }
    (void)bare(SYSCALL_ENDPOINT_CREATE, 2, 0, 0, &endpoint);
    (void)bare(SYSCALL_BADGE_CREATE, endpoint, 5, 0, &unused);
    (void)bare(SYSCALL_REPLY_CREATE, 0, 0, 0, &unused);
    (void)bare(SYSCALL_SPACE_CREATE, 0, 0, 0, &unused);
    (void)bare(SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, &notification);
    (void)bare(SYSCALL_NOTIFICATION_TIMER, notification, 1, 60'000'000'000, &unused);
    (void)bare(SYSCALL_NOTIFICATION_BIND, notification, 0, 0, &unused);
    return (int)(argument & 0x7f);
}

static int wait_for_ever(uint64_t argument, struct message_page *page) {
    uint64_t notification, unused;
    (void)take_much(argument, page);
    (void)bare(SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, &notification);
    for (;;)
        (void)bare(SYSCALL_NOTIFICATION_WAIT, notification, 1, DEADLINE_NONE, &unused);
}

static int spin(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    for (;;)
        __asm__ volatile("" ::: "memory");
}

// Calls itself: the call waits until the process ends.
static int call_self(uint64_t argument, struct message_page *page) {
    uint64_t endpoint, memory, words[MESSAGE_WORDS] = {}, results[3];
    (void)argument;
    (void)bare(SYSCALL_ENDPOINT_CREATE, 0, 0, 0, &endpoint);
    (void)bare(SYSCALL_MEMORY_ALLOCATE, PAGES(2), 0, 0, &memory);
    page->send[0] = (struct message_descriptor){memory, RIGHTS_MEMORY_ALL, DESCRIPTOR_MOVE};
    return (int)-bare_syscall_message(SYSCALL_CALL, endpoint, 1ULL << HEADER_DESCRIPTORS_SHIFT, DEADLINE_NONE,
                                      words, results);
}

static int fault_now(uint64_t argument, struct message_page *page) {
    (void)page;
    *(volatile uint64_t *)8 = argument;
    return 0;
}

static child_function_t *const ends_itself[] = {exit_now, take_much, fault_now};
static child_function_t *const to_be_killed[] = {wait_for_ever, spin, call_self, take_much};

static struct quota_info root_now(void) {
    struct quota_info info = {};
    OK(ts_quota_inspect(root_quota, 0, &info, sizeof(info)));
    return info;
}

// Further threads of the child: some run, some are never started. The child may end at any moment.
static void threads_add(const struct child *child, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        desc_t thread = SELF;
        uint64_t message;
        status_t status = ts_thread_create(child->process, random_below(CHILD_PRIORITY), &thread, &message);
        CHECK(status == STATUS_OK || status == STATUS_PROCESS_ENDED);
        if (status != STATUS_OK)
            return;
        // It shares the first thread's stack, which it does not use before it faults.
        if (random_below(2) != 0)
            status = ts_thread_start(thread, USER_START + PAGES(random_below(4)), CHILD_STACK + PAGE_SIZE, i);
        CHECK(status == STATUS_OK || status == STATUS_PROCESS_ENDED);
        drop(thread);
    }
}

static void pause_randomly(void) {
    uint64_t yields = random_below(4);
    for (uint64_t i = 0; i < yields; i++)
        (void)ts_thread_yield();
    if (random_below(8) == 0)
        settle();
}

// One process from its creation to where it runs, or not.
static bool one_begin(struct child *child) {
    uint64_t kind = random_below(16);
    if (kind == 0) // never started, nothing in it
        return OK(child_create(child, nullptr));
    if (!child_make_small(child, nullptr))
        return false;
    if (kind == 1) // never started, with memory in it
        return true;
    child_function_t *function = kind < 10 ? ends_itself[random_below(array_length(ends_itself))]
                                           : to_be_killed[random_below(array_length(to_be_killed))];
    return child_start(child, function, kind);
}

static void one_end(struct child *child, bool with_threads) {
    struct ending ending;
    if (with_threads && !child_poll(child, &ending) && info_of(child->process).value == 1 &&
        random_below(4) == 0)
        threads_add(child, 1 + random_below(3));
    pause_randomly();
    child_drop(child);
}

static void ten_thousand(void) {
    uint64_t count = option_number("processes", PROCESSES);
    struct child children[AT_ONCE] = {};
    bool alive[AT_ONCE] = {};
    bool good = true;
    // The first rounds make what the kernel keeps for later use.
    struct quota_info root_before = root_now(), before = own_quota();
    for (uint64_t i = 0; i < count && good; i++) {
        uint64_t place = random_below(AT_ONCE);
        if (alive[place])
            one_end(&children[place], random_below(4) == 0);
        good = CHECK(one_begin(&children[place]));
        alive[place] = good;
        if ((i + 1) % PROGRESS == 0)
            note("%llu processes", (unsigned long long)i + 1);
    }
    for (unsigned i = 0; i < AT_ONCE; i++) {
        if (alive[i])
            one_end(&children[i], true);
    }
    struct quota_info after = own_quota(), root_after = root_now();
    for (unsigned i = 0; i < SETTLE_TRIES && after.bytes_used != before.bytes_used; i++) {
        settle();
        after = own_quota();
        root_after = root_now();
    }
    EQUAL(after.bytes_used, before.bytes_used);
    EQUAL(after.bytes_carved, before.bytes_carved);
    EQUAL(root_after.bytes_used, root_before.bytes_used);
    EQUAL(root_after.bytes_carved, root_before.bytes_carved);
    CHECK(memcmp(root_before.records_used, root_after.records_used, sizeof(root_before.records_used)) == 0);
}

static void with_threads(void) {
    enum { COUNT = 300 };
    for (unsigned i = 0; i < COUNT; i++) {
        struct child child;
        if (!child_make_small(&child, nullptr) ||
            !child_start(&child, to_be_killed[random_below(array_length(to_be_killed))], 0))
            return;
        threads_add(&child, 1 + random_below(4));
        one_end(&child, true);
    }
}

// All that there is was paid for and is there again: after the thousands, the quota to its last page.
static void memory_is_there_again(void) {
    struct quota_info info = own_quota();
    uint64_t pages = (info.bytes_limit - info.bytes_used) / PAGE_SIZE * 15 / 16;
    desc_t memory = memory_at(AREA, pages, MAP_READ | MAP_WRITE);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < pages; i++) {
        sum |= *(volatile uint64_t *)(AREA + PAGES(i));
        *(volatile uint64_t *)(AREA + PAGES(i)) = i;
    }
    EQUAL(sum, 0);
    drop(memory);
}

static const struct test tests[] = {
    {"processes with threads, killed at a random moment", with_threads},
    {"ten thousand processes leave nothing", ten_thousand},
    {"all memory is there again", memory_is_there_again},
};
GROUP(lifecycle, tests);
