// SPDX-License-Identifier: MIT
//
// kernel/dev/hpet.c against a model of its registers (IA-PC HPET specification 1.0a, 2.3), whose counter
// moves by one step each time it is read while it is enabled.

#include "unit.h"
#include <dev/hpet.h>
#include <string.h>
#include "fake_registers.h"

enum { CAPABILITIES = 0, CONFIGURATION = 0x10 / 8, COUNTER = 0xf0 / 8, WORDS = 1024 / 8 };

#define PERIOD_QEMU 10'000'000ull // femtoseconds: 100 MHz
#define WIDE        (1ull << 13)

static uint64_t words[WORDS];
static uint64_t counter_step;
static bool is_stray; // an access that the specification does not allow, or that nobody needs

static void before(volatile void *page, size_t offset, bool writes) {
    is_stray |= offset % 8 != 0 || offset / 8 >= WORDS;
    if (!writes && offset / 8 == COUNTER && (words[CONFIGURATION] & 1) != 0)
        words[COUNTER] += counter_step;
    memcpy((uint8_t *)(uintptr_t)page, words, sizeof(words));
}

static void written(volatile void *page, size_t offset) {
    is_stray |= offset / 8 != CONFIGURATION;
    words[CONFIGURATION] = ((volatile uint64_t *)page)[CONFIGURATION];
}

static volatile uint64_t *registers(uint64_t capabilities, uint64_t configuration, uint64_t step) {
    static const struct fake_registers model = {before, written};
    memset(words, 0, sizeof(words));
    words[CAPABILITIES] = capabilities;
    words[CONFIGURATION] = configuration;
    counter_step = step;
    is_stray = false;
    return fake_registers_page(&model);
}

static void starts_the_counter(void **state) {
    (void)state;
    struct hpet hpet;
    // Timers 0 and 1 had taken the interrupts of PIT and RTC over; reserved bits stay as they are.
    assert_true(hpet_init(&hpet, registers(PERIOD_QEMU << 32 | WIDE | 0x8086a201, 0x8000000000000002, 1)));
    assert_int_equal(hpet.frequency, 100'000'000);
    assert_true(hpet.is_wide);
    assert_true(words[CONFIGURATION] == 0x8000000000000001);
    assert_false(is_stray);
}

// Both halves move, but of a narrow one only the lower counts.
static void width_is_obeyed(void **state) {
    (void)state;
    struct hpet hpet;
    assert_true(hpet_init(&hpet, registers(PERIOD_QEMU << 32, 0, 0x123456789)));
    assert_false(hpet.is_wide);
    words[COUNTER] = 0;
    assert_true(hpet_read(&hpet) == 0x23456789);
    assert_true(hpet_init(&hpet, registers(PERIOD_QEMU << 32 | WIDE, 0, 0x123456789)));
    words[COUNTER] = 0;
    assert_true(hpet_read(&hpet) == 0x123456789);
}

// 2.3.4: at most 100 ns; 0 means that there is none. What is refused is not touched.
static void impossible_periods_are_refused(void **state) {
    (void)state;
    static const uint64_t periods[] = {0, 1, 99'999, 100'000'001, UINT32_MAX};
    struct hpet hpet;
    for (unsigned i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        assert_false(hpet_init(&hpet, registers(periods[i] << 32 | WIDE, 2, 1)));
        assert_true(words[CONFIGURATION] == 2);
    }
    assert_true(hpet_init(&hpet, registers(100'000'000ull << 32, 0, 1)));
    assert_int_equal(hpet.frequency, 10'000'000);
    assert_true(hpet_init(&hpet, registers(100'000ull << 32, 0, 1)));
    assert_int_equal(hpet.frequency, 10'000'000'000);
}

static void a_counter_that_stands_is_refused(void **state) {
    (void)state;
    struct hpet hpet;
    assert_false(hpet_init(&hpet, registers(PERIOD_QEMU << 32 | WIDE, 0, 0)));
    // Only the upper half moves: a narrow counter stands.
    assert_false(hpet_init(&hpet, registers(PERIOD_QEMU << 32, 0, 1ull << 32)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_the_counter),
        cmocka_unit_test(width_is_obeyed),
        cmocka_unit_test(impossible_periods_are_refused),
        cmocka_unit_test(a_counter_that_stands_is_refused),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
