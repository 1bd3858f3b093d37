// SPDX-License-Identifier: MIT
//
// kernel/dev/counter.h: ratios against exact arithmetic, and counters of few bits across their wraps.

#include "unit.h"
#include <dev/counter.h>

static void test_ratios(void **state) {
    (void)state;
    static const uint64_t frequencies[] = {32'768,      3'579'545,     14'318'180,   100'000'000,
                                           999'999'937, 2'500'000'000, 4'999'999'999};
    for (size_t i = 0; i < sizeof(frequencies) / sizeof(frequencies[0]); i++) {
        uint64_t hz = frequencies[i];
        struct counter_ratio ratio = counter_ratio_make(hz, NANOSECONDS);
        assert_int_equal(ratio.multiplier,
                         (uint64_t)(((unsigned __int128)NANOSECONDS << COUNTER_SHIFT) / hz));
        // A day, to a microsecond a second.
        uint64_t day = 86'400ull * hz;
        uint64_t nanoseconds = counter_scale(ratio, day);
        assert_in_range(nanoseconds, 86'400ull * (NANOSECONDS - 1000), 86'400ull * NANOSECONDS);
    }
}

static void test_long_time_does_not_wrap(void **state) {
    (void)state;
    struct counter_ratio ratio = counter_ratio_make(2'000'000'000, NANOSECONDS);
    assert_int_equal(counter_scale(ratio, UINT64_MAX - 1), UINT64_MAX / 2);
}

static void test_wide_counter(void **state) {
    (void)state;
    struct counter_wide wide = {.mask = 0xffffff};
    uint64_t expected = 0;
    for (unsigned i = 0; i < 1000; i++) {
        expected += 0x345678; // wraps every fifth time
        assert_int_equal(counter_widen(&wide, expected & 0xffffff), expected);
    }
    // A reading from before the last one, as another CPU may bring, does not go back and is not a wrap.
    assert_int_equal(counter_widen(&wide, (expected - 100) & 0xffffff), expected);
    assert_int_equal(counter_widen(&wide, (expected + 1) & 0xffffff), expected + 1);
}

static void test_a_counter_that_runs_already(void **state) {
    (void)state;
    for (uint64_t first = 0; first <= 0xffffff; first += 0x11111) {
        struct counter_wide wide;
        counter_wide_start(&wide, 0xffffff, first | 0xab000000);
        assert_int_equal(counter_widen(&wide, first), first);
        assert_int_equal(counter_widen(&wide, (first + 716) & 0xffffff), first + 716);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_long_time_does_not_wrap),
        cmocka_unit_test(test_wide_counter),
        cmocka_unit_test(test_a_counter_that_runs_already),
    };
    return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
