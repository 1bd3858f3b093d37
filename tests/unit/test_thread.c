// SPDX-License-Identifier: MIT
//
// kernel/object/thread.c: creation, start, registers, priority, the end.

#include "unit.h"
#include "world.h"
#include <string.h>

static void starts_once(void **state) {
    (void)state;
    struct actor *a = process_make();
    assert_status(ACT(a, THREAD_CREATE, 0, PRIORITY_COUNT), BAD_VALUE);
    uint64_t t = MUST(a, THREAD_CREATE, 0, PRIORITY_COUNT / 2);
    uint64_t page = a->in.a[1];
    assert_true(page > CLOCK_PAGE && page % PAGE_SIZE == 0);
    assert_status(ACT(a, THREAD_START, t, USER_END, SCRATCH, 0), BAD_ADDRESS);
    assert_status(ACT(a, THREAD_START, t, 0, SCRATCH, 0), BAD_ADDRESS);
    assert_status(ACT(a, THREAD_START, t, 0x400000, 1ull << 63, 0), BAD_ADDRESS);
    assert_status(ACT(a, THREAD_START, t, 0x400000, SCRATCH + 8, 0), BAD_ALIGNMENT);
    uint64_t blind = MUST(a, DESCRIPTOR_CLONE, t, 0);
    assert_status(ACT(a, THREAD_START, blind, 0x400000, SCRATCH, 0), NO_RIGHT);
    struct thread *thread = (struct thread *)object_of(a, t);
    // A start at the lowest priority, so that it does not run before we looked.
    MUST(a, THREAD_PRIORITY, t, 0);
    MUST(a, THREAD_START, t, 0x401000, SCRATCH, 99);
    assert_int_equal(thread->arch.a[0], 99);
    assert_int_equal(thread->arch.a[1], page);
    assert_int_equal(thread->arch.instruction, 0x401000);
    assert_int_equal(thread->arch.stack, SCRATCH);
    assert_status(ACT(a, THREAD_START, t, 0x400000, SCRATCH, 0), STARTED);
}

static void message_page_is_its_own(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = thread_make(a, PRIORITY_COUNT / 2);
    assert_true(a->message != b->message);
    store(a, b->message + offsetof(struct message_page, scratch), "hello", 6);
    char text[6];
    load(b, b->message + offsetof(struct message_page, scratch), text, sizeof(text));
    assert_string_equal(text, "hello");
    assert_status(ACT(a, SPACE_UNMAP, 0, b->message), BAD_ADDRESS);
}

static void priority_has_a_ceiling(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.priority = 9;
    struct actor *a = process_make_with(&limits);
    assert_status(ACT(a, THREAD_PRIORITY, 0, 10), BAD_VALUE);
    assert_status(ACT(a, THREAD_CREATE, 0, 10), BAD_VALUE);
    assert_status(ACT(a, THREAD_PRIORITY, SCRATCH, 1), BAD_DESCRIPTOR);
    MUST(a, THREAD_PRIORITY, 0, 9);
    MUST(a, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2);
    uint64_t t = MUST(a, THREAD_CREATE, 0, 9);
    MUST(a, THREAD_PRIORITY, t, 2);
    uint64_t blind = MUST(a, DESCRIPTOR_CLONE, t, 0);
    assert_status(ACT(a, THREAD_PRIORITY, blind, 1), NO_RIGHT);
}

// FP state and the thread pointer are the thread's own, whoever ran in between.
static void registers_are_kept(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = process_make();
    assert_status(ACT(a, THREAD_POINTER, USER_END), BAD_ADDRESS);
    MUST(a, THREAD_POINTER, 0x12340);
    host_fp_set(111);
    MUST(b, THREAD_POINTER, 0x56780);
    host_fp_set(222);
    turn(a);
    assert_int_equal(host_fp(), 111);
    assert_int_equal(host_thread_pointer(), 0x12340);
    turn(b);
    assert_int_equal(host_fp(), 222);
    assert_int_equal(host_thread_pointer(), 0x56780);
    MUST(a, THREAD_POINTER, 0);
}

static void slots_come_back(void **state) {
    (void)state;
    struct actor *a = process_make();
    for (unsigned i = 0; i < 40; i++) {
        struct actor *b = thread_make(a, PRIORITY_COUNT / 2);
        uint64_t control = b->control;
        BEGIN(b, THREAD_EXIT);
        drain();
        assert_false(is_alive(b));
        MUST(a, DESCRIPTOR_RELEASE, control);
    }
    // An unstarted one goes with its descriptor.
    for (unsigned i = 0; i < 40; i++)
        MUST(a, DESCRIPTOR_RELEASE, MUST(a, THREAD_CREATE, 0, 1));
}

static void process_descriptor_is_needed(void **state) {
    (void)state;
    struct actor *a = process_make(), *b = process_make();
    uint64_t audit = give_clone(a, b->process, RIGHT_PROCESS_AUDIT);
    assert_status(ACT(a, THREAD_CREATE, audit, 1), NO_RIGHT);
    uint64_t manage = give_clone(a, b->process, RIGHT_PROCESS_MANAGE);
    uint64_t t = MUST(a, THREAD_CREATE, manage, 1);
    struct thread *thread = (struct thread *)object_of(a, t);
    assert_ptr_equal(thread->process, process_of(b));
}

static void bad_calls_are_refused(void **state) {
    (void)state;
    struct actor *a = process_make();
    for (unsigned number = 0; number < 200; number++)
        if (syscall_info(number) == nullptr)
            assert_status(act(a, number, nullptr, 0), BAD_CALL);
    assert_status(act(a, UINT32_MAX, nullptr, 0), BAD_CALL);
    assert_status(ACT(a, THREAD_YIELD), OK);
}

WORLD_MAIN(WORLD_TEST(starts_once), WORLD_TEST(message_page_is_its_own), WORLD_TEST(priority_has_a_ceiling),
           WORLD_TEST(registers_are_kept), WORLD_TEST(slots_come_back),
           WORLD_TEST(process_descriptor_is_needed), WORLD_TEST(bad_calls_are_refused))
