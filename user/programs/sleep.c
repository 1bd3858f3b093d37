// SPDX-License-Identifier: MIT
//
// sleep: waits.

#include <base/string.h>
#include <manual/sleep.h>
#include <user/program.h>

// Seconds with at most nine places behind the point, as nanoseconds.
static bool duration_parse(char *text, uint64_t *nanoseconds) {
    enum { SECONDS_MAX = 1000000000 };
    uint64_t seconds = 0, fraction = 0, scale = 1'000'000'000;
    char *point = strchr(text, '.');
    if (point != nullptr) {
        if (strlen(point + 1) > 9 || !number_parse(point + 1, &fraction))
            return false;
        for (const char *digit = point + 1; *digit; digit++)
            scale /= 10;
    }
    for (char *digit = text; *digit && digit != point; digit++) {
        if (*digit < '0' || *digit > '9' || seconds > SECONDS_MAX)
            return false;
        seconds = seconds * 10 + (uint64_t)(*digit - '0');
    }
    *nanoseconds = seconds * 1'000'000'000 + fraction * scale;
    return text != point && text[0] != 0 && seconds <= SECONDS_MAX;
}

int main(int count, char **arguments) {
    uint64_t duration;
    (void)options_take(&usage, count, arguments);
    if (!duration_parse(arguments[0], &duration)) {
        print_error("'%s' is no number of seconds", arguments[0]);
        return EXIT_USAGE;
    }
    sleep_until(clock_now() + duration);
    return 0;
}
