// SPDX-License-Identifier: MIT
//
// Seconds since 1970 as a date of the Gregorian calendar, UTC.

#ifndef USER_DATE_H
#define USER_DATE_H

#include <base/types.h>

struct date {
    int64_t year;
    unsigned month; // 1 to 12
    unsigned day;   // 1 to 31
    unsigned hour;
    unsigned minute;
    unsigned second;
    unsigned weekday; // 0 is Sunday
};

// `seconds` within 100 million years of 1970.
struct date date_from_seconds(int64_t seconds);

// Seconds since 1970; 0 where the machine has no clock that says the date.
int64_t date_now(void);

#endif
