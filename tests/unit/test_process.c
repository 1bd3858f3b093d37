// SPDX-License-Identifier: MIT
//
// kernel/object/process.c: how processes begin, end, and are supervised.

#include "unit.h"
#include "world.h"
#include <string.h>
#include "object/endpoint.h"
#include "sched/cpu.h"

struct end {
    uint64_t label, reason, status, address;
};

static struct end next_end(void) {
    MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
    return (struct end){init_actor.in.a[1], words(&init_actor)[0], words(&init_actor)[1],
                        words(&init_actor)[2]};
}

static void release_all(struct actor *a) {
    MUST(&init_actor, DESCRIPTOR_RELEASE, a->control);
    MUST(&init_actor, DESCRIPTOR_RELEASE, a->space);
    MUST(&init_actor, DESCRIPTOR_RELEASE, a->process);
    a->thread = nullptr;
}

static void exit_is_reported(void **state) {
    (void)state;
    struct actor *a = process_make();
    assert_status(ACT(a, PROCESS_EXIT, 256), BAD_VALUE);
    BEGIN(a, PROCESS_EXIT, 42);
    drain();
    assert_false(is_alive(a));
    struct end end = next_end();
    assert_int_equal(end.label, HEADER_EVENT | EVENT_PROCESS_ENDED);
    assert_int_equal(end.reason, END_EXITED);
    assert_int_equal(end.status, 42);
    assert_int_equal(init_actor.in.a[0], 1); // the badge value given at creation
    assert_status(ACT(&init_actor, PROCESS_END, a->process, 1), PROCESS_ENDED);
    assert_status(ACT(&init_actor, PROCESS_TABLE, a->process, 0, SCRATCH, 1), PROCESS_ENDED);
    assert_status(ACT(&init_actor, THREAD_CREATE, a->process, 0), PROCESS_ENDED);
    release_all(a);
}

static void kill_ends_whatever_waits(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2), *c = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t e = MUST(a, ENDPOINT_CREATE, 0), n = MUST(a, NOTIFICATION_CREATE);
    BEGIN(b, RECEIVE, e, 0, DEADLINE_NONE);
    BEGIN(c, NOTIFICATION_WAIT, n, 1, DEADLINE_NONE);
    assert_status(ACT(a, PROCESS_END, e, 0), WRONG_TYPE);
    MUST(&init_actor, PROCESS_END, a->process, 9);
    drain();
    struct end end = next_end();
    assert_int_equal(end.reason, END_KILLED);
    assert_int_equal(end.status, 9);
    release_all(a);
}

static void last_thread_ends_it(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = thread_make(a, PRIORITY_COUNT / 2);
    BEGIN(a, THREAD_EXIT);
    drain();
    assert_true(is_alive(b));
    BEGIN(b, THREAD_EXIT);
    drain();
    assert_int_equal(next_end().reason, END_LAST_THREAD);
    release_all(a);
}

// Whoever makes a process may give up its first thread; only the process's own descriptor ends it.
static void unstarted_outlives_its_threads(void **state) {
    (void)state;
    struct actor *a = &init_actor;
    struct limits limits = limits_usual();
    struct descriptor_info info;
    store(a, SCRATCH, &limits, sizeof(limits));
    uint64_t process = MUST(a, PROCESS_CREATE, world_supervisor, 9, SCRATCH, sizeof(limits));
    uint64_t space = a->in.a[1];
    for (unsigned i = 0; i < 3; i++) {
        uint64_t thread = MUST(a, THREAD_CREATE, process, 1);
        MUST(a, DESCRIPTOR_RELEASE, thread);
        drain();
        MUST(a, DESCRIPTOR_INSPECT, process, SCRATCH, sizeof(info));
        load(a, SCRATCH, &info, sizeof(info));
        assert_int_equal(info.value, 0);
    }
    uint64_t thread = MUST(a, THREAD_CREATE, process, 1);
    MUST(a, DESCRIPTOR_RELEASE, process);
    drain();
    assert_status(ACT(a, THREAD_START, thread, 0x400000, SCRATCH, 0), PROCESS_ENDED);
    MUST(a, DESCRIPTOR_RELEASE, thread);
    MUST(a, DESCRIPTOR_RELEASE, space);
}

// What a fault tells its supervisor, and both answers.
static void fault_is_supervised(void **state) {
    (void)state;
    struct actor *a = process_make();
    const uint32_t written = 0xabcd;
    store(a, SCRATCH + 64, &written, sizeof(written));
    assert_false(touch(a, 0x55550000, ACCESS_WRITE));
    MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
    assert_int_equal(init_actor.in.a[0], 1);
    assert_int_equal(init_actor.in.a[1], HEADER_KERNEL | FAULT_ACCESS);
    assert_int_equal(words(&init_actor)[0], 0x55550000);
    assert_int_equal(words(&init_actor)[1], 0x400000);
    assert_int_equal(words(&init_actor)[2], ACCESS_WRITE);
    struct fault_registers registers;
    load(&init_actor, init_actor.message + offsetof(struct message_page, registers), &registers,
         sizeof(registers));
    assert_int_equal(registers.stack, SCRATCH + PAGE_SIZE);
    // It may read the program's memory, where there is some, and change nothing.
    uint32_t seen = 0;
    assert_int_equal(MUST(&init_actor, LENT_READ, 0, 0, SCRATCH + 64, SCRATCH, sizeof(seen)), sizeof(seen));
    load(&init_actor, SCRATCH, &seen, sizeof(seen));
    assert_int_equal(seen, written);
    assert_status(ACT(&init_actor, LENT_READ, 0, 0, 0x55550000, SCRATCH, 4), LENT_FAULT);
    assert_status(ACT(&init_actor, LENT_READ, 0, 0, USER_END - 2, SCRATCH, 4), OUT_OF_RANGE);
    assert_status(ACT(&init_actor, LENT_WRITE, 0, 0, SCRATCH + 64, SCRATCH, 4), LENT_FAULT);
    assert_status(ACT(&init_actor, LENT_READ, 0, 1, SCRATCH, SCRATCH, 4), OUT_OF_RANGE);
    // The supervisor mends it.
    uint64_t m = give(a, MUST(&init_actor, MEMORY_ALLOCATE, PAGE_SIZE, 0), RIGHTS_MEMORY_ALL);
    MUST(&init_actor, SPACE_MAP, a->space, m, 0x55550000, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    MUST(&init_actor, REPLY, 0, FAULT_REPLY_RESUME, 0);
    assert_true(touch(a, 0x55550000, ACCESS_WRITE));
    assert_false(touch(a, 0x55551000, ACCESS_READ));
    MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
    MUST(&init_actor, REPLY, 0, FAULT_REPLY_END, 0);
    drain();
    struct end end = next_end();
    assert_int_equal(end.reason, END_FAULTED);
    assert_int_equal(end.address, 0x55551000);
    release_all(a);
}

// The supervisor cannot send a thread on at an address outside user space: it ends instead.
static void resume_needs_an_address_of_the_user(void **state) {
    (void)state;
    static const uint64_t outside[] = {0, USER_END, 1ull << 47, 0xffffffff80000000};
    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        struct actor *a = process_make();
        turn(a);
        a->thread->arch.instruction = outside[i];
        assert_false(touch(a, 0x55550000, ACCESS_READ));
        MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
        assert_int_equal(words(&init_actor)[1], outside[i]);
        MUST(&init_actor, REPLY, 0, FAULT_REPLY_RESUME, 0);
        drain();
        assert_int_equal(next_end().reason, END_FAULTED);
        release_all(a);
    }
}

// How urgent the end of a process is does not depend on what its threads made of their priorities; who is
// more urgent and wants it to end raises it.
static void end_is_as_urgent_as_its_ceiling(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.priority = PRIORITY_COUNT / 2;
    struct actor *a = process_make_with(&limits);
    struct process *process = process_of(a);
    process_end(process, END_KILLED, 0, 0, 0, 0);
    assert_int_equal(process->job.priority, PRIORITY_COUNT / 2);
    process_end(process, END_KILLED, 0, 0, 0, 1);
    assert_int_equal(process->job.priority, PRIORITY_COUNT / 2);
    process_end(process, END_KILLED, 0, 0, 0, PRIORITY_COUNT - 1);
    assert_int_equal(process->job.priority, PRIORITY_COUNT - 1);
    assert_int_equal(cpu_current()->job_mask, 1u << (PRIORITY_COUNT - 1));
    drain();
    assert_int_equal(next_end().reason, END_KILLED);
    release_all(a);
}

static void exception_is_supervised(void **state) {
    (void)state;
    struct actor *a = process_make();
    turn(a);
    host_exception(6, 77);
    MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
    assert_int_equal(init_actor.in.a[1], HEADER_KERNEL | FAULT_EXCEPTION);
    assert_int_equal(words(&init_actor)[0], 6);
    assert_int_equal(words(&init_actor)[2], 77);
    MUST(&init_actor, REPLY, 0, FAULT_REPLY_END, 0);
    drain();
    assert_int_equal(next_end().reason, END_FAULTED);
    release_all(a);
}

static void table_is_listed(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t n = MUST(a, NOTIFICATION_CREATE), w = MUST(a, DESCRIPTOR_WEAKEN, n);
    struct table_entry entries[TABLE_LIST_MAX];
    MUST(a, PROCESS_TABLE, 0, 0, SCRATCH, TABLE_LIST_MAX);
    uint64_t filled = a->in.a[0];
    assert_true(filled >= 2 && a->in.a[1] == DESCRIPTORS_PER_PROCESS);
    load(a, SCRATCH, entries, sizeof(entries));
    unsigned found = 0;
    for (unsigned i = 0; i < filled; i++) {
        found += entries[i].descriptor == n && entries[i].kind == 1 && entries[i].type == OBJECT_NOTIFICATION;
        found += entries[i].descriptor == w && entries[i].kind == 2;
    }
    assert_int_equal(found, 2);
    // One at a time gives the same.
    uint64_t index = 0, count = 0;
    while (index != DESCRIPTORS_PER_PROCESS) {
        count += MUST(&init_actor, PROCESS_TABLE, a->process, index, SCRATCH, 1);
        index = init_actor.in.a[1];
    }
    assert_int_equal(count, filled);
    assert_status(ACT(a, PROCESS_TABLE, 0, DESCRIPTORS_PER_PROCESS + 1, SCRATCH, 1), BAD_VALUE);
    assert_status(ACT(a, PROCESS_TABLE, 0, 0, SCRATCH, 0), BAD_SIZE);
    assert_status(ACT(a, PROCESS_TABLE, 0, 0, SCRATCH, TABLE_LIST_MAX + 1), BAD_SIZE);
    assert_status(ACT(a, PROCESS_TABLE, 0, 0, SCRATCH + 2, 1), BAD_ALIGNMENT);
    assert_status(ACT(a, PROCESS_TABLE, 0, 0, 0x44440000, 1), BAD_ADDRESS);
}

static void no_suicide_by_end(void **state) {
    (void)state;
    assert_status(ACT(&init_actor, PROCESS_END, init_actor.process, 0), SELF);
    assert_status(ACT(&init_actor, PROCESS_END, 0, 0), BAD_DESCRIPTOR);
}

// Endings in each other's arms: processes that hold each other's everything, in a ring.
static void rings_fall(void **state) {
    (void)state;
    struct actor *a[3];
    for (unsigned i = 0; i < 3; i++)
        a[i] = process_make();
    for (unsigned i = 0; i < 3; i++) {
        give_clone(a[(i + 1) % 3], a[i]->process, RIGHTS_PROCESS_ALL);
        give_clone(a[(i + 1) % 3], a[i]->space, RIGHTS_SPACE_ALL);
        give_clone(a[(i + 1) % 3], a[i]->control, RIGHTS_THREAD_ALL);
        give_clone(a[i], a[i]->process, RIGHTS_PROCESS_ALL);
    }
}

WORLD_MAIN(WORLD_TEST(exit_is_reported), WORLD_TEST(kill_ends_whatever_waits),
           WORLD_TEST(last_thread_ends_it), WORLD_TEST(unstarted_outlives_its_threads),
           WORLD_TEST(resume_needs_an_address_of_the_user), WORLD_TEST(end_is_as_urgent_as_its_ceiling),
           WORLD_TEST(fault_is_supervised), WORLD_TEST(exception_is_supervised), WORLD_TEST(table_is_listed),
           WORLD_TEST(no_suicide_by_end), WORLD_TEST(rings_fall))
