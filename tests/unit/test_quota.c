// SPDX-License-Identifier: MIT
//
// kernel/object/quota.c: limits, carving, return, reports.

#include "unit.h"
#include "world.h"
#include <string.h>
#include "sched/cpu.h"

static struct quota_info info_of(struct actor *a, uint64_t process) {
    struct quota_info info;
    MUST(a, PROCESS_QUOTA, process, SCRATCH, sizeof(info));
    load(a, SCRATCH, &info, sizeof(info));
    return info;
}

// Each kind of record ends at its limit, with nothing changed, and goes on when one is given back.
static void records_run_out(void **state) {
    (void)state;
    static const struct {
        unsigned call, record;
    } cases[] = {
        {SYSCALL_NOTIFICATION_CREATE, RECORD_NOTIFICATION},
        {SYSCALL_ENDPOINT_CREATE, RECORD_ENDPOINT},
        {SYSCALL_REPLY_CREATE, RECORD_REPLY},
        {SYSCALL_SPACE_CREATE, RECORD_SPACE},
        {SYSCALL_THREAD_CREATE, RECORD_THREAD},
        {SYSCALL_MEMORY_ALLOCATE, RECORD_MEMORY},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct actor *a = process_make();
        struct snapshot before, after;
        uint64_t arguments[2] = {cases[i].call == SYSCALL_MEMORY_ALLOCATE, 0}, last = 0;
        while (act(a, cases[i].call, arguments, 2) == STATUS_OK)
            last = a->in.a[0];
        assert_true(last != 0);
        const struct quota *quota = quota_of(a);
        // A thread costs a record for itself and one for its descriptor.
        assert_true(quota->limit.records[cases[i].record] - quota->used.records[cases[i].record] < 2);
        snapshot_take(a, &before);
        assert_status(act(a, cases[i].call, arguments, 2), NO_QUOTA);
        snapshot_take(a, &after);
        assert_memory_equal(&before, &after, sizeof(before));
        MUST(a, DESCRIPTOR_RELEASE, last);
        // Its storage is on its way: the call waits for it instead of failing.
        assert_status(act(a, cases[i].call, arguments, 2), OK);
        process_unmake(a);
    }
}

static void child_is_carved(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct quota_info before = info_of(a, 0);
    uint64_t supervisor = MUST(a, ENDPOINT_CREATE, 0);
    struct limits limits = {.bytes = 200000, .priority = 3, .weight = 10};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = 2;
    limits.records[RECORD_LEASE] = 0;
    store(a, SCRATCH, &limits, sizeof(limits));
    uint64_t child = MUST(a, PROCESS_CREATE, supervisor, 9, SCRATCH, sizeof(limits)), space = a->in.a[1];
    struct quota_info now = info_of(a, 0), own = info_of(a, child);
    assert_int_equal(now.bytes_carved, before.bytes_carved + limits.bytes);
    assert_int_equal(now.bytes_used, before.bytes_used + limits.bytes);
    assert_int_equal(own.bytes_limit, limits.bytes);
    assert_int_equal(own.parent, now.serial);
    assert_int_equal(own.priority, 3);
    assert_int_equal(own.weight, 10);
    assert_int_equal(own.records_limit[RECORD_BADGE], 2);
    assert_true(own.bytes_used > 0 && own.bytes_used <= own.bytes_limit);
    MUST(a, DESCRIPTOR_RELEASE, child);
    MUST(a, DESCRIPTOR_RELEASE, space);
    // It never ran, so there is no end to tell of.
    assert_status(ACT(a, RECEIVE, supervisor, 0, 0), TIMED_OUT);
    drain();
    now = info_of(a, 0);
    assert_int_equal(now.bytes_carved, before.bytes_carved);
    assert_int_equal(now.bytes_used, before.bytes_used);
}

static void limits_are_checked(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t s = MUST(a, ENDPOINT_CREATE, 0);
    struct limits good = {.bytes = 200000, .priority = 3, .weight = 10};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        good.records[i] = 2;
    good.records[RECORD_LEASE] = 0;
    struct snapshot before, after;
    store(a, SCRATCH, &good, sizeof(good)); // the page is made now
    snapshot_take(a, &before);
    for (unsigned i = 0; i < 9; i++) {
        struct limits limits = good;
        status_t expected = STATUS_BAD_VALUE;
        if (i == 0)
            limits.bytes = 1 << 30, expected = STATUS_NO_QUOTA;
        else if (i == 1)
            limits.bytes = PAGE_SIZE;
        else if (i == 2)
            limits.priority = PRIORITY_COUNT;
        else if (i == 3)
            limits.weight = 0;
        else if (i == 4)
            limits.weight = 1001;
        else if (i == 5)
            limits.reserved[14] = 1, expected = STATUS_BAD_FLAGS;
        else if (i == 6)
            limits.records[RECORD_THREAD] = 1000, expected = STATUS_NO_QUOTA;
        else if (i == 7)
            limits.records[RECORD_SPACE] = 0;
        else
            limits.bytes = UINT64_MAX, expected = STATUS_NO_QUOTA;
        store(a, SCRATCH, &limits, sizeof(limits));
        status_t status = ACT(a, PROCESS_CREATE, s, 1, SCRATCH, sizeof(limits));
        if (status != expected)
            fail_msg("case %u: status %d", i, (int)status);
    }
    store(a, SCRATCH, &good, sizeof(good));
    assert_status(ACT(a, PROCESS_CREATE, s, 1, SCRATCH, sizeof(good) - 8), BAD_SIZE);
    assert_status(ACT(a, PROCESS_CREATE, s, 1, SCRATCH + 4, sizeof(good)), BAD_ALIGNMENT);
    assert_status(ACT(a, PROCESS_CREATE, s, 1, 0x66600000, sizeof(good)), BAD_ADDRESS);
    assert_status(ACT(a, PROCESS_CREATE, 3, 1, SCRATCH, sizeof(good)), BAD_DESCRIPTOR);
    snapshot_take(a, &after);
    assert_memory_equal(&before, &after, sizeof(before));
}

// A child is at most as urgent, and its turns at most as long, as its parent's; equal is allowed.
static void a_child_is_no_more_than_its_parent(void **state) {
    (void)state;
    static const struct {
        int priority, weight; // over the parent's
        status_t status;
    } cases[] = {{1, 0, STATUS_BAD_VALUE}, {0, 1, STATUS_BAD_VALUE}, {0, 0, STATUS_OK}};
    struct limits limits = limits_usual();
    limits.priority = PRIORITY_COUNT / 2;
    limits.weight = 10;
    struct actor *a = process_make_with(&limits);
    uint64_t s = MUST(a, ENDPOINT_CREATE, 0);
    for (unsigned i = 0; i < array_length(cases); i++) {
        struct limits child = {.bytes = 200000,
                               .priority = PRIORITY_COUNT / 2 + (uint32_t)cases[i].priority,
                               .weight = 10 + (uint32_t)cases[i].weight};
        for (unsigned k = 0; k < RECORD_COUNT; k++)
            child.records[k] = k == RECORD_LEASE ? 0 : 2;
        store(a, SCRATCH, &child, sizeof(child));
        status_t status = ACT(a, PROCESS_CREATE, s, 1, SCRATCH, sizeof(child));
        if (status != cases[i].status)
            fail_msg("case %u: status %d", i, (int)status);
    }
}

// Storage that others pin does not count as on its way: the call is refused, and does not wait for ever. A
// badge is paid as a place of its endpoint until its server has heard of its end, and its holder is free at
// once.
static void pinned_records_are_refused(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t e = MUST(a, ENDPOINT_CREATE, 1), held[16], count = 0;
    // A badge whose end its server has not heard.
    uint64_t badge = MUST(a, BADGE_CREATE, e, 1);
    while (quota_of(a)->limit.records[RECORD_BADGE] > quota_of(a)->used.records[RECORD_BADGE])
        held[count++] = MUST(a, DESCRIPTOR_CLONE, badge, 0);
    for (uint64_t i = 0; i < count; i++)
        MUST(a, DESCRIPTOR_RELEASE, held[i]);
    MUST(a, DESCRIPTOR_RELEASE, badge);
    MUST(a, ENDPOINT_CREATE, count + 1);
    assert_status(ACT(a, BADGE_CREATE, e, 2), NO_PLACE);
    MUST(a, RECEIVE, e, 0, 0);
    assert_status(ACT(a, BADGE_CREATE, e, 2), NO_QUOTA);
    // An ended process whose descriptor somebody keeps gives back all but its records.
    struct actor *b = process_make();
    uint64_t supervisor = MUST(b, ENDPOINT_CREATE, 0), before = quota_of(b)->used.bytes;
    struct limits limits = limits_usual();
    limits.bytes = 200000;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = i == RECORD_LEASE ? 0 : 1;
    store(b, SCRATCH, &limits, sizeof(limits));
    MUST(b, PROCESS_CREATE, supervisor, 1, SCRATCH, sizeof(limits));
    MUST(b, PROCESS_END, b->in.a[0], 0);
    drain();
    assert_int_equal(quota_of(b)->used.bytes, before);
    status_t status = STATUS_OK;
    while (status == STATUS_OK)
        status = ACT(b, PROCESS_CREATE, supervisor, 1, SCRATCH, sizeof(limits));
    assert_status(status, NO_QUOTA);
}

// Whoever waits for storage that is on its way back lends its priority to the job that brings it. Here the
// job is of lower priority than the thread that needs the bytes; the timer comes between two steps of it.
static void a_waiting_charge_lends_its_priority(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 2 << 20; // more than one step's worth
    struct actor *a = process_make_with(&limits), *urgent = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    const struct quota *quota = quota_of(a);
    uint64_t size = align_down((quota->limit.bytes - quota->used.bytes) / 4 * 3, PAGE_SIZE);
    uint64_t memory = MUST(a, MEMORY_ALLOCATE, size, 0);
    assert_status(ACT(a, MEMORY_ALLOCATE, size, 0), NO_QUOTA);
    MUST(a, SPACE_MAP, 0, memory, 0x20000000, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    assert_true(touch(a, 0x20000000, ACCESS_WRITE)); // what was never touched is gone in one step
    MUST(a, SPACE_UNMAP, 0, 0x20000000);
    turn(urgent);
    MUST(urgent, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2 + 1);
    MUST(urgent, NOTIFICATION_TIMER, n, 1, MUST(urgent, CLOCK_READ) + 1000);
    BEGIN(urgent, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    turn(a);
    host_clock_tick(1000); // due, but nobody looks before the kernel is entered
    BEGIN(a, DESCRIPTOR_RELEASE, memory);
    assert_ptr_equal(cpu_current()->thread, urgent->thread);
    assert_status(finish(urgent), OK);
    assert_int_not_equal(atomic_load(&cpu_current()->job_mask), 0);
    assert_true(quota->returning.bytes >= size);
    memory = MUST(urgent, MEMORY_ALLOCATE, size, 0);
    assert_int_equal(cpu_current()->job_lent, 0);
    MUST(urgent, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2);
    MUST(urgent, DESCRIPTOR_RELEASE, memory);
}

static void subtree_is_listed(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = process_make();
    uint64_t quota = world_boot_info.quota, after = 0, seen = 0, last = 0;
    status_t status;
    while ((status = ACT(&init_actor, QUOTA_INSPECT, quota, after, SCRATCH, sizeof(struct quota_info))) ==
           STATUS_OK) {
        struct quota_info info;
        load(&init_actor, SCRATCH, &info, sizeof(info));
        assert_true(info.serial > last);
        last = after = info.serial;
        seen += info.serial == quota_of(a)->object.serial || info.serial == quota_of(b)->object.serial ||
                info.serial == root_quota.object.serial;
    }
    assert_status(status, NOTHING_LEFT);
    assert_int_equal(seen, 3);
    uint64_t blind = MUST(&init_actor, DESCRIPTOR_CLONE, quota, 0);
    assert_status(ACT(&init_actor, QUOTA_INSPECT, blind, 0, SCRATCH, sizeof(struct quota_info)), NO_RIGHT);
    assert_status(ACT(&init_actor, QUOTA_INSPECT, quota, 0, SCRATCH, 8), BAD_SIZE);
    assert_status(ACT(&init_actor, QUOTA_INSPECT, quota, 0, SCRATCH + 1, sizeof(struct quota_info)),
                  BAD_ALIGNMENT);
    assert_status(ACT(&init_actor, QUOTA_INSPECT, quota, 0, 0x7000000, sizeof(struct quota_info)),
                  BAD_ADDRESS);
    MUST(&init_actor, DESCRIPTOR_RELEASE, blind);
}

// Of a chain of quotas, each one sees itself and what is below, and nothing else. (By the object layer: so
// many nested processes would need more memory than the world has.)
static void a_deep_chain_is_searched(void **state) {
    enum { DEPTH = 45 };
    (void)state;
    struct quota *chain[DEPTH] = {quota_of(process_make())};
    const struct charge none = {};
    for (unsigned i = 1; i < DEPTH; i++) {
        struct limits limits = {.weight = 1};
        limits.records[RECORD_QUOTA] = DEPTH - i;
        assert_int_equal(quota_carve(i == 1 ? &root_quota : chain[i - 1], &limits, &none, &chain[i]),
                         STATUS_OK);
    }
    for (unsigned i = 1; i < DEPTH; i++) {
        uint64_t skipped;
        for (unsigned j = 0; j < DEPTH; j++) {
            const struct quota *next = quota_next(chain[i], chain[j]->object.serial - 1, &skipped);
            assert_ptr_equal(next, chain[j < i ? i : j]);
        }
        assert_null(quota_next(chain[i], chain[DEPTH - 1]->object.serial, &skipped));
    }
    for (unsigned i = DEPTH; --i > 0;)
        quota_close(chain[i]);
}

WORLD_MAIN(WORLD_TEST(records_run_out), WORLD_TEST(child_is_carved), WORLD_TEST(limits_are_checked),
           WORLD_TEST(a_child_is_no_more_than_its_parent), WORLD_TEST(pinned_records_are_refused),
           WORLD_TEST(a_waiting_charge_lends_its_priority), WORLD_TEST(subtree_is_listed),
           WORLD_TEST(a_deep_chain_is_searched))
