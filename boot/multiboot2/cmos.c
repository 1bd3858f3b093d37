// SPDX-License-Identifier: MIT
//
// Reading the MC146818 clock: wait until no update is under way, read, and read again until two readings
// agree, since an update may begin in between. Source: MC146818A data sheet, "Update cycle" and "Register B";
// the century is in register 0x32 on PCs (FADT names it; 0x32 is what SeaBIOS and PCs use), and is 20 if
// unset.

#include "cmos.h"
#include "../arch/x86_64/cpu.h"
#include <base/string.h>

#define CMOS_INDEX        0x70
#define CMOS_DATA         0x71
#define REGISTER_STATUS_A 0x0a
#define REGISTER_STATUS_B 0x0b
#define REGISTER_CENTURY  0x32
#define UPDATING          0x80
#define MODE_BINARY       0x04
#define MODE_24_HOURS     0x02
#define HOUR_IS_PM        0x80
#define WAIT_STEPS        1000000
#define ATTEMPTS          8

struct reading {
    uint8_t second, minute, hour, day, month, year, century;
};

static uint8_t cmos_read(uint8_t index) {
    outb(CMOS_INDEX, index);
    return inb(CMOS_DATA);
}

static bool read_once(struct reading *reading) {
    unsigned steps = 0;
    while (cmos_read(REGISTER_STATUS_A) & UPDATING)
        if (++steps == WAIT_STEPS)
            return false;
    *reading = (struct reading){cmos_read(0),
                                cmos_read(2),
                                cmos_read(4),
                                cmos_read(7),
                                cmos_read(8),
                                cmos_read(9),
                                cmos_read(REGISTER_CENTURY)};
    return true;
}

static uint8_t decode(uint8_t value, uint8_t mode) {
    return mode & MODE_BINARY ? value : (uint8_t)((value >> 4) * 10 + (value & 15));
}

static uint8_t decode_hour(uint8_t value, uint8_t mode) {
    uint8_t hour = decode((uint8_t)(value & ~HOUR_IS_PM), mode);
    if (mode & MODE_24_HOURS)
        return decode(value, mode);
    return (uint8_t)(hour % 12 + (value & HOUR_IS_PM ? 12 : 0));
}

bool cmos_date_read(struct date *date) {
    struct reading reading, again;
    bool agree = false;
    for (unsigned i = 0; i < ATTEMPTS && !agree; i++) {
        if (!read_once(&reading) || !read_once(&again))
            return false;
        agree = memcmp(&reading, &again, sizeof reading) == 0;
    }
    uint8_t mode = cmos_read(REGISTER_STATUS_B);
    uint8_t century = decode(reading.century, mode);
    *date = (struct date){
        .year =
            (uint16_t)((century >= 19 && century <= 21 ? century : 20) * 100 + decode(reading.year, mode)),
        .month = decode(reading.month, mode),
        .day = decode(reading.day, mode),
        .hour = decode_hour(reading.hour, mode),
        .minute = decode(reading.minute, mode),
        .second = decode(reading.second, mode),
    };
    return agree;
}
