// SPDX-License-Identifier: MIT
//
// user/lib/date.c against the host's gmtime_r(), around every kind of leap year and far away from 1970.

#include "unit.h"
#include <user/date.h>
#include <time.h>

static void check(int64_t seconds) {
    struct tm tm;
    time_t time = seconds;
    struct date date = date_from_seconds(seconds);
    assert_non_null(gmtime_r(&time, &tm));
    assert_int_equal(date.year, tm.tm_year + 1900L);
    assert_int_equal(date.month, tm.tm_mon + 1);
    assert_int_equal(date.day, tm.tm_mday);
    assert_int_equal(date.hour, tm.tm_hour);
    assert_int_equal(date.minute, tm.tm_min);
    assert_int_equal(date.second, tm.tm_sec);
    assert_int_equal(date.weekday, tm.tm_wday);
}

static void test_every_day_of_four_centuries(void **state) {
    (void)state;
    const int64_t day = 86400;
    for (int64_t at = -72000 * day; at < 150000 * day; at += day) {
        check(at);
        check(at - 1);
    }
}

static void test_far_away(void **state) {
    (void)state;
    for (int64_t at = -60000000000000; at < 60000000000000; at += 86399999999)
        check(at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_four_centuries),
        cmocka_unit_test(test_far_away),
    };
    return cmocka_run_group_tests_name("user_date", tests, NULL, NULL);
}
