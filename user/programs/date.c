// SPDX-License-Identifier: MIT
//
// date: what day and time it is, by the clock of the machine at the start of the system.

#include <manual/date.h>
#include <user/date.h>
#include <user/program.h>

int main(int count, char **arguments) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    (void)options_take(&usage, count, arguments);
    int64_t now = date_now();
    if (now == 0)
        fail("this machine has no clock that says the date");
    struct date date = date_from_seconds(now);
    print("%s %04lld-%02u-%02u %02u:%02u:%02u UTC\n", days[date.weekday], (long long)date.year, date.month,
          date.day, date.hour, date.minute, date.second);
    return 0;
}
