// SPDX-License-Identifier: MIT
//
// kernel/dev/random.c: the cipher against the RFC's own vector, and what the generator promises around it.

#include "unit.h"
#include <dev/random.h>
#include <string.h>

// RFC 8439, 2.3.2.
static void test_block_of_the_rfc(void **state) {
    (void)state;
    const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
    const uint32_t expected[16] = {0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
                                   0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                   0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
    uint8_t bytes[32];
    uint32_t key[8];
    uint32_t out[16];
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    memcpy(key, bytes, sizeof(key));
    random_block(key, 1, nonce, out);
    assert_memory_equal(out, expected, sizeof(out));
}

static void test_nothing_before_the_seed(void **state) {
    (void)state;
    struct random random = {};
    uint8_t buffer[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const uint8_t before[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    random_mix(&random, "seed", 4);
    assert_false(random_fill(&random, buffer, sizeof(buffer)));
    assert_memory_equal(buffer, before, sizeof(buffer));
}

static void test_output_depends_on_all_input(void **state) {
    (void)state;
    uint8_t seed[100] = {};
    uint8_t first[200];
    uint8_t other[200];
    struct random random = {};
    random_mix(&random, seed, sizeof(seed));
    random.seeded = true;
    assert_true(random_fill(&random, first, sizeof(first)));
    for (size_t i = 0; i < sizeof(seed); i++) {
        struct random changed = {};
        seed[i] ^= 1;
        random_mix(&changed, seed, sizeof(seed));
        changed.seeded = true;
        assert_true(random_fill(&changed, other, sizeof(other)));
        assert_memory_not_equal(first, other, sizeof(first));
        seed[i] ^= 1;
    }
}

static void test_exact_length_and_no_repeat(void **state) {
    (void)state;
    struct random random = {.seeded = true};
    uint8_t buffer[130];
    uint8_t again[128];
    memset(buffer, 0xee, sizeof(buffer));
    assert_true(random_fill(&random, buffer, 128));
    assert_int_equal(buffer[128], 0xee);
    assert_int_equal(buffer[129], 0xee);
    assert_true(random_fill(&random, again, sizeof(again)));
    assert_memory_not_equal(buffer, again, sizeof(again));
    assert_memory_not_equal(buffer, buffer + 64, 64);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_of_the_rfc),
        cmocka_unit_test(test_nothing_before_the_seed),
        cmocka_unit_test(test_output_depends_on_all_input),
        cmocka_unit_test(test_exact_length_and_no_repeat),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
