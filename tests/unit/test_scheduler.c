// SPDX-License-Identifier: MIT
//
// kernel/sched/: who runs. Time passes only when the test says so, so every turn is exact.

#include "unit.h"
#include "world.h"
#include "sched/cpu.h"
#include "sched/scheduler.h"

#define MIDDLE (PRIORITY_COUNT / 2)

static struct thread *current(void) {
    return host_state() == HOST_USER ? cpu_current()->thread : nullptr;
}

static void higher_priority_runs_first(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = thread_make(a, MIDDLE);
    uint64_t n = MUST(a, NOTIFICATION_CREATE);
    turn(b);
    MUST(b, THREAD_PRIORITY, 0, MIDDLE + 1);
    BEGIN(b, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    BEGIN(a, NOTIFICATION_SIGNAL, n, 1);
    assert_ptr_equal(current(), b->thread); // at once
    MUST(b, THREAD_YIELD);
    assert_ptr_equal(current(), b->thread);
    MUST(b, THREAD_PRIORITY, 0, MIDDLE);
    assert_status(finish(a), OK);
}

// A hundred threads of one quota get as much as the one of another.
static void quotas_share(void **state) {
    (void)state;
    struct actor *many[6], *one = process_make();
    many[0] = process_make();
    for (unsigned i = 1; i < 6; i++)
        many[i] = thread_make(many[0], MIDDLE);
    unsigned turns_one = 0, turns_many[6] = {};
    for (unsigned i = 0; i < 1200; i++) {
        pass(SLICE_NANOSECONDS);
        turns_one += current() == one->thread;
        for (unsigned k = 0; k < 6; k++)
            turns_many[k] += current() == many[k]->thread;
    }
    // Three quotas: init's, and these two.
    assert_in_range(turns_one, 390, 410);
    for (unsigned k = 0; k < 6; k++)
        assert_in_range(turns_many[k], 60, 73);
}

static void slices_end(void **state) {
    (void)state;
    struct actor *a = process_make();
    turn(a);
    struct thread *first = current();
    pass(SLICE_NANOSECONDS - 1);
    assert_ptr_equal(current(), first);
    pass(1 + SLICE_NANOSECONDS / 100);
    assert_ptr_not_equal(current(), first);
}

// The turn of a process is as many hundredths of a slice as its weight, but not below a tenth.
static void weight_is_the_length_of_a_turn(void **state) {
    (void)state;
    static const struct {
        uint32_t weight;
        uint64_t length;
    } cases[] = {
        {100, SLICE_NANOSECONDS},
        {50, SLICE_NANOSECONDS / 2},
        {10, SLICE_NANOSECONDS / 10},
        {1, SLICE_NANOSECONDS / 10},
    };
    for (unsigned i = 0; i < array_length(cases); i++) {
        struct limits limits = limits_usual();
        limits.weight = cases[i].weight;
        struct actor *a = process_make_with(&limits);
        turn(a); // init waits for its turn
        pass(cases[i].length - 1);
        assert_ptr_equal(current(), a->thread);
        pass(1 + SLICE_NANOSECONDS / 100);
        assert_ptr_not_equal(current(), a->thread);
        process_unmake(a);
    }
}

// Whoever is alone is not interrupted.
static void no_slice_when_alone(void **state) {
    (void)state;
    turn(&init_actor);
    drain();
    pass(SLICE_NANOSECONDS * 2); // what was armed before comes once more
    assert_true(host_timer() == UINT64_MAX);
    pass(SLICE_NANOSECONDS * 10);
    assert_ptr_equal(current(), init_actor.thread);
}

static void timers_fire_in_order(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n[12], now = MUST(a, CLOCK_READ);
    static const unsigned order[12] = {7, 3, 11, 0, 9, 1, 5, 2, 10, 4, 8, 6};
    for (unsigned i = 0; i < 12; i++)
        n[i] = MUST(a, NOTIFICATION_CREATE);
    for (unsigned i = 0; i < 12; i++)
        MUST(a, NOTIFICATION_TIMER, n[order[i]], 1, now + 1000 * (order[i] + 1));
    for (unsigned i = 0; i < 12; i++) {
        pass(1000);
        for (unsigned k = 0; k < 12; k++) {
            status_t status = ACT(a, NOTIFICATION_WAIT, n[k], 1, 0);
            assert_int_equal(status, k == i ? STATUS_OK : STATUS_TIMED_OUT);
        }
    }
}

static void cpu_time_is_counted(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct quota_info info;
    turn(a);
    pass(5000);
    MUST(a, PROCESS_QUOTA, 0, SCRATCH, sizeof(info));
    load(a, SCRATCH, &info, sizeof(info));
    uint64_t before = info.cpu_time;
    pass(7000);
    MUST(&init_actor, THREAD_YIELD);
    MUST(a, PROCESS_QUOTA, 0, SCRATCH, sizeof(info));
    load(a, SCRATCH, &info, sizeof(info));
    assert_in_range(info.cpu_time, before + 7000, before + 7000 + 5000);
}

WORLD_MAIN(WORLD_TEST(higher_priority_runs_first), WORLD_TEST(quotas_share), WORLD_TEST(slices_end),
           WORLD_TEST(weight_is_the_length_of_a_turn), WORLD_TEST(no_slice_when_alone),
           WORLD_TEST(timers_fire_in_order), WORLD_TEST(cpu_time_is_counted))
