// SPDX-License-Identifier: MIT
//
// kernel/object/descriptor.c and the calls on any descriptor: values, kinds, payment, transfer.

#include "unit.h"
#include "world.h"
#include <string.h>

static struct descriptor_info inspect(struct actor *a, uint64_t descriptor) {
    struct descriptor_info info;
    MUST(a, DESCRIPTOR_INSPECT, descriptor, SCRATCH, sizeof(info));
    load(a, SCRATCH, &info, sizeof(info));
    return info;
}

static void values_are_never_reused(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t first = MUST(a, NOTIFICATION_CREATE);
    MUST(a, DESCRIPTOR_RELEASE, first);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t next = MUST(a, NOTIFICATION_CREATE);
        assert_true(next != first);
        assert_status(ACT(a, NOTIFICATION_SIGNAL, first, 1), BAD_DESCRIPTOR);
        MUST(a, DESCRIPTOR_RELEASE, next);
    }
    assert_status(ACT(a, DESCRIPTOR_RELEASE, first), BAD_DESCRIPTOR);
    assert_status(ACT(a, DESCRIPTOR_RELEASE, 0), BAD_DESCRIPTOR);
    assert_status(ACT(a, DESCRIPTOR_RELEASE, UINT64_MAX), BAD_DESCRIPTOR);
    assert_status(ACT(a, DESCRIPTOR_RELEASE, DESCRIPTORS_PER_PROCESS), BAD_DESCRIPTOR);
}

// White box: nobody can use up 2^40 generations in a test.
static void slot_retires(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    uint32_t index = n & ((1u << DESCRIPTOR_INDEX_BITS) - 1);
    struct slot *slot = table_slot(process_of(a), index);
    slot->tag |= 0xffffffffffull << 24;
    MUST(a, DESCRIPTOR_RELEASE, slot_value(slot));
    uint64_t m = MUST(a, NOTIFICATION_CREATE);
    for (unsigned i = 0; i < 200; i++)
        assert_true((MUST(a, DESCRIPTOR_WEAKEN, m) & 0xffffff) != index);
}

static void clone_pays(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = MUST(a, MEMORY_ALLOCATE, 3 * PAGE_SIZE, 0);
    uint64_t before = quota_of(a)->used.bytes;
    uint64_t clone = MUST(a, DESCRIPTOR_CLONE, m, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP);
    assert_int_equal(quota_of(a)->used.bytes, before + 3 * PAGE_SIZE);
    assert_int_equal(inspect(a, clone).rights, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP);
    assert_int_equal(inspect(a, clone).strong, 2);
    assert_int_equal(inspect(a, clone).serial, inspect(a, m).serial);
    assert_status(ACT(a, DESCRIPTOR_CLONE, clone, RIGHT_MEMORY_READ), NO_RIGHT);
    assert_status(ACT(a, DESCRIPTOR_CLONE, m, RIGHTS_MEMORY_ALL | 0x8), NO_RIGHT);
    assert_status(ACT(a, DESCRIPTOR_CLONE, m, 1ull << 63), NO_RIGHT);
    MUST(a, DESCRIPTOR_RELEASE, m);
    assert_int_equal(inspect(a, clone).strong, 1);
    MUST(a, DESCRIPTOR_RELEASE, clone);
    assert_int_equal(quota_of(a)->used.bytes, before - 3 * PAGE_SIZE);
}

static void weak_costs_nothing(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = MUST(a, MEMORY_ALLOCATE, PAGE_SIZE, 0);
    uint64_t before = quota_of(a)->used.bytes;
    uint64_t weak = MUST(a, DESCRIPTOR_WEAKEN, m);
    assert_int_equal(quota_of(a)->used.bytes, before);
    assert_int_equal(inspect(a, weak).kind, 2);
    assert_int_equal(inspect(a, weak).charge, 0);
    assert_status(ACT(a, DESCRIPTOR_WEAKEN, weak), WRONG_KIND);
    assert_status(ACT(a, DESCRIPTOR_CLONE, weak, 0), WRONG_KIND);
    assert_status(ACT(a, DESCRIPTOR_STRENGTHEN, m), WRONG_KIND);
    assert_status(ACT(a, SPACE_MAP, 0, weak, 0x20000000, 0, PAGE_SIZE, MAP_READ), WRONG_KIND);
    uint64_t strong = MUST(a, DESCRIPTOR_STRENGTHEN, weak);
    assert_int_equal(inspect(a, strong).kind, 1);
    assert_int_equal(inspect(a, strong).charge, PAGE_SIZE);
    MUST(a, DESCRIPTOR_RELEASE, m);
    MUST(a, DESCRIPTOR_RELEASE, strong);
    assert_status(ACT(a, DESCRIPTOR_STRENGTHEN, weak), DEAD);
    // The storage holds another object by now; the weak descriptor does not name that.
    MUST(a, MEMORY_ALLOCATE, PAGE_SIZE, 0);
    assert_status(ACT(a, DESCRIPTOR_STRENGTHEN, weak), DEAD);
    MUST(a, DESCRIPTOR_RELEASE, weak);
}

static void transfer_moves(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = MUST(&init_actor, MEMORY_ALLOCATE, 2 * PAGE_SIZE, 0);
    uint64_t root = root_quota.used.bytes, child = quota_of(a)->used.bytes;
    MUST(&init_actor, SPACE_MAP, 0, m, 0x30000000, 0, 2 * PAGE_SIZE, MAP_READ | MAP_WRITE);
    store(&init_actor, 0x30000000, "tessera", 8);
    uint64_t there = give(a, m, RIGHTS_MEMORY_ALL);
    assert_int_equal(root_quota.used.bytes, root - 2 * PAGE_SIZE);
    assert_int_equal(quota_of(a)->used.bytes, child + 2 * PAGE_SIZE);
    assert_status(ACT(&init_actor, DESCRIPTOR_RELEASE, m), BAD_DESCRIPTOR);
    // The mappings that were made through it are gone.
    assert_status(ACT(&init_actor, SPACE_UNMAP, 0, 0x30000000), NOT_MAPPED);
    char text[8];
    MUST(a, SPACE_MAP, 0, there, 0x30000000, 0, 2 * PAGE_SIZE, MAP_READ);
    load(a, 0x30000000, text, sizeof(text));
    assert_string_equal(text, "tessera");
}

// The target ends while the source still takes its mappings away: the object ends with it, nothing stays
// charged.
static void transfer_meets_the_end_of_its_target(void **state) {
    (void)state;
    struct actor *target = process_make(), *a = process_make(), *urgent = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t to = give_clone(a, target->process, RIGHTS_PROCESS_ALL);
    uint64_t n = MUST(a, NOTIFICATION_CREATE), before = quota_of(a)->used.bytes;
    uint64_t m = MUST(a, MEMORY_ALLOCATE, 4 * PAGE_SIZE, 0), now = MUST(urgent, CLOCK_READ);
    for (unsigned i = 0; i < 4; i++)
        MUST(a, SPACE_MAP, 0, m, 0x20000000 + i * 0x10000, i * PAGE_SIZE, PAGE_SIZE, MAP_READ);
    turn(urgent);
    MUST(urgent, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2 + 1);
    BEGIN(urgent, NOTIFICATION_WAIT, n, 1, now + 1000);
    turn(a);
    host_clock_tick(1000); // due when the kernel next takes interrupts
    BEGIN(a, DESCRIPTOR_TRANSFER, m, to, RIGHTS_MEMORY_ALL);
    assert_status(finish(urgent), TIMED_OUT);
    assert_true(a->busy);
    MUST(urgent, PROCESS_END, to, 0);
    assert_true(a->busy);
    MUST(urgent, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2);
    assert_status(finish(a), OK);
    MUST(a, DESCRIPTOR_RELEASE, to);
    process_unmake(target);
    assert_int_equal(quota_of(a)->used.bytes, before);
    assert_status(ACT(a, DESCRIPTOR_RELEASE, m), BAD_DESCRIPTOR);
}

static void transfer_is_refused(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 40 * PAGE_SIZE;
    struct actor *a = process_make_with(&limits);
    struct snapshot before, after;
    uint64_t big = MUST(&init_actor, MEMORY_ALLOCATE, 64 * PAGE_SIZE, 0);
    uint64_t fixed = MUST(&init_actor, DESCRIPTOR_CLONE, world_supervisor, RIGHT_ENDPOINT_CALL);
    uint64_t weak = MUST(&init_actor, DESCRIPTOR_WEAKEN, fixed);
    uint64_t other = MUST(&init_actor, DESCRIPTOR_CLONE, a->process, RIGHT_PROCESS_AUDIT | RIGHT_TRANSFER);
    snapshot_take(a, &before);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, a->process, RIGHTS_MEMORY_ALL), NO_QUOTA);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, fixed, a->process, 0), NO_RIGHT);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, weak, a->process, 0), WRONG_KIND);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, other, 0), NO_RIGHT);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, fixed, 0), WRONG_TYPE);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, a->process, RIGHTS_MEMORY_ALL | 0x100),
                  NO_RIGHT);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, init_actor.process, 0), SELF);
    snapshot_take(a, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    MUST(&init_actor, PROCESS_END, a->process, 0);
    drain();
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, big, a->process, 0), PROCESS_ENDED);
    MUST(&init_actor, DESCRIPTOR_RELEASE, big);
    MUST(&init_actor, DESCRIPTOR_RELEASE, weak);
    MUST(&init_actor, DESCRIPTOR_RELEASE, fixed);
    MUST(&init_actor, DESCRIPTOR_RELEASE, other);
}

// A process that was not started must not be able to keep itself.
static void last_process_descriptor_stays_out(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    store(&init_actor, SCRATCH, &limits, sizeof(limits));
    uint64_t process = MUST(&init_actor, PROCESS_CREATE, world_supervisor, 1, SCRATCH, sizeof(limits));
    uint64_t space = init_actor.in.a[1];
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, process, process, RIGHTS_PROCESS_ALL), SELF);
    uint64_t clone = MUST(&init_actor, DESCRIPTOR_CLONE, process, RIGHTS_PROCESS_ALL);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, clone, process, RIGHTS_PROCESS_ALL), WOULD_ORPHAN);
    MUST(&init_actor, DESCRIPTOR_RELEASE, clone);
    // The last one goes, and with it all.
    MUST(&init_actor, DESCRIPTOR_RELEASE, process);
    MUST(&init_actor, DESCRIPTOR_RELEASE, space);
    drain();
    assert_status(ACT(&init_actor, RECEIVE, world_supervisor, 0, 0), TIMED_OUT);
}

static void inspect_is_refused(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, n, SCRATCH, 63), BAD_SIZE);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, n, SCRATCH + 4, 64), BAD_ALIGNMENT);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, n, 0x50000000, 64), BAD_ADDRESS);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, n, USER_END, 64), BAD_ADDRESS);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, n, 0, 64), BAD_ADDRESS);
    assert_status(ACT(a, DESCRIPTOR_INSPECT, 99, SCRATCH, 64), BAD_DESCRIPTOR);
}

static void table_is_full(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 4 << 20;
    struct actor *a = process_make_with(&limits);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    status_t status = STATUS_OK;
    while (status == STATUS_OK)
        status = ACT(a, DESCRIPTOR_WEAKEN, n);
    assert_status(status, TABLE_FULL);
    assert_int_equal(process_of(a)->table.used, DESCRIPTORS_PER_PROCESS);
    assert_status(ACT(a, NOTIFICATION_CREATE), TABLE_FULL);
    assert_status(ACT(a, MEMORY_ALLOCATE, 1, 0), TABLE_FULL);
    uint64_t m = MUST(&init_actor, MEMORY_ALLOCATE, 1, 0);
    assert_status(ACT(&init_actor, DESCRIPTOR_TRANSFER, m, a->process, 0), TABLE_FULL);
    MUST(&init_actor, DESCRIPTOR_RELEASE, m);
    MUST(a, DESCRIPTOR_RELEASE, n);
    MUST(a, NOTIFICATION_CREATE);
}

// Table pages are paid.
static void table_runs_into_quota(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 32 * PAGE_SIZE;
    struct actor *a = process_make_with(&limits);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    status_t status = STATUS_OK;
    while (status == STATUS_OK)
        status = ACT(a, DESCRIPTOR_WEAKEN, n);
    assert_status(status, NO_QUOTA);
}

WORLD_MAIN(WORLD_TEST(values_are_never_reused), WORLD_TEST(slot_retires), WORLD_TEST(clone_pays),
           WORLD_TEST(weak_costs_nothing), WORLD_TEST(transfer_moves), WORLD_TEST(transfer_is_refused),
           WORLD_TEST(transfer_meets_the_end_of_its_target), WORLD_TEST(last_process_descriptor_stays_out),
           WORLD_TEST(inspect_is_refused), WORLD_TEST(table_is_full), WORLD_TEST(table_runs_into_quota))
