// SPDX-License-Identifier: MIT
//
// kernel/object/memory.c: payment before, pages at the touch, the seal, physical ranges.

#include "unit.h"
#include "world.h"
#include <string.h>
#include "object/memory.h"

#define AT 0x20000000ull

static void sizes_are_checked(void **state) {
    (void)state;
    struct actor *a = process_make();
    assert_status(ACT(a, MEMORY_ALLOCATE, 0, 0), BAD_SIZE);
    assert_status(ACT(a, MEMORY_ALLOCATE, UINT64_MAX, 0), BAD_SIZE);
    assert_status(ACT(a, MEMORY_ALLOCATE, MEMORY_SIZE_MAX + 1, 0), BAD_SIZE);
    assert_status(ACT(a, MEMORY_ALLOCATE, PAGE_SIZE, 1), BAD_FLAGS);
    assert_status(ACT(a, MEMORY_ALLOCATE, MEMORY_SIZE_MAX, 0), NO_QUOTA);
    uint64_t before = quota_of(a)->used.bytes;
    MUST(a, MEMORY_ALLOCATE, 1, 0);
    assert_int_equal(quota_of(a)->used.bytes, before + PAGE_SIZE);
}

static void pages_come_zeroed(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint8_t page[PAGE_SIZE];
    for (unsigned round = 0; round < 3; round++) {
        uint64_t m = MUST(a, MEMORY_ALLOCATE, 20 * PAGE_SIZE, 0);
        MUST(a, SPACE_MAP, 0, m, AT, 0, 20 * PAGE_SIZE, MAP_READ | MAP_WRITE);
        for (unsigned i = 0; i < 20; i += 3) {
            load(a, AT + i * PAGE_SIZE, page, PAGE_SIZE);
            for (unsigned j = 0; j < PAGE_SIZE; j++)
                assert_int_equal(page[j], 0);
            memset(page, 0xa5, sizeof(page));
            store(a, AT + i * PAGE_SIZE, page, PAGE_SIZE);
        }
        MUST(a, DESCRIPTOR_RELEASE, m);
        drain();
    }
}

// All of a quota in one object, sparse and then whole; the last page is there as the first.
static void all_that_is_paid_is_there(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 6 << 20;
    struct actor *a = process_make_with(&limits);
    uint64_t size = 6 << 20, m = 0;
    while (size > 0 && ACT(a, MEMORY_ALLOCATE, size, 0) != STATUS_OK)
        size -= PAGE_SIZE;
    m = a->in.a[0];
    MUST(a, DESCRIPTOR_RELEASE, m);
    // The page tables are paid from the same quota.
    size -= 8 * PAGE_SIZE;
    m = MUST(a, MEMORY_ALLOCATE, size, 0);
    MUST(a, SPACE_MAP, 0, m, AT, 0, size, MAP_READ | MAP_WRITE);
    uint64_t none = 0;
    while (ACT(a, MEMORY_ALLOCATE, PAGE_SIZE, 0) == STATUS_OK)
        none++;
    assert_true(none < 9);
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        store(a, AT + size - PAGE_SIZE - at, &at, sizeof(at));
    for (uint64_t at = 0; at < size; at += PAGE_SIZE) {
        uint64_t value;
        load(a, AT + size - PAGE_SIZE - at, &value, sizeof(value));
        assert_int_equal(value, at);
    }
}

// The machine's memory to the last page, by init.
static void machine_runs_full(void **state) {
    (void)state;
    uint64_t left = root_quota.limit.bytes - root_quota.used.bytes, size = left, m;
    while (ACT(&init_actor, MEMORY_ALLOCATE, size, 0) != STATUS_OK)
        size -= PAGE_SIZE;
    MUST(&init_actor, DESCRIPTOR_RELEASE, init_actor.in.a[0]);
    size -= 32 * PAGE_SIZE;
    m = MUST(&init_actor, MEMORY_ALLOCATE, size, 0);
    MUST(&init_actor, SPACE_MAP, 0, m, 0x40000000, 0, size, MAP_READ | MAP_WRITE);
    uint64_t single[64], singles = 0;
    while (ACT(&init_actor, MEMORY_ALLOCATE, PAGE_SIZE, 0) == STATUS_OK)
        single[singles++] = init_actor.in.a[0];
    assert_true(singles < 64);
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        assert_true(touch(&init_actor, 0x40000000 + at, ACCESS_WRITE));
    for (uint64_t i = 0; i < singles; i++)
        MUST(&init_actor, DESCRIPTOR_RELEASE, single[i]);
    MUST(&init_actor, DESCRIPTOR_RELEASE, m);
    drain();
}

static void seal_is_for_ever(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint64_t m = MUST(a, MEMORY_ALLOCATE, 2 * PAGE_SIZE, 0);
    uint64_t reader = MUST(a, DESCRIPTOR_CLONE, m, RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP);
    assert_status(ACT(a, MEMORY_SEAL, reader), NO_RIGHT);
    assert_status(ACT(a, MEMORY_SEAL, m), SELF); // not the only one
    MUST(a, DESCRIPTOR_RELEASE, reader);
    MUST(a, SPACE_MAP, 0, m, AT, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    store(a, AT, "x", 1);
    assert_status(ACT(a, MEMORY_SEAL, m), MAPPED);
    MUST(a, SPACE_PROTECT, 0, AT, MAP_READ);
    MUST(a, MEMORY_SEAL, m);
    assert_status(ACT(a, MEMORY_SEAL, m), SEALED);
    assert_status(ACT(a, SPACE_PROTECT, 0, AT, MAP_READ | MAP_WRITE), SEALED);
    assert_status(ACT(a, SPACE_MAP, 0, m, AT + PAGE_SIZE, 0, PAGE_SIZE, MAP_READ | MAP_WRITE), SEALED);
    MUST(a, SPACE_MAP, 0, m, AT + PAGE_SIZE, 0, PAGE_SIZE, MAP_READ);
    char byte;
    load(a, AT + PAGE_SIZE, &byte, 1);
    assert_int_equal(byte, 'x');
}

static void physical_is_the_device(void **state) {
    (void)state;
    uint64_t platform = world_boot_info.platform;
    struct actor *i = &init_actor;
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, HOST_DEVICE_BASE + 1, PAGE_SIZE, 0), BAD_ALIGNMENT);
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, HOST_DEVICE_BASE, PAGE_SIZE - 1, 0), BAD_ALIGNMENT);
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, HOST_DEVICE_BASE, 0, 0), BAD_SIZE);
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, HOST_DEVICE_BASE, PAGE_SIZE, 8), BAD_FLAGS);
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, 0x100000, PAGE_SIZE, 0), TAKEN);
    assert_status(ACT(i, MEMORY_PHYSICAL, platform, HOST_CONTROLLER_BASE, PAGE_SIZE, 0), TAKEN);
    assert_status(ACT(i, MEMORY_PHYSICAL, world_supervisor, HOST_DEVICE_BASE, PAGE_SIZE, 0), WRONG_TYPE);
    uint64_t part = MUST(i, PLATFORM_RESTRICT, platform, PLATFORM_MEMORY, HOST_DEVICE_BASE, PAGE_SIZE);
    assert_status(ACT(i, MEMORY_PHYSICAL, part, HOST_DEVICE_BASE, 2 * PAGE_SIZE, 0), OUT_OF_RANGE);
    assert_status(ACT(i, MEMORY_PHYSICAL, part, HOST_DEVICE_BASE - PAGE_SIZE, PAGE_SIZE, 0), OUT_OF_RANGE);
    uint64_t used = root_quota.used.bytes;
    uint64_t m = MUST(i, MEMORY_PHYSICAL, part, HOST_DEVICE_BASE, PAGE_SIZE, CACHE_UNCACHED);
    assert_int_equal(root_quota.used.bytes, used);
    MUST(i, SPACE_MAP, 0, m, AT, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    store(i, AT + 8, "device", 7);
    assert_string_equal((const char *)host_device() + 8, "device");
    // The kernel's own copies refuse it.
    assert_status(ACT(i, LOG_WRITE, platform, AT, 4), BAD_ADDRESS);
    MUST(i, DESCRIPTOR_RELEASE, m);
    MUST(i, DESCRIPTOR_RELEASE, part);
}

// Nodes of the tree come and go with the pages, whatever the order of touches.
static void sparse_objects_are_freed(void **state) {
    (void)state;
    struct limits limits = limits_usual();
    limits.bytes = 12 << 20;
    struct actor *a = process_make_with(&limits);
    uint64_t pages = 1500, m = MUST(a, MEMORY_ALLOCATE, pages * PAGE_SIZE, 0);
    MUST(a, SPACE_MAP, 0, m, AT, 0, pages * PAGE_SIZE, MAP_READ | MAP_WRITE);
    static const uint64_t order[] = {1499, 0, 512, 511, 1023, 1024, 700};
    for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        assert_true(touch(a, AT + order[i] * PAGE_SIZE, ACCESS_WRITE));
    struct memory *memory = (struct memory *)object_of(a, m);
    assert_true(memory_page_peek(memory, 1499) != 0 && memory_page_peek(memory, 1) == 0);
    MUST(a, DESCRIPTOR_RELEASE, m);
    drain();
}

WORLD_MAIN(WORLD_TEST(sizes_are_checked), WORLD_TEST(pages_come_zeroed),
           WORLD_TEST(all_that_is_paid_is_there), WORLD_TEST(machine_runs_full), WORLD_TEST(seal_is_for_ever),
           WORLD_TEST(physical_is_the_device), WORLD_TEST(sparse_objects_are_freed))
