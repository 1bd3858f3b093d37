// SPDX-License-Identifier: MIT
//
// boot/memory_map.c: known maps, and random ones against a model that asks about every byte border by itself.

#include "unit.h"
#include "seed.h"
#include "../../boot/memory_map.h"
#include <stdlib.h>
#include <string.h>

enum { RANGES = 64 };

static struct limine_memory_range raw_ranges[RANGES];
static struct limine_memory_range out_ranges[2 * RANGES + 1];
static struct memory_map raw, out;

static int start(void **state) {
    (void)state;
    raw = (struct memory_map){raw_ranges, 0, RANGES};
    out = (struct memory_map){out_ranges, 0, 2 * RANGES + 1};
    return 0;
}

static void add(uint64_t base, uint64_t length, enum limine_memory_type type) {
    assert_true(memory_map_add(&raw, base, length, type));
}

static void assert_range(size_t index, uint64_t base, uint64_t length, enum limine_memory_type type) {
    assert_true(index < out.count);
    assert_int_equal(out.ranges[index].base, base);
    assert_int_equal(out.ranges[index].length, length);
    assert_int_equal(out.ranges[index].type, type);
}

static void test_empty(void **state) {
    (void)state;
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 0);
    add(0x1000, 0, LIMINE_MEMORY_USABLE);
    assert_int_equal(raw.count, 0);
}

static void test_sorts_and_joins(void **state) {
    (void)state;
    add(0x3000, 0x1000, LIMINE_MEMORY_USABLE);
    add(0x1000, 0x1000, LIMINE_MEMORY_USABLE);
    add(0x2000, 0x1000, LIMINE_MEMORY_USABLE);
    add(0x8000, 0x1000, LIMINE_MEMORY_RESERVED);
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 2);
    assert_range(0, 0x1000, 0x3000, LIMINE_MEMORY_USABLE);
    assert_range(1, 0x8000, 0x1000, LIMINE_MEMORY_RESERVED);
}

static void test_overlap_splits(void **state) {
    (void)state;
    add(0x0, 0x10000, LIMINE_MEMORY_USABLE);
    add(0x4000, 0x2000, LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    add(0x5000, 0x4000, LIMINE_MEMORY_RESERVED);
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 4);
    assert_range(0, 0x0, 0x4000, LIMINE_MEMORY_USABLE);
    assert_range(1, 0x4000, 0x1000, LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    assert_range(2, 0x5000, 0x4000, LIMINE_MEMORY_RESERVED);
    assert_range(3, 0x9000, 0x7000, LIMINE_MEMORY_USABLE);
}

// A PC's first megabyte: usable memory ends inside a page.
static void test_strict_types_are_shrunk(void **state) {
    (void)state;
    add(0x0, 0x9fc00, LIMINE_MEMORY_USABLE);
    add(0x9fc00, 0x400, LIMINE_MEMORY_RESERVED);
    add(0x200800, 0x1000, LIMINE_MEMORY_USABLE);
    add(0x300001, 0x3000, LIMINE_MEMORY_LOADER_RECLAIMABLE);
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 3);
    assert_range(0, 0x0, 0x9f000, LIMINE_MEMORY_USABLE);
    assert_range(1, 0x9fc00, 0x400, LIMINE_MEMORY_RESERVED);
    assert_range(2, 0x301000, 0x2000, LIMINE_MEMORY_LOADER_RECLAIMABLE);
}

static void test_mapped_tables_win_over_reserved_only(void **state) {
    (void)state;
    add(0xf0000, 0x10000, LIMINE_MEMORY_RESERVED);
    add(0x100000, 0x10000, LIMINE_MEMORY_ACPI_RECLAIMABLE);
    assert_true(memory_map_add_pages(&raw, 0xf59e0, 36, LIMINE_MEMORY_RESERVED_MAPPED));
    assert_true(memory_map_add_pages(&raw, 0x100010, 36, LIMINE_MEMORY_RESERVED_MAPPED));
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 4);
    assert_range(1, 0xf5000, 0x1000, LIMINE_MEMORY_RESERVED_MAPPED);
    assert_range(3, 0x100000, 0x10000, LIMINE_MEMORY_ACPI_RECLAIMABLE);
}

static void test_end_of_the_address_space(void **state) {
    (void)state;
    add(UINT64_MAX - 0x1fff, UINT64_MAX, LIMINE_MEMORY_RESERVED);
    assert_true(memory_map_add_pages(&raw, UINT64_MAX - 10, 100, LIMINE_MEMORY_FRAMEBUFFER));
    assert_true(memory_map_build(&out, &raw));
    assert_int_equal(out.count, 1);
    assert_range(0, UINT64_MAX - 0x1fff, 0x1fff, LIMINE_MEMORY_RESERVED);
}

static void test_full(void **state) {
    (void)state;
    for (unsigned i = 0; i < RANGES; i++)
        add(0x2000 * i, 0x1000, LIMINE_MEMORY_USABLE);
    assert_false(memory_map_add(&raw, 0, 1, LIMINE_MEMORY_RESERVED));
    out.capacity = RANGES - 1;
    assert_false(memory_map_build(&out, &raw));
    out.capacity = RANGES;
    assert_true(memory_map_build(&out, &raw));
}

static void test_find(void **state) {
    (void)state;
    uint64_t base;
    add(0x1000, 0x4000, LIMINE_MEMORY_USABLE);
    add(0x10000, 0x2000, LIMINE_MEMORY_USABLE);
    add(0x20000, 0x8000, LIMINE_MEMORY_RESERVED);
    assert_true(memory_map_build(&out, &raw));
    assert_true(memory_map_find(&out, 1, UINT64_MAX, &base));
    assert_int_equal(base, 0x11000);
    assert_true(memory_map_find(&out, 4, UINT64_MAX, &base));
    assert_int_equal(base, 0x1000);
    assert_true(memory_map_find(&out, 1, 0x11fff, &base));
    assert_int_equal(base, 0x10000);
    assert_true(memory_map_find(&out, 1, 0x8000, &base));
    assert_int_equal(base, 0x4000);
    assert_false(memory_map_find(&out, 5, UINT64_MAX, &base));
    assert_false(memory_map_find(&out, 1, 0x1fff, &base));
    assert_false(memory_map_find(&out, 0, UINT64_MAX, &base));
    assert_false(memory_map_find(&out, UINT64_MAX, UINT64_MAX, &base));
}

// The model: the same precedence, written as an order from weakest to strongest, asked point by point.
static int model_type(uint64_t position) {
    static const int order[] = {0, 5, 6, 1, 4, 8, 2, 3, 7};
    int best = -1;
    for (size_t i = 0; i < raw.count; i++) {
        if (position < raw.ranges[i].base || position - raw.ranges[i].base >= raw.ranges[i].length)
            continue;
        for (int rank = 0; rank < 9; rank++)
            if (order[rank] == (int)raw.ranges[i].type && rank > best)
                best = rank;
    }
    return best < 0 ? -1 : order[best];
}

static int built_type(uint64_t position) {
    for (size_t i = 0; i < out.count; i++)
        if (position >= out.ranges[i].base && position - out.ranges[i].base < out.ranges[i].length)
            return (int)out.ranges[i].type;
    return -1;
}

// A page that is usable or reclaimable from border to border must be so in the map, and no other page may.
static bool model_page_is(uint64_t page, int type) {
    for (uint64_t position = page; position < page + PAGE_SIZE; position += 0x400U)
        if (model_type(position) != type)
            return false;
    return true;
}

static void check_against_model(void) {
    uint64_t end = 0;
    assert_true(memory_map_build(&out, &raw));
    for (size_t i = 0; i < out.count; i++) {
        assert_true(out.ranges[i].length > 0 && out.ranges[i].base >= end);
        end = out.ranges[i].base + out.ranges[i].length;
    }
    for (uint64_t position = 0; position < 0x20000; position += 0x400) {
        int model = model_type(position);
        int built = built_type(position);
        if (model == 0 || model == 5)
            assert_int_equal(built, model_page_is(position & ~0xfffULL, model) ? model : -1);
        else
            assert_int_equal(built, model);
    }
}

static void test_random(void **state) {
    (void)state;
    srand(seed_choose("test_boot_memory_map", SEED_ANY));
    for (int round = 0; round < 2000; round++) {
        raw.count = 0;
        for (int i = rand() % 12; i > 0; i--)
            add((uint64_t)(rand() % 0x78) * 0x400, (uint64_t)(rand() % 0x20) * 0x400,
                (enum limine_memory_type)((unsigned)rand() % LIMINE_MEMORY_TYPES));
        check_against_model();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_empty, start),
        cmocka_unit_test_setup(test_sorts_and_joins, start),
        cmocka_unit_test_setup(test_overlap_splits, start),
        cmocka_unit_test_setup(test_strict_types_are_shrunk, start),
        cmocka_unit_test_setup(test_mapped_tables_win_over_reserved_only, start),
        cmocka_unit_test_setup(test_end_of_the_address_space, start),
        cmocka_unit_test_setup(test_full, start),
        cmocka_unit_test_setup(test_find, start),
        cmocka_unit_test_setup(test_random, start),
    };
    return cmocka_run_group_tests_name("boot_memory_map", tests, NULL, NULL);
}
