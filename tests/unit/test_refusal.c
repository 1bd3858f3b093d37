// SPDX-License-Identifier: MIT
//
// Every charge in turn: each call that pays is made with its first, second, third ... charge refused, until
// none is. A refused call leaves all as it was; the call that succeeds afterwards made something that works.
// Each also with a table that has no free slot, so that growing it is refused too. (A table page that was
// paid before a later charge was refused stays: tables only grow, see kernel/object/descriptor.h.)

#include "unit.h"
#include "world.h"
#include <string.h>
#include "memory/slab.h"
#include "audit.h"

#define MIDDLE (PRIORITY_COUNT / 2)
#define AT     0x20000000ull

struct stage {
    struct actor *a, *b; // who calls, and another process
    uint64_t first, second;
    uint64_t arguments[6];
};

struct scenario {
    const char *name;
    unsigned call, count;
    void (*prepare)(struct stage *stage);
    void (*use)(struct stage *stage, const uint64_t *results);
    status_t refusal; // 0: NO_QUOTA
};

static void set(struct stage *stage, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    const uint64_t arguments[6] = {a, b, c, d, e, f};
    memcpy(stage->arguments, arguments, sizeof(arguments));
}

static void allocate_prepare(struct stage *stage) {
    set(stage, 20 * PAGE_SIZE, 0, 0, 0, 0, 0);
}

static void memory_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, SPACE_MAP, 0, results[0], AT, 0, 20 * PAGE_SIZE, MAP_READ | MAP_WRITE);
    for (unsigned i = 0; i < 20; i++)
        assert_true(touch(stage->a, AT + i * PAGE_SIZE, ACCESS_WRITE));
}

static void physical_prepare(struct stage *stage) {
    stage->first = give_clone(stage->a, world_boot_info.platform, RIGHTS_PLATFORM_ALL);
    set(stage, stage->first, HOST_DEVICE_BASE, 20 * PAGE_SIZE, CACHE_UNCACHED, 0, 0);
}

static void space_use(struct stage *stage, const uint64_t *results) {
    uint64_t m = MUST(stage->a, MEMORY_ALLOCATE, PAGE_SIZE, 0);
    MUST(stage->a, SPACE_MAP, results[0], m, AT, 0, PAGE_SIZE, MAP_READ);
}

static void map_prepare(struct stage *stage) {
    stage->first = MUST(stage->a, MEMORY_ALLOCATE, 4 * PAGE_SIZE, 0);
    set(stage, 0, stage->first, 0x30000000000 - PAGE_SIZE, 0, 4 * PAGE_SIZE, MAP_READ | MAP_WRITE);
}

static void map_use(struct stage *stage, const uint64_t *results) {
    (void)results;
    for (unsigned i = 0; i < 4; i++)
        assert_true(touch(stage->a, 0x30000000000 - PAGE_SIZE + i * PAGE_SIZE, ACCESS_WRITE));
    MUST(stage->a, SPACE_UNMAP, 0, 0x30000000000 - PAGE_SIZE);
}

static void process_prepare(struct stage *stage) {
    struct limits limits = {.bytes = 200000, .priority = MIDDLE, .weight = 1};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = i == RECORD_LEASE ? 0 : 2;
    store(stage->a, SCRATCH, &limits, sizeof(limits));
    stage->first = MUST(stage->a, ENDPOINT_CREATE, 0);
    set(stage, stage->first, 5, SCRATCH, sizeof(limits), 0, 0);
}

static void process_use(struct stage *stage, const uint64_t *results) {
    uint64_t thread = MUST(stage->a, THREAD_CREATE, results[0], 0);
    MUST(stage->a, THREAD_START, thread, 0x400000, SCRATCH, 0);
    MUST(stage->a, PROCESS_END, results[0], 3);
    drain();
    MUST(stage->a, RECEIVE, stage->first, 0, 0);
    assert_int_equal(words(stage->a)[1], 3);
}

static void thread_prepare(struct stage *stage) {
    set(stage, 0, 0, 0, 0, 0, 0);
}

static void thread_use(struct stage *stage, const uint64_t *results) {
    uint64_t scratch = results[1] + offsetof(struct message_page, scratch);
    assert_true(touch(stage->a, scratch, ACCESS_WRITE));
    MUST(stage->a, THREAD_START, results[0], 0x400000, SCRATCH, 0);
}

static void endpoint_prepare(struct stage *stage) {
    set(stage, 2, 0, 0, 0, 0, 0);
}

static void endpoint_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, BADGE_CREATE, results[0], 1);
    assert_status(ACT(stage->a, RECEIVE, results[0], 0, 0), TIMED_OUT);
}

static void badge_prepare(struct stage *stage) {
    stage->first = MUST(stage->a, ENDPOINT_CREATE, 1);
    set(stage, stage->first, 9, 0, 0, 0, 0);
}

static void badge_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, DESCRIPTOR_RELEASE, results[0]);
    MUST(stage->a, RECEIVE, stage->first, 0, 0);
    assert_int_equal(stage->a->in.a[0], 9);
}

static void reply_use(struct stage *stage, const uint64_t *results) {
    assert_status(ACT(stage->a, REPLY_KEEP, results[0]), NO_CALL);
}

static void notification_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, NOTIFICATION_SIGNAL, results[0], 6);
    assert_int_equal(MUST(stage->a, NOTIFICATION_WAIT, results[0], 6, 0), 6);
}

static void interrupt_prepare(struct stage *stage) {
    stage->first = give_clone(stage->a, world_boot_info.platform, RIGHTS_PLATFORM_ALL);
    stage->second = MUST(stage->a, NOTIFICATION_CREATE);
    set(stage, stage->first, 9, 0, 0, 0, 0);
}

static void interrupt_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, INTERRUPT_BIND, results[0], stage->second, 1);
    host_interrupt(9);
    assert_int_equal(MUST(stage->a, NOTIFICATION_WAIT, stage->second, 1, 0), 1);
}

static void restrict_prepare(struct stage *stage) {
    stage->first = give_clone(stage->a, world_boot_info.platform, RIGHTS_PLATFORM_ALL);
    set(stage, stage->first, PLATFORM_PORTS, 0x100, 8, 0, 0);
}

static void restrict_use(struct stage *stage, const uint64_t *results) {
    MUST(stage->a, PORT_WRITE, results[0], 0x100, 4, 77);
    assert_int_equal(MUST(stage->a, PORT_READ, results[0], 0x100, 4), 77);
}

static void clone_prepare(struct stage *stage) {
    stage->first = MUST(stage->a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
    set(stage, stage->first, RIGHTS_MEMORY_ALL, 0, 0, 0, 0);
}

static void strengthen_prepare(struct stage *stage) {
    stage->first = MUST(stage->a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
    stage->second = MUST(stage->a, DESCRIPTOR_WEAKEN, stage->first);
    set(stage, stage->second, 0, 0, 0, 0, 0);
}

static void weak_use(struct stage *stage, const uint64_t *results) {
    memory_use(stage, (const uint64_t[]){MUST(stage->a, DESCRIPTOR_STRENGTHEN, results[0])});
}

static void transfer_prepare(struct stage *stage) {
    stage->first = MUST(stage->a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
    stage->second = give_clone(stage->a, stage->b->process, RIGHTS_PROCESS_ALL);
    MUST(stage->a, SPACE_MAP, 0, stage->first, AT, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    assert_true(touch(stage->a, AT, ACCESS_WRITE));
    set(stage, stage->first, stage->second, RIGHTS_MEMORY_ALL, 0, 0, 0);
}

static void transfer_use(struct stage *stage, const uint64_t *results) {
    struct stage other = {.a = stage->b};
    memory_use(&other, results);
}

static void message_store(struct actor *a, uint64_t descriptor, unsigned mode) {
    struct message_descriptor entry = {descriptor, RIGHTS_MEMORY_ALL, mode};
    store(a, a->message + offsetof(struct message_page, send), &entry, sizeof(entry));
}

// a calls, b receives.
static void call_prepare(struct stage *stage) {
    stage->first = MUST(&init_actor, ENDPOINT_CREATE, 0);
    stage->second = MUST(stage->a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
    uint64_t call = give_clone(stage->a, stage->first, RIGHT_ENDPOINT_CALL);
    stage->first = give(stage->b, stage->first, RIGHT_ENDPOINT_RECEIVE);
    message_store(stage->a, stage->second, DESCRIPTOR_CLONE);
    offer(stage->b, 1, 30 * PAGE_SIZE);
    BEGIN(stage->b, RECEIVE, stage->first, 0, DEADLINE_NONE);
    set(stage, call, 1ull << HEADER_DESCRIPTORS_SHIFT, DEADLINE_NONE, 0, 0, 0);
}

static void call_use(struct stage *stage, const uint64_t *results) {
    (void)results;
    struct message_received got;
    assert_status(finish(stage->b), OK);
    load(stage->b, stage->b->message + offsetof(struct message_page, received), &got, sizeof(got));
    MUST(stage->b, REPLY, 0, 0, 0);
    assert_status(finish(stage->a), OK);
    struct stage other = {.a = stage->b};
    memory_use(&other, (const uint64_t[]){got.descriptor});
}

static void move_prepare(struct stage *stage) {
    call_prepare(stage);
    message_store(stage->a, stage->second, DESCRIPTOR_MOVE);
}

// b called, a answers with a descriptor.
static void answer_prepare(struct stage *stage) {
    stage->first = MUST(&init_actor, ENDPOINT_CREATE, 0);
    uint64_t call = give_clone(stage->b, stage->first, RIGHT_ENDPOINT_CALL);
    stage->first = give(stage->a, stage->first, RIGHT_ENDPOINT_RECEIVE);
    stage->second = MUST(stage->a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
    message_store(stage->a, stage->second, DESCRIPTOR_MOVE);
    offer(stage->b, 1, 30 * PAGE_SIZE);
    BEGIN(stage->b, CALL, call, 0, DEADLINE_NONE);
    MUST(stage->a, RECEIVE, stage->first, 0, 0);
    set(stage, 0, 1ull << HEADER_DESCRIPTORS_SHIFT, 0, 0, 0, 0);
}

static void answer_use(struct stage *stage, const uint64_t *results) {
    (void)results;
    struct message_received got;
    assert_status(finish(stage->b), OK);
    load(stage->b, stage->b->message + offsetof(struct message_page, received), &got, sizeof(got));
    struct stage other = {.a = stage->b};
    memory_use(&other, (const uint64_t[]){got.descriptor});
}

static const struct scenario scenarios[] = {
    {"allocate", SYSCALL_MEMORY_ALLOCATE, 2, allocate_prepare, memory_use, 0},
    {"physical", SYSCALL_MEMORY_PHYSICAL, 4, physical_prepare, memory_use, 0},
    {"space", SYSCALL_SPACE_CREATE, 0, thread_prepare, space_use, 0},
    {"map", SYSCALL_SPACE_MAP, 6, map_prepare, map_use, 0},
    {"process", SYSCALL_PROCESS_CREATE, 4, process_prepare, process_use, 0},
    {"thread", SYSCALL_THREAD_CREATE, 2, thread_prepare, thread_use, 0},
    {"endpoint", SYSCALL_ENDPOINT_CREATE, 1, endpoint_prepare, endpoint_use, 0},
    {"badge", SYSCALL_BADGE_CREATE, 2, badge_prepare, badge_use, 0},
    {"reply", SYSCALL_REPLY_CREATE, 0, thread_prepare, reply_use, 0},
    {"notification", SYSCALL_NOTIFICATION_CREATE, 0, thread_prepare, notification_use, 0},
    {"interrupt", SYSCALL_INTERRUPT_CREATE, 3, interrupt_prepare, interrupt_use, 0},
    {"restrict", SYSCALL_PLATFORM_RESTRICT, 4, restrict_prepare, restrict_use, 0},
    {"clone", SYSCALL_DESCRIPTOR_CLONE, 2, clone_prepare, memory_use, 0},
    {"weaken", SYSCALL_DESCRIPTOR_WEAKEN, 1, clone_prepare, weak_use, 0},
    {"strengthen", SYSCALL_DESCRIPTOR_STRENGTHEN, 1, strengthen_prepare, memory_use, 0},
    {"transfer", SYSCALL_DESCRIPTOR_TRANSFER, 3, transfer_prepare, transfer_use, 0},
    {"call with a clone", SYSCALL_CALL, 3, call_prepare, call_use, STATUS_NOT_OFFERED},
    {"call with a move", SYSCALL_CALL, 3, move_prepare, call_use, STATUS_NOT_OFFERED},
    {"answer", SYSCALL_REPLY, 3, answer_prepare, answer_use, STATUS_NOT_OFFERED},
};

// The next descriptor will need a new page of the table.
static void table_fill(struct actor *a) {
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    while (process_of(a)->table.free_count > 0)
        MUST(a, DESCRIPTOR_WEAKEN, n);
}

// What a page of a table that was grown costs is not held against the call.
static void growth_forget(struct snapshot *after, const struct stage *stage, uint32_t a_pages,
                          uint32_t b_pages) {
    uint64_t grown_a = process_of(stage->a)->table.populated / SLOTS_PER_PAGE - a_pages;
    uint64_t grown_b = process_of(stage->b)->table.populated / SLOTS_PER_PAGE - b_pages;
    after->used.bytes -= grown_a * PAGE_SIZE;
    after->free_pages += grown_a + grown_b;
}

static uint64_t refused_sites;

// True when no charge was left to refuse.
static bool refuse(const struct scenario *scenario, struct stage *stage, uint64_t k) {
    struct snapshot before, after;
    uint32_t a_pages = process_of(stage->a)->table.populated / SLOTS_PER_PAGE;
    uint32_t b_pages = process_of(stage->b)->table.populated / SLOTS_PER_PAGE;
    snapshot_take(stage->a, &before);
    turn(stage->a);
    quota_refuse_at = k;
    begin(stage->a, scenario->call, stage->arguments, scenario->count);
    bool passed = quota_refuse_at != 0;
    quota_refuse_at = 0;
    if (passed)
        return true;
    status_t status = finish(stage->a);
    if (status != STATUS_NO_QUOTA && status != scenario->refusal)
        fail_msg("%s, charge %u refused: status %d", scenario->name, (unsigned)k, (int)status);
    snapshot_take(stage->a, &after);
    growth_forget(&after, stage, a_pages, b_pages);
    if (memcmp(&before, &after, sizeof(before)) != 0)
        fail_msg("%s, charge %u refused: something has changed", scenario->name, (unsigned)k);
    audit_walk();
    refused_sites++;
    return false;
}

static void scenario_run(const struct scenario *scenario, bool full) {
    struct limits limits = limits_usual();
    limits.bytes = 4 << 20;
    struct stage stage = {.a = process_make_with(&limits), .b = process_make_with(&limits)};
    scenario->prepare(&stage);
    if (full) {
        table_fill(stage.a);
        if (is_over(stage.b))
            table_fill(stage.b);
    }
    drain();
    uint64_t k = 1;
    while (!refuse(scenario, &stage, k))
        k++;
    // The one that was not refused worked.
    if (scenario->use != call_use)
        assert_status(finish(stage.a), OK);
    uint64_t results[3];
    memcpy(results, stage.a->in.a, sizeof(results));
    scenario->use(&stage, results);
    if (k == 1)
        fail_msg("%s: nothing was charged", scenario->name);
    process_unmake(stage.a);
    process_unmake(stage.b);
}

static void every_charge_is_refused_in_turn(void **state) {
    (void)state;
    for (unsigned i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        bool always = scenarios[i].call != SYSCALL_DESCRIPTOR_WEAKEN;
        if (always)
            scenario_run(&scenarios[i], false);
        scenario_run(&scenarios[i], true);
    }
    print_message("# %u charges refused\n", (unsigned)refused_sites);
}

WORLD_MAIN(WORLD_TEST(every_charge_is_refused_in_turn))
