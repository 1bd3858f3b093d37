// SPDX-License-Identifier: MIT
//
// A program that takes all it can get: it ends at its quota with a named error, and all comes back with its
// end. Each bomb runs in a child with limits of its own; our own quota and other programs stay as they were.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"
#include <base/string.h>
#include <user/program.h>

enum { ROUNDS_MAX = 200000 };

// What a bomb works with, in the child.
static desc_t endpoint, part, memory, weak;

// Takes one more; the status ends the bomb.
typedef status_t bomb_t(uint64_t round);

static status_t more_memory(uint64_t round) {
    (void)round;
    return ts_memory_allocate(PAGE_SIZE, 0, nullptr);
}

static status_t more_bytes(uint64_t round) {
    (void)round;
    return ts_memory_allocate(64 << 10, 0, nullptr);
}

static status_t more_threads(uint64_t round) {
    uint64_t message;
    (void)round;
    return ts_thread_create(SELF, 0, nullptr, &message);
}

static status_t more_processes(uint64_t round) {
    (void)round;
    struct limits limits = child_limits();
    limits.bytes = 64 << 10;
    limits.priority = 0;
    memset(limits.records, 0, sizeof(limits.records));
    limits.records[RECORD_PROCESS] = limits.records[RECORD_SPACE] = limits.records[RECORD_QUOTA] = 1;
    return ts_process_create(endpoint, 1, &limits, sizeof(limits), nullptr, nullptr);
}

static status_t more_spaces(uint64_t round) {
    (void)round;
    return ts_space_create(nullptr);
}

static status_t more_endpoints(uint64_t round) {
    (void)round;
    return ts_endpoint_create(0, nullptr);
}

static status_t more_badges(uint64_t round) {
    return ts_badge_create(endpoint, round + 1, nullptr);
}

static status_t more_replies(uint64_t round) {
    (void)round;
    return ts_reply_create(nullptr);
}

static status_t more_notifications(uint64_t round) {
    desc_t notification;
    status_t status = ts_notification_create(&notification);
    // Each with a timer that is far away.
    return status == STATUS_OK ? ts_notification_timer(notification, 1, limit() + round) : status;
}

static status_t more_parts(uint64_t round) {
    (void)round;
    return ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT, 1, nullptr);
}

static status_t more_physical(uint64_t round) {
    return ts_memory_physical(part, MACHINE_DEVICE + PAGES(round % 16), PAGE_SIZE, 0, nullptr);
}

static status_t more_lines(uint64_t round) {
    status_t status = ts_interrupt_create(part, round, INTERRUPT_AS_WIRED, nullptr);
    return status == STATUS_TAKEN ? STATUS_OK : status;
}

static status_t more_weak(uint64_t round) {
    (void)round;
    return ts_descriptor_weaken(memory, nullptr);
}

static status_t more_clones(uint64_t round) {
    (void)round;
    return ts_descriptor_clone(memory, RIGHTS_MEMORY_ALL, nullptr);
}

static status_t more_strong(uint64_t round) {
    (void)round;
    return ts_descriptor_strengthen(weak, nullptr);
}

// A page in each 2 MiB: a page table for each.
static status_t more_tables(uint64_t round) {
    uint64_t address = CHILD_AREA + (round << 21);
    status_t status = ts_space_map(SELF, memory.value, address, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    if (status == STATUS_OK)
        *(volatile uint64_t *)address = round;
    return status;
}

static status_t more_mappings(uint64_t round) {
    return ts_space_map(SELF, memory.value, CHILD_AREA + PAGES(round * 2), 0, PAGE_SIZE, MAP_READ);
}

static const struct {
    const char *name;
    bomb_t *more;
    uint64_t right; // of the platform descriptor that it needs
    status_t end;
} bombs[] = {
    {"memory objects", more_memory, 0, STATUS_NO_QUOTA},
    {"bytes", more_bytes, 0, STATUS_NO_QUOTA},
    {"threads", more_threads, 0, STATUS_NO_QUOTA},
    {"processes", more_processes, 0, STATUS_NO_QUOTA},
    {"spaces", more_spaces, 0, STATUS_NO_QUOTA},
    {"endpoints", more_endpoints, 0, STATUS_NO_QUOTA},
    {"badges", more_badges, 0, STATUS_NO_QUOTA},
    {"replies", more_replies, 0, STATUS_NO_QUOTA},
    {"notifications", more_notifications, 0, STATUS_NO_QUOTA},
    {"platform parts", more_parts, RIGHT_PLATFORM_PORTS, STATUS_NO_QUOTA},
    {"physical memory", more_physical, RIGHT_PLATFORM_MEMORY, STATUS_NO_QUOTA},
    {"interrupt lines", more_lines, RIGHT_PLATFORM_INTERRUPTS, STATUS_NO_QUOTA},
    {"weak descriptors", more_weak, 0, STATUS_NO_QUOTA},
    {"clones", more_clones, 0, STATUS_NO_QUOTA},
    {"strong descriptors from weak ones", more_strong, 0, STATUS_NO_QUOTA},
    {"page tables", more_tables, 0, STATUS_NO_QUOTA},
    {"mappings", more_mappings, 0, STATUS_NO_QUOTA},
};

static void tools_make(void) {
    (void)ts_endpoint_create(64, &endpoint);
    (void)ts_memory_allocate(PAGE_SIZE, 0, &memory);
    (void)ts_descriptor_weaken(memory, &weak);
}

// In the child: until it is refused, then once more, which must be refused in the same way.
static int bomb_run(uint64_t which, struct message_page *page) {
    (void)page;
    part.value = SHARED->value[0];
    tools_make();
    uint64_t round = 0;
    status_t status = STATUS_OK;
    while (status == STATUS_OK && round < ROUNDS_MAX)
        status = bombs[which].more(round++);
    SHARED->value[1] = round;
    return status == bombs[which].end && bombs[which].more(round) == status ? 0 : (int)-status + 100;
}

static struct limits bomb_limits(void) {
    struct limits limits = child_limits();
    limits.records[RECORD_BADGE] = 90;
    limits.records[RECORD_INTERRUPT] = 3;
    limits.records[RECORD_MAPPING] = 200;
    limits.records[RECORD_MEMORY] = 64;
    return limits;
}

static void bombs_end_at_their_quota(void) {
    for (uint64_t i = 0; i < array_length(bombs); i++) {
        struct limits limits = bomb_limits();
        struct child child;
        struct ending ending = {};
        if (!child_make(&child, &limits))
            return;
        SHARED->value[0] =
            child_give(&child, clone_of(platform, RIGHTS_PLATFORM_ALL), RIGHTS_PLATFORM_ALL & ~RIGHTS_COMMON)
                .value;
        bool good = child_start(&child, bomb_run, i) && child_wait(&child, &ending) &&
                    EQUAL(ending.reason, END_EXITED) && EQUAL(ending.status, 0);
        note("%s: %llu", bombs[i].name, (unsigned long long)SHARED->value[1]);
        if (!good)
            note("%s: status %llu", bombs[i].name, (unsigned long long)ending.status);
        child_drop(&child);
    }
}

// ---- the table of descriptors

static int table_fill(uint64_t given, struct message_page *page) {
    uint64_t message;
    (void)page;
    part.value = given;
    tools_make();
    status_t status = STATUS_OK;
    for (uint64_t i = 0; i <= DESCRIPTORS_PER_PROCESS && status == STATUS_OK; i++)
        status = ts_descriptor_weaken(memory, nullptr);
    const status_t all[] = {
        status,
        more_memory(0),
        more_processes(0),
        more_spaces(0),
        more_endpoints(0),
        more_badges(0),
        more_replies(0),
        ts_notification_create(nullptr),
        more_parts(0),
        more_physical(0),
        ts_interrupt_create(part, MACHINE_LINE, INTERRUPT_AS_WIRED, nullptr),
        more_clones(0),
        more_strong(0),
        ts_thread_create(SELF, 0, nullptr, &message),
    };
    for (unsigned i = 0; i < array_length(all); i++) {
        if (all[i] != STATUS_TABLE_FULL)
            return (int)i + 1;
    }
    return 0;
}

static int table_wait(uint64_t given, struct message_page *page) {
    SHARED->value[2] = (uint64_t)table_fill(given, page) + 1;
    for (;;)
        (void)ts_thread_yield();
}

static void table_full(void) {
    struct child child;
    struct limits limits = child_limits();
    limits.bytes = 6 << 20;
    limits.records[RECORD_BADGE] = 90;
    limits.records[RECORD_INTERRUPT] = 1;
    if (!child_make(&child, &limits))
        return;
    desc_t given =
        child_give(&child, clone_of(platform, RIGHTS_PLATFORM_ALL), RIGHTS_PLATFORM_ALL & ~RIGHTS_COMMON);
    if (child_start(&child, table_wait, given.value)) {
        for (unsigned i = 0; i < 20000 && SHARED->value[2] == 0; i++)
            settle();
        EQUAL(SHARED->value[2], 1);
        desc_t extra = memory_make(1), moved = SELF;
        EXPECT(ts_descriptor_transfer(extra, child.process, 0, &moved), STATUS_TABLE_FULL);
        drop(extra);
    }
    child_drop(&child);
}

// ---- a second program's share

static int spin(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    for (;;)
        SHARED->value[3]++;
}

// A dozen spinning processes below us do not keep us from running.
static void processor_hogs(void) {
    enum { COUNT = 12 };
    struct child children[COUNT];
    unsigned made = 0;
    while (made < COUNT && child_make(&children[made], nullptr) && child_start(&children[made], spin, 0))
        made++;
    for (unsigned i = 0; i < 50; i++)
        settle();
    CHECK(SHARED->value[3] > 0);
    while (made > 0)
        child_drop(&children[--made]);
}

// ---- services

// Programs started by init: its limits are told, and the system is as usable as before.
static void spawn_storm(void) {
    enum { COUNT = 60 };
    uint64_t numbers[COUNT], status, reason;
    char *const arguments[] = {"sleep", "0.05"};
    unsigned started = 0, refused = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        status_t error = process_spawn("/", 2, arguments, &numbers[started]);
        CHECK(error == STATUS_OK || error == STATUS_TOO_MANY || error == STATUS_NO_QUOTA);
        started += error == STATUS_OK;
        refused += error != STATUS_OK;
    }
    CHECK(started > 0 && refused > 0);
    for (unsigned i = 0; i < started; i++) {
        OK(process_wait(numbers[i], &status, &reason));
        EQUAL(reason, END_EXITED);
        EQUAL(status, 0);
    }
    char *const again[] = {"true"};
    if (OK(process_spawn("/", 1, again, &numbers[0])) && OK(process_wait(numbers[0], &status, &reason)))
        EQUAL(status, 0);
}

static const struct test tests[] = {
    {"each bomb ends at its quota", bombs_end_at_their_quota},
    {"a full table of descriptors", table_full},
    {"processes that never wait", processor_hogs},
    {"more programs than init starts", spawn_storm},
};
GROUP(exhaustion, tests);
