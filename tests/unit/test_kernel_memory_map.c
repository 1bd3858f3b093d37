// SPDX-License-Identifier: MIT
//
// kernel/boot/memory_map.c: broken maps are mended as the header promises. The last test compares random maps
// with a model that knows nothing but an array of pages.

#include "unit.h"
#include "seed.h"
#include <base/types.h>
#include <boot/memory_map.h>
#include <stdlib.h>

#define LIMIT (1ull << 40)

static struct memory_map map;

static struct memory_map_entry source(const void *context, size_t index) {
    const struct memory_map_entry *entries = context;
    return entries[index];
}

static enum memory_map_error digest(const struct memory_map_entry *entries, size_t count) {
    return memory_map_digest(&map, source, entries, count, LIMIT);
}

static void expect(size_t index, uint64_t base, uint64_t length, enum boot_memory_kind kind) {
    assert_true(index < map.count);
    assert_int_equal(map.ranges[index].base, base);
    assert_int_equal(map.ranges[index].length, length);
    assert_int_equal(map.ranges[index].kind, kind);
}

static void test_errors(void **state) {
    (void)state;
    const struct memory_map_entry reserved[] = {{0x100000, 0x100000, 0}};
    const struct memory_map_entry covered[] = {{0x100000, 0x1000, BOOT_MEMORY_USABLE}, {0, LIMIT, 0}};
    assert_int_equal(digest(nullptr, 0), MEMORY_MAP_EMPTY);
    assert_int_equal(digest(reserved, MEMORY_MAP_ENTRIES_MOST + 1), MEMORY_MAP_TOO_LONG);
    assert_int_equal(digest(reserved, 1), MEMORY_MAP_NO_USABLE);
    assert_int_equal(digest(covered, 2), MEMORY_MAP_NO_USABLE);
    for (unsigned a = 0; a <= MEMORY_MAP_NO_USABLE; a++)
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(memory_map_error_text(a), memory_map_error_text(b));
}

static void test_unsorted_unaligned_joined(void **state) {
    (void)state;
    const struct memory_map_entry entries[] = {
        {0x300000, 0x1000, BOOT_MEMORY_USABLE},
        {0x100800, 0x2000, BOOT_MEMORY_USABLE}, // only 0x101000 to 0x102000 is whole
        {0x2ff000, 0x1000, BOOT_MEMORY_USABLE},
        {0x0, 0x9f000, BOOT_MEMORY_USABLE},
        {0x200010, 0x10, BOOT_MEMORY_ACPI},
    };
    assert_int_equal(digest(entries, array_length(entries)), MEMORY_MAP_OK);
    assert_int_equal(map.count, 4);
    expect(0, 0x1000, 0x9e000, BOOT_MEMORY_USABLE);
    expect(1, 0x101000, 0x1000, BOOT_MEMORY_USABLE);
    expect(2, 0x200000, 0x1000, BOOT_MEMORY_ACPI);
    expect(3, 0x2ff000, 0x2000, BOOT_MEMORY_USABLE);
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_USABLE), 0xa1000);
    assert_ptr_equal(memory_map_largest(&map, BOOT_MEMORY_USABLE), &map.ranges[0]);
}

static void test_wrapping(void **state) {
    (void)state;
    const struct memory_map_entry entries[] = {
        {0x100000, 0x100000, BOOT_MEMORY_USABLE},
        {UINT64_MAX - 0xfff, 0x2000, BOOT_MEMORY_USABLE},
        {0x180000, UINT64_MAX, 0}, // reserves everything from there on
    };
    assert_int_equal(digest(entries, array_length(entries)), MEMORY_MAP_OK);
    assert_int_equal(map.wrapped, 2);
    assert_int_equal(map.count, 1);
    expect(0, 0x100000, 0x80000, BOOT_MEMORY_USABLE);
}

static void test_limit(void **state) {
    (void)state;
    const struct memory_map_entry entries[] = {{LIMIT - 0x1000, 0x3000, BOOT_MEMORY_USABLE},
                                               {LIMIT + 0x10000, 0x1000, BOOT_MEMORY_USABLE}};
    assert_int_equal(digest(entries, array_length(entries)), MEMORY_MAP_OK);
    assert_int_equal(map.count, 1);
    expect(0, LIMIT - 0x1000, 0x1000, BOOT_MEMORY_USABLE);
    assert_int_equal(map.beyond_bytes, 0x3000);
}

// More pieces than there is room for: the smallest go, and are counted.
static void test_too_many_pieces(void **state) {
    (void)state;
    enum { COUNT = BOOT_MEMORY_MOST + 50 };
    static struct memory_map_entry entries[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        entries[i] = (struct memory_map_entry){
            .base = 0x100000 * (i + 1), .length = 0x1000 * (1 + i % 100), .kind = BOOT_MEMORY_USABLE};
    assert_int_equal(digest(entries, COUNT), MEMORY_MAP_OK);
    assert_int_equal(map.count, BOOT_MEMORY_MOST);
    uint64_t whole = 0;
    uint64_t smallest = UINT64_MAX;
    for (size_t i = 0; i < COUNT; i++)
        whole += entries[i].length;
    for (size_t i = 0; i < map.count; i++)
        smallest = min_u64(smallest, map.ranges[i].length);
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_USABLE) + map.dropped_bytes, whole);
    assert_true(smallest > 0x1000);
}

static void test_remove_and_insert(void **state) {
    (void)state;
    const struct memory_map_entry entries[] = {{0x100000, 0x100000, BOOT_MEMORY_USABLE}};
    assert_int_equal(digest(entries, 1), MEMORY_MAP_OK);
    memory_map_remove(&map, 0x140001, 0x10);
    assert_int_equal(map.count, 2);
    expect(0, 0x100000, 0x40000, BOOT_MEMORY_USABLE);
    expect(1, 0x141000, 0xbf000, BOOT_MEMORY_USABLE);
    assert_false(memory_map_covers(&map, 0x140fff));
    assert_true(memory_map_covers(&map, 0x141000));
    memory_map_insert(&map, 0x140000, 0x1000, BOOT_MEMORY_USABLE);
    assert_int_equal(map.count, 1);
    memory_map_remove(&map, 0x180000, UINT64_MAX);
    expect(0, 0x100000, 0x80000, BOOT_MEMORY_USABLE);
    memory_map_remove(&map, 0x100000, 0);
    assert_int_equal(map.count, 1);
}

enum { PAGES = 64, ENTRIES = 24, ROUNDS = 20000 };

// How much each kind counts in a conflict.
static unsigned strength(enum boot_memory_kind kind) {
    return kind == 0 ? 9 : kind;
}

static void model_add(unsigned pages[PAGES], const struct memory_map_entry *entry) {
    bool memory = entry->kind == BOOT_MEMORY_USABLE || entry->kind == BOOT_MEMORY_RECLAIM;
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t low = page * PAGE_SIZE;
        uint64_t high = low + PAGE_SIZE;
        uint64_t end = entry->base + entry->length;
        bool touched = memory ? entry->base <= low && end >= high : entry->base < high && end > low;
        if (touched && entry->length > 0 && strength(entry->kind) > pages[page])
            pages[page] = strength(entry->kind);
    }
}

static void compare(const unsigned pages[PAGES], unsigned seed) {
    unsigned found[PAGES] = {};
    uint64_t last = 0;
    for (size_t i = 0; i < map.count; i++) {
        const struct boot_memory *range = &map.ranges[i];
        assert_true(range->base >= last && range->length > 0);
        assert_true(is_aligned(range->base | range->length, PAGE_SIZE));
        last = range->base + range->length;
        assert_true(last <= PAGES * PAGE_SIZE);
        for (uint64_t page = range->base / PAGE_SIZE; page < last / PAGE_SIZE; page++)
            found[page] = range->kind;
    }
    for (unsigned page = 1; page < PAGES; page++)
        if (found[page] != (pages[page] == 9 ? 0 : pages[page]))
            fail_msg("page %u: kind %u, expected %u; repeat with TEST_SEED=%u", page, found[page],
                     pages[page], seed);
    assert_int_equal(found[0], 0);
}

static void test_random_maps(void **state) {
    (void)state;
    unsigned seed = seed_choose("test_kernel_memory_map", 1);
    srand(seed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct memory_map_entry entries[ENTRIES];
        unsigned pages[PAGES] = {};
        size_t count = 1 + (size_t)rand() % ENTRIES;
        for (size_t i = 0; i < count; i++) {
            entries[i].base = (uint64_t)rand() % (PAGES * PAGE_SIZE);
            entries[i].length = (uint64_t)rand() % (PAGES * PAGE_SIZE / 4);
            entries[i].length = min_u64(entries[i].length, PAGES * PAGE_SIZE - entries[i].base);
            if (rand() % 2 == 0) {
                entries[i].base = align_down(entries[i].base, PAGE_SIZE);
                entries[i].length = align_down(entries[i].length, PAGE_SIZE);
            }
            entries[i].kind = (enum boot_memory_kind)(rand() % 5);
            model_add(pages, &entries[i]);
        }
        (void)digest(entries, count);
        compare(pages, seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),          cmocka_unit_test(test_unsorted_unaligned_joined),
        cmocka_unit_test(test_wrapping),        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_too_many_pieces), cmocka_unit_test(test_remove_and_insert),
        cmocka_unit_test(test_random_maps),
    };
    return cmocka_run_group_tests_name("kernel_memory_map", tests, NULL, NULL);
}
