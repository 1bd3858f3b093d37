// SPDX-License-Identifier: MIT
//
// kernel/object/space.c: mappings, faults, rights, page tables and who pays for them.

#include "unit.h"
#include "world.h"
#include <string.h>
#include "object/space.h"

#define AT 0x20000000ull

static uint64_t memory(struct actor *a, uint64_t pages) {
    return MUST(a, MEMORY_ALLOCATE, pages * PAGE_SIZE, 0);
}

static void map_is_refused(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 4), e = MUST(a, ENDPOINT_CREATE, 0);
    struct snapshot before, after;
    MUST(a, SPACE_MAP, 0, m, AT, 0, 2 * PAGE_SIZE, MAP_READ);
    snapshot_take(a, &before);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT + PAGE_SIZE, 0, PAGE_SIZE, MAP_READ), OVERLAP);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT - PAGE_SIZE, 0, 4 * PAGE_SIZE, MAP_READ), OVERLAP);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT + 1, 0, PAGE_SIZE, MAP_READ), BAD_ALIGNMENT);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT, 8, PAGE_SIZE, MAP_READ), BAD_ALIGNMENT);
    assert_status(ACT(a, SPACE_MAP, 0, m, 0, 0, PAGE_SIZE, MAP_READ), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_MAP, 0, m, USER_START - PAGE_SIZE, 0, PAGE_SIZE, MAP_READ), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_MAP, 0, m, USER_END, 0, PAGE_SIZE, MAP_READ), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_MAP, 0, m, USER_END - PAGE_SIZE, 0, 2 * PAGE_SIZE, MAP_READ), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_MAP, 0, m, 1ull << 63, 0, PAGE_SIZE, MAP_READ), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, 0, MAP_READ), BAD_SIZE);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, UINT64_MAX, MAP_READ), BAD_SIZE);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, 5 * PAGE_SIZE, MAP_READ), OUT_OF_RANGE);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 4 * PAGE_SIZE, PAGE_SIZE, MAP_READ), OUT_OF_RANGE);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0 - PAGE_SIZE, 2 * PAGE_SIZE, MAP_READ), OUT_OF_RANGE);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, PAGE_SIZE, 0), BAD_FLAGS);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, PAGE_SIZE, 8), BAD_FLAGS);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT * 2, 0, PAGE_SIZE, MAP_READ | MAP_WRITE | MAP_EXECUTE),
                  WRITE_EXECUTE);
    assert_status(ACT(a, SPACE_MAP, 0, e, AT * 2, 0, PAGE_SIZE, MAP_READ), WRONG_TYPE);
    assert_status(ACT(a, SPACE_MAP, 0, 77, AT * 2, 0, PAGE_SIZE, MAP_READ), BAD_DESCRIPTOR);
    assert_status(ACT(a, SPACE_MAP, m, m, AT * 2, 0, PAGE_SIZE, MAP_READ), WRONG_TYPE);
    assert_status(ACT(a, SPACE_UNMAP, 0, AT + PAGE_SIZE), NOT_MAPPED);
    assert_status(ACT(a, SPACE_UNMAP, 0, SPACE_FIXED), BAD_ADDRESS);
    assert_status(ACT(a, SPACE_PROTECT, 0, AT + PAGE_SIZE, MAP_READ), NOT_MAPPED);
    assert_status(ACT(a, SPACE_PROTECT, 0, AT, 0), BAD_FLAGS);
    assert_status(ACT(a, SPACE_PROTECT, 0, AT, MAP_READ | MAP_WRITE | MAP_EXECUTE), WRITE_EXECUTE);
    snapshot_take(a, &after);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void rights_bound_flags(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 1);
    uint64_t reader = MUST(a, DESCRIPTOR_CLONE, m, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP);
    uint64_t nomap = MUST(a, DESCRIPTOR_CLONE, m, RIGHT_MEMORY_READ | RIGHT_MEMORY_WRITE);
    assert_status(ACT(a, SPACE_MAP, 0, reader, AT, 0, PAGE_SIZE, MAP_READ | MAP_WRITE), NO_RIGHT);
    assert_status(ACT(a, SPACE_MAP, 0, reader, AT, 0, PAGE_SIZE, MAP_READ | MAP_EXECUTE), NO_RIGHT);
    assert_status(ACT(a, SPACE_MAP, 0, nomap, AT, 0, PAGE_SIZE, MAP_READ), NO_RIGHT);
    MUST(a, SPACE_MAP, 0, reader, AT, 0, PAGE_SIZE, MAP_READ);
    assert_status(ACT(a, SPACE_PROTECT, 0, AT, MAP_READ | MAP_WRITE), NO_RIGHT);
    MUST(a, SPACE_MAP, 0, m, AT + PAGE_SIZE, 0, PAGE_SIZE, MAP_READ | MAP_EXECUTE);
    assert_true(touch(a, AT + PAGE_SIZE, ACCESS_EXECUTE));
    MUST(a, SPACE_PROTECT, 0, AT + PAGE_SIZE, MAP_READ | MAP_WRITE);
    store(a, AT + PAGE_SIZE, "both", 5);
    char text[5];
    load(a, AT, text, sizeof(text));
    assert_string_equal(text, "both");
}

// A page that was touched before must obey the new flags at once.
static void protect_takes_effect(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 2 << 20;
    struct actor *a = process_make_with(&limits);
    uint64_t m = memory(a, 300);
    MUST(a, SPACE_MAP, 0, m, AT, 0, 300 * PAGE_SIZE, MAP_READ | MAP_WRITE);
    for (unsigned i = 0; i < 300; i++)
        assert_true(touch(a, AT + i * PAGE_SIZE, ACCESS_WRITE));
    MUST(a, SPACE_PROTECT, 0, AT, MAP_READ);
    assert_true(touch(a, AT + 299 * PAGE_SIZE, ACCESS_READ));
    assert_false(touch(a, AT + 299 * PAGE_SIZE, ACCESS_WRITE));
}

static void unmap_takes_effect(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 2);
    MUST(a, SPACE_MAP, 0, m, AT, 0, 2 * PAGE_SIZE, MAP_READ | MAP_WRITE);
    assert_true(touch(a, AT, ACCESS_WRITE));
    uint64_t used = quota_of(a)->used.bytes;
    MUST(a, SPACE_UNMAP, 0, AT);
    assert_true(quota_of(a)->used.bytes < used);
    assert_false(touch(a, AT, ACCESS_READ));
}

static void release_unmaps(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 2), clone = MUST(a, DESCRIPTOR_CLONE, m, RIGHTS_MEMORY_ALL);
    for (unsigned i = 0; i < 10; i++)
        MUST(a, SPACE_MAP, 0, i % 2 ? m : clone, AT + (uint64_t)i * 0x40000000, 0, PAGE_SIZE, MAP_READ);
    for (unsigned i = 0; i < 10; i++)
        assert_true(touch(a, AT + (uint64_t)i * 0x40000000, ACCESS_READ));
    MUST(a, DESCRIPTOR_RELEASE, clone);
    assert_true(touch(a, AT + 0x40000000, ACCESS_READ));
    assert_status(ACT(a, SPACE_UNMAP, 0, AT), NOT_MAPPED);
    MUST(a, SPACE_UNMAP, 0, AT + 0x40000000);
    assert_false(touch(a, AT, ACCESS_READ));
}

// Tables are paid when a mapping is made, so touching never asks; and none is paid twice.
static void tables_are_paid(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 8);
    uint64_t base = 0x10000000000ull, before = quota_of(a)->used.bytes;
    MUST(a, SPACE_MAP, 0, m, base, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    assert_int_equal(quota_of(a)->used.bytes - before, 3 * PAGE_SIZE);
    MUST(a, SPACE_MAP, 0, m, base + 0x200000 - PAGE_SIZE, 0, 2 * PAGE_SIZE, MAP_READ | MAP_WRITE);
    assert_int_equal(quota_of(a)->used.bytes - before, 4 * PAGE_SIZE);
    assert_true(touch(a, base, ACCESS_WRITE));
    assert_true(touch(a, base + 0x200000, ACCESS_WRITE));
    MUST(a, SPACE_UNMAP, 0, base);
    assert_int_equal(quota_of(a)->used.bytes - before, 4 * PAGE_SIZE);
    MUST(a, SPACE_UNMAP, 0, base + 0x200000 - PAGE_SIZE);
    assert_int_equal(quota_of(a)->used.bytes, before);
}

static void second_space_is_apart(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 1), space = MUST(a, SPACE_CREATE);
    MUST(a, SPACE_MAP, space, m, AT, 0, PAGE_SIZE, MAP_READ);
    uint64_t blind = MUST(a, DESCRIPTOR_CLONE, space, 0);
    assert_status(ACT(a, SPACE_MAP, blind, m, AT * 2, 0, PAGE_SIZE, MAP_READ), NO_RIGHT);
    MUST(a, SPACE_PROTECT, space, AT, MAP_READ | MAP_WRITE);
    MUST(a, SPACE_UNMAP, space, AT);
    MUST(a, SPACE_MAP, space, m, AT, 0, PAGE_SIZE, MAP_READ);
    // Its end takes its mappings along.
    MUST(a, DESCRIPTOR_RELEASE, blind);
    MUST(a, DESCRIPTOR_RELEASE, space);
    drain();
    assert_false(touch(a, AT, ACCESS_READ));
}

// A space of another process is changed only with the right insert, and with that process's descriptor.
static void foreign_space_needs_insert(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = MUST(&init_actor, MEMORY_ALLOCATE, PAGE_SIZE, 0);
    uint64_t there = give(a, m, RIGHTS_MEMORY_ALL);
    uint64_t weak = MUST(&init_actor, DESCRIPTOR_CLONE, a->space, RIGHT_SPACE_MAP);
    assert_status(ACT(&init_actor, SPACE_MAP, weak, there, AT, 0, PAGE_SIZE, MAP_READ), NO_RIGHT);
    MUST(&init_actor, SPACE_MAP, a->space, there, AT, 0, PAGE_SIZE, MAP_READ);
    assert_true(touch(a, AT, ACCESS_READ));
    MUST(&init_actor, SPACE_UNMAP, a->space, AT);
    MUST(&init_actor, DESCRIPTOR_RELEASE, weak);
    assert_false(touch(a, AT, ACCESS_READ));
    MUST(&init_actor, PROCESS_END, a->process, 0);
    drain();
    assert_status(ACT(&init_actor, SPACE_MAP, a->space, there, AT, 0, PAGE_SIZE, MAP_READ), PROCESS_ENDED);
}

static void mapping_records_run_out(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = memory(a, 1);
    status_t status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK; i++)
        status = ACT(a, SPACE_MAP, 0, m, AT + i * PAGE_SIZE, 0, PAGE_SIZE, MAP_READ);
    assert_status(status, NO_QUOTA);
    MUST(a, SPACE_UNMAP, 0, AT);
    MUST(a, SPACE_MAP, 0, m, AT, 0, PAGE_SIZE, MAP_READ);
}

static void clock_page_reads(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct clock_page page;
    load(a, CLOCK_PAGE, &page, sizeof(page));
    assert_int_equal(page.flags, CLOCK_USE_CALL);
    assert_int_equal(page.boot_seconds, 1'000'000'000);
    assert_false(touch(a, CLOCK_PAGE, ACCESS_WRITE));
}

static void futexes(void **state) {
    (void)state;
    struct actor *a = process_make();
    struct actor *b = thread_make(a, PRIORITY_COUNT / 2), *c = thread_make(a, PRIORITY_COUNT / 2);
    uint64_t word = SCRATCH + 64;
    uint32_t value = 5;
    store(a, word, &value, sizeof(value));
    assert_status(ACT(a, FUTEX_WAIT, word, 4, DEADLINE_NONE), CHANGED);
    assert_status(ACT(a, FUTEX_WAIT, word, 5, 0), TIMED_OUT);
    assert_status(ACT(a, FUTEX_WAIT, word + 1, 5, 0), BAD_ALIGNMENT);
    assert_status(ACT(a, FUTEX_WAIT, 0x70000000, 5, 0), BAD_ADDRESS);
    assert_status(ACT(a, FUTEX_WAIT, word, 1ull << 32, 0), BAD_VALUE);
    assert_status(ACT(a, FUTEX_WAKE, word, 0), BAD_VALUE);
    assert_status(ACT(a, FUTEX_WAKE, word, FUTEX_WAKE_MAX + 1), BAD_VALUE);
    assert_status(ACT(a, FUTEX_WAKE, 8, 1), BAD_ADDRESS);
    assert_status(ACT(a, FUTEX_WAKE, word + 2, 1), BAD_ALIGNMENT);
    BEGIN(b, FUTEX_WAIT, word, 5, DEADLINE_NONE);
    BEGIN(c, FUTEX_WAIT, word, 5, DEADLINE_NONE);
    assert_int_equal(MUST(a, FUTEX_WAKE, word + 4, 64), 0);
    assert_int_equal(MUST(a, FUTEX_WAKE, word, 1), 1);
    assert_status(finish(b), OK); // the longest waiting first
    assert_false(is_over(c));
    assert_int_equal(MUST(a, FUTEX_WAKE, word, 64), 1);
    assert_status(finish(c), OK);
    BEGIN(b, FUTEX_WAIT, word, 5, MUST(b, CLOCK_READ) + 100);
    pass(100);
    assert_status(finish(b), TIMED_OUT);
    uint64_t m = memory(a, 1);
    MUST(a, SPACE_MAP, 0, m, AT, 0, PAGE_SIZE, MAP_READ);
    BEGIN(b, FUTEX_WAIT, AT, 0, DEADLINE_NONE);
    BEGIN(c, FUTEX_WAIT, AT + 16, 0, DEADLINE_NONE);
    MUST(a, DESCRIPTOR_RELEASE, m);
    assert_status(finish(b), CLOSED);
    assert_status(finish(c), CLOSED);
}

WORLD_MAIN(WORLD_TEST(map_is_refused), WORLD_TEST(rights_bound_flags), WORLD_TEST(protect_takes_effect),
           WORLD_TEST(unmap_takes_effect), WORLD_TEST(release_unmaps), WORLD_TEST(tables_are_paid),
           WORLD_TEST(second_space_is_apart), WORLD_TEST(foreign_space_needs_insert),
           WORLD_TEST(mapping_records_run_out), WORLD_TEST(clock_page_reads), WORLD_TEST(futexes))
