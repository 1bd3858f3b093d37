// SPDX-License-Identifier: MIT
//
// boot/date.c against the C library, day by day, and what it refuses.

#include "unit.h"
#include "../../boot/date.h"
#include <time.h>

static void test_every_day(void **state) {
    (void)state;
    for (int64_t day = 0; day < 84000; day++) {
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        struct date date = {(uint16_t)(tm.tm_year + 1900), (uint8_t)(tm.tm_mon + 1), (uint8_t)tm.tm_mday,
                            (uint8_t)tm.tm_hour,           (uint8_t)tm.tm_min,       (uint8_t)tm.tm_sec};
        assert_int_equal(date_to_seconds(&date), seconds);
    }
}

static void test_refused(void **state) {
    (void)state;
    static const struct date bad[] = {
        {1969, 12, 31, 0, 0, 0}, {2026, 0, 1, 0, 0, 0},  {2026, 13, 1, 0, 0, 0}, {2026, 1, 0, 0, 0, 0},
        {2026, 1, 32, 0, 0, 0},  {2026, 1, 1, 24, 0, 0}, {2026, 1, 1, 0, 60, 0}, {2026, 1, 1, 0, 0, 61},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(date_to_seconds(&bad[i]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_day), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests_name("boot_date", tests, NULL, NULL);
}
