// SPDX-License-Identifier: MIT
//
// See user/date.h. Years are counted from March on, so that the leap day is the last day of a year; 400 years
// always have 146097 days.

#include <user/date.h>

enum { DAY_SECONDS = 86400, ERA_DAYS = 146097, DAYS_0000_03_01_TO_1970 = 719468 };

static int64_t floor_divide(int64_t value, int64_t by) {
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

struct date date_from_seconds(int64_t seconds) {
    int64_t days = floor_divide(seconds, DAY_SECONDS);
    unsigned rest = (unsigned)(seconds - days * DAY_SECONDS);
    int64_t shifted = days + DAYS_0000_03_01_TO_1970;
    int64_t era = floor_divide(shifted, ERA_DAYS);
    unsigned era_day = (unsigned)(shifted - era * ERA_DAYS);
    unsigned era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    unsigned year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    unsigned shifted_month = (5 * year_day + 2) / 153;
    unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return (struct date){
        .year = era * 400 + era_year + (month <= 2 ? 1 : 0),
        .month = month,
        .day = year_day - (153 * shifted_month + 2) / 5 + 1,
        .hour = rest / 3600,
        .minute = rest / 60 % 60,
        .second = rest % 60,
        .weekday = (unsigned)(days - floor_divide(days + 4, 7) * 7 + 4),
    };
}
