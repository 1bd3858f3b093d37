// SPDX-License-Identifier: MIT
//
// kernel/memory/page.c and slab.c, white box, on a machine that has not booted: zones with odd borders, every
// page once, blocks merged again.

#include "unit.h"
#include <host.h>
#include <string.h>
#include <arch/cpu.h>
#include <arch/memory.h>
#include "memory/page.h"
#include "memory/slab.h"
#include "sched/cpu.h"

#define PAGES_MOST 4096

static int machine(void **state) {
    (void)state;
    host_machine_create(&(struct host_configuration){.memory_bytes = 8 << 20});
    arch_cpu_attach(&cpus[0]);
    cpu_init(&cpus[0], 0);
    const struct boot_parameters *parameters = host_boot_parameters();
    for (size_t i = 0; i < parameters->memory_count; i++)
        if (parameters->memory[i].kind == BOOT_MEMORY_USABLE)
            page_zone_add(parameters->memory[i].base, parameters->memory[i].length);
    return 0;
}

static void every_page_once(void **state) {
    (void)state;
    static void *pages[PAGES_MOST];
    uint64_t all = page_free_count();
    assert_true(all > 2000);
    for (unsigned round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < all; i++) {
            pages[i] = page_alloc_paid();
            for (unsigned k = 0; k < PAGE_SIZE; k += 512)
                assert_int_equal(((char *)pages[i])[k], 0);
            memset(pages[i], 0xee, PAGE_SIZE);
            memcpy(pages[i], &i, sizeof(i));
            assert_true(page_is_managed(direct_map_physical(pages[i])));
        }
        assert_int_equal(page_free_count(), 0);
        for (uint64_t i = 0; i < all; i++)
            assert_memory_equal(pages[i], &i, sizeof(i)); // nobody has it twice
        assert_false(page_is_free(direct_map_physical(pages[3])));
        for (uint64_t i = 0; i < all; i++)
            page_free(pages[round < 2 ? (i * 977 + round) % all : i]);
        assert_int_equal(page_free_count(), all);
        assert_true(page_is_free(direct_map_physical(pages[3])));
    }
    // All merged again, but for what the cache of the CPU keeps: a large block is there.
    void *block = page_boot_alloc(200);
    for (unsigned i = 0; i < 200; i++)
        assert_int_equal(((char *)block)[i * PAGE_SIZE], 0);
    assert_int_equal(page_free_count(), all - 200);
    for (unsigned i = 0; i < 200; i++)
        page_free((char *)block + i * PAGE_SIZE);
    assert_int_equal(page_free_count(), all);
}

static void ranges_are_known(void **state) {
    (void)state;
    const struct boot_memory *first = &host_boot_parameters()->memory[0];
    assert_true(page_range_is_memory(first->base, 1));
    assert_true(page_range_is_memory(0, first->base + PAGE_SIZE));
    assert_false(page_range_is_memory(0, first->base));
    assert_true(page_range_is_memory(first->base + first->length - 1, 1));
    assert_false(page_range_is_memory(first->base + first->length, PAGE_SIZE)); // the hole
    assert_false(page_range_is_memory(HOST_DEVICE_BASE, HOST_DEVICE_SIZE));
    assert_false(page_is_managed(paddr(first->base + first->length)));
}

static void slab_keeps_the_first_word(void **state) {
    (void)state;
    uint64_t *records[40];
    slab_init(RECORD_REPLY, 200, 40);
    assert_true(slab_pages(200, 40) >= 3);
    for (unsigned round = 1; round < 4; round++) {
        for (unsigned i = 0; i < 40; i++) {
            records[i] = slab_alloc(RECORD_REPLY);
            for (unsigned k = 0; k < i; k++)
                assert_ptr_not_equal(records[i], records[k]);
            for (unsigned k = 1; k < 25; k++)
                assert_int_equal(records[i][k], 0);
            assert_true(round == 1 ? records[i][0] == 0 : records[i][0] != 0);
            memset(records[i], (int)round, 200);
        }
        assert_int_equal(slab_used(RECORD_REPLY), 40);
        for (unsigned i = 0; i < 40; i++)
            slab_free(RECORD_REPLY, records[(i * 7 + round) % 40]);
        assert_int_equal(slab_used(RECORD_REPLY), 0);
    }
    assert_non_null(slab_record(RECORD_REPLY, 39));
    assert_null(slab_record(RECORD_REPLY, 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_once),
        cmocka_unit_test(ranges_are_known),
        cmocka_unit_test(slab_keeps_the_first_word),
    };
    return cmocka_run_group_tests(tests, machine, nullptr);
}
