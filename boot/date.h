// SPDX-License-Identifier: MIT
//
// Calendar time to seconds since 1970, for firmware clocks.

#ifndef BOOT_DATE_H
#define BOOT_DATE_H

#include <base/types.h>

// Gregorian, UTC. `month` and `day` count from 1.
struct date {
    uint16_t year;
    uint8_t month;
    uint8_t day;
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
};

// 0 for a date that no clock can mean: before 1970, or with a field out of range.
int64_t date_to_seconds(const struct date *date);

#endif
