// SPDX-License-Identifier: MIT
//
// Calendar arithmetic (see date.h).

#include "date.h"

static bool is_leap(unsigned year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Days from 1970-01-01 to the first day of `year`.
static int64_t days_before_year(unsigned year) {
    unsigned past = year - 1;
    int64_t leap_days = (int64_t)past / 4 - past / 100 + past / 400;
    return (int64_t)(year - 1970) * 365 + leap_days - 477;
}

int64_t date_to_seconds(const struct date *date) {
    static const uint16_t days_before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    if (date->year < 1970 || date->month < 1 || date->month > 12 || date->day < 1 || date->day > 31 ||
        date->hour > 23 || date->minute > 59 || date->second > 60)
        return 0;
    int64_t days = days_before_year(date->year) + days_before_month[date->month - 1] + date->day - 1;
    if (date->month > 2 && is_leap(date->year))
        days++;
    return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}
