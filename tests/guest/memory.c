// SPDX-License-Identifier: MIT
//
// Memory objects: anonymous ones, physical ranges, sealing.

#include "lib/child.h"
#include "machine.h"
#include <base/string.h>

static void zero_filled_and_paid(void) {
    struct quota_info before = own_quota();
    desc_t memory = SELF;
    OK(ts_memory_allocate(PAGES(3) + 1, 0, &memory));
    EQUAL(own_quota().bytes_used - before.bytes_used, PAGES(4));
    EQUAL(own_quota().records_used[RECORD_MEMORY] - before.records_used[RECORD_MEMORY], 1);
    EQUAL(info_of(memory).size, PAGES(4));
    OK(ts_space_map(SELF, memory.value, AREA, 0, PAGES(4), MAP_READ | MAP_WRITE));
    const volatile uint64_t *words = (const volatile uint64_t *)AREA;
    uint64_t sum = 0;
    for (size_t i = 0; i < PAGES(4) / sizeof(*words); i++)
        sum |= words[i];
    EQUAL(sum, 0);
    memset((void *)(uintptr_t)AREA, 0xa5, PAGES(4));
    drop(memory);
    // Whatever frames come now, nothing of the old content is in them.
    memory = memory_at(AREA, 64, MAP_READ);
    for (size_t i = 0; i < PAGES(64) / sizeof(*words); i++)
        sum |= words[i];
    EQUAL(sum, 0);
    drop(memory);
}

static void sizes_refused(void) {
    desc_t memory = SELF;
    EXPECT(ts_memory_allocate(0, 0, &memory), STATUS_BAD_SIZE);
    EXPECT(ts_memory_allocate(MEMORY_SIZE_MAX + 1, 0, &memory), STATUS_BAD_SIZE);
    EXPECT(ts_memory_allocate(UINT64_MAX, 0, &memory), STATUS_BAD_SIZE);
    EXPECT(ts_memory_allocate(MEMORY_SIZE_MAX, 0, &memory), STATUS_NO_QUOTA);
    EXPECT(ts_memory_allocate(own_quota().bytes_limit, 0, &memory), STATUS_NO_QUOTA);
    EXPECT(ts_memory_allocate(PAGE_SIZE, 1, &memory), STATUS_BAD_FLAGS);
}

static void all_of_the_quota(void) {
    struct quota_info info = own_quota();
    uint64_t rest = align_down(info.bytes_limit - info.bytes_used, PAGE_SIZE);
    desc_t memory = SELF, one = SELF, last[16];
    unsigned more = 0;
    // The object's own nodes are paid, too: one page for 64.
    uint64_t size = rest;
    while (ts_memory_allocate(size, 0, &memory) == STATUS_NO_QUOTA && CHECK(size > rest - rest / 32))
        size -= PAGE_SIZE;
    while (more < array_length(last) && ts_memory_allocate(PAGE_SIZE, 0, &last[more]) == STATUS_OK)
        more++;
    CHECK(more < array_length(last));
    EXPECT(ts_memory_allocate(PAGE_SIZE, 0, &one), STATUS_NO_QUOTA);
    EXPECT(ts_descriptor_clone(memory, RIGHTS_MEMORY_ALL, &one), STATUS_NO_QUOTA);
    desc_t weak = weak_of(memory);
    EXPECT(ts_descriptor_strengthen(weak, &one), STATUS_NO_QUOTA);
    drop(weak);
    while (more > 0)
        drop(last[--more]);
    drop(memory);
}

// What is paid for is there: every page of a large object can be touched, and keeps what is written.
static void every_page_is_there(void) {
    uint64_t pages = (24 << 20) / PAGE_SIZE;
    desc_t memory = memory_at(AREA, pages, MAP_READ | MAP_WRITE);
    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(AREA + PAGES(i)) = i + 1;
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < pages; i++)
        wrong += *(volatile uint64_t *)(AREA + PAGES(i)) != i + 1;
    EQUAL(wrong, 0);
    drop(memory);
}

static void seal(void) {
    desc_t memory = memory_at(AREA, 1, MAP_READ | MAP_WRITE);
    *(volatile uint64_t *)AREA = 42;
    EXPECT(ts_memory_seal(memory), STATUS_MAPPED);
    OK(ts_space_protect(SELF, AREA, MAP_READ));
    desc_t clone = clone_of(memory, RIGHTS_MEMORY_ALL);
    EXPECT(ts_memory_seal(memory), STATUS_SELF);
    drop(clone);
    OK(ts_memory_seal(memory));
    EXPECT(ts_memory_seal(memory), STATUS_SEALED);
    EQUAL(*(volatile uint64_t *)AREA, 42);
    EXPECT(ts_space_protect(SELF, AREA, MAP_READ | MAP_WRITE), STATUS_SEALED);
    EXPECT(ts_space_map(SELF, memory.value, AREA + PAGES(4), 0, PAGE_SIZE, MAP_READ | MAP_WRITE),
           STATUS_SEALED);
    OK(ts_space_map(SELF, memory.value, AREA + PAGES(4), 0, PAGE_SIZE, MAP_READ | MAP_EXECUTE));
    EQUAL(*(volatile uint64_t *)(AREA + PAGES(4)), 42);
    clone = clone_of(memory, RIGHTS_MEMORY_ALL);
    EXPECT(ts_space_map(SELF, clone.value, AREA + PAGES(8), 0, PAGE_SIZE, MAP_READ | MAP_WRITE),
           STATUS_SEALED);
    drop(clone);
    drop(memory);
}

static void physical_ranges(void) {
    desc_t memory = SELF;
    EXPECT(ts_memory_physical(platform, MACHINE_DEVICE + 8, PAGE_SIZE, 0, &memory), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_memory_physical(platform, MACHINE_DEVICE, PAGE_SIZE + 8, 0, &memory), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_memory_physical(platform, MACHINE_DEVICE, PAGE_SIZE, CACHE_UNCACHED | CACHE_WRITE_COMBINING,
                              &memory),
           STATUS_BAD_FLAGS);
    EXPECT(ts_memory_physical(platform, align_down(UINT64_MAX, PAGE_SIZE), PAGES(2), 0, &memory),
           STATUS_OUT_OF_RANGE);
    desc_t part = SELF;
    OK(ts_platform_restrict(platform, PLATFORM_MEMORY, MACHINE_DEVICE, PAGES(2), &part));
    EXPECT(ts_memory_physical(part, MACHINE_DEVICE + PAGES(1), PAGES(2), 0, &memory), STATUS_OUT_OF_RANGE);
    EXPECT(ts_memory_physical(part, MACHINE_DEVICE - PAGE_SIZE, PAGES(1), 0, &memory), STATUS_OUT_OF_RANGE);
    if (OK(ts_memory_physical(part, MACHINE_DEVICE + PAGES(1), PAGES(1), CACHE_UNCACHED, &memory))) {
        struct descriptor_info info = info_of(memory);
        EQUAL(info.value, MACHINE_DEVICE + PAGES(1));
        EQUAL(info.charge, 0);
        EXPECT(ts_memory_seal(memory), STATUS_WRONG_KIND);
        EXPECT(ts_space_map(SELF, memory.value, AREA, 0, PAGE_SIZE, MAP_READ | MAP_EXECUTE), STATUS_NO_RIGHT);
        drop(memory);
    }
    drop(part);
}

// Ordinary memory, the kernel's and other programs' pages among it, can never be had as a physical range.
static void physical_memory_is_taken(void) {
    desc_t memory = SELF;
    EXPECT(ts_memory_physical(platform, MACHINE_MEMORY, PAGE_SIZE, 0, &memory), STATUS_TAKEN);
    EXPECT(ts_memory_physical(platform, MACHINE_MEMORY, 64 << 20, 0, &memory), STATUS_TAKEN);
    EXPECT(ts_memory_physical(platform, 0, 1ULL << 32, 0, &memory), STATUS_TAKEN);
    EXPECT(ts_memory_physical(platform, 1ULL << 45, MEMORY_SIZE_MAX, 0, &memory), STATUS_TAKEN);
}

// Nor can the registers of what the kernel drives itself, alone or in a longer range that begins before them.
static void devices_of_the_kernel_are_taken(void) {
    static const uint64_t bases[] = MACHINE_RESERVED;
    desc_t memory = SELF;
    for (size_t i = 0; i < array_length(bases); i++) {
        EXPECT(ts_memory_physical(platform, bases[i], PAGE_SIZE, CACHE_UNCACHED, &memory), STATUS_TAKEN);
        EXPECT(ts_memory_physical(platform, bases[i] - PAGES(1), PAGES(2), CACHE_UNCACHED, &memory),
               STATUS_TAKEN);
        if (OK(ts_memory_physical(platform, bases[i] + PAGES(1), PAGES(1), CACHE_UNCACHED, &memory)))
            drop(memory);
    }
}

static const struct test tests[] = {
    {"memory is zero and paid in full", zero_filled_and_paid},
    {"sizes that are refused", sizes_refused},
    {"the quota to its last page", all_of_the_quota},
    {"every page that is paid for is there", every_page_is_there},
    {"sealed memory stays as it is", seal},
    {"physical ranges of a device", physical_ranges},
    {"ordinary memory is no physical range", physical_memory_is_taken},
    {"the kernel's devices are no physical range", devices_of_the_kernel_are_taken},
};
GROUP(memory, tests);
