// SPDX-License-Identifier: MIT
//
// uptime: how long the system has been running.

#include <manual/uptime.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    uint64_t now = clock_now();
    uint64_t seconds = now / 1'000'000'000;
    print("up %llu days, %02llu:%02llu:%02llu.%03llu\n", (unsigned long long)(seconds / 86400),
          (unsigned long long)(seconds / 3600 % 24), (unsigned long long)(seconds / 60 % 60),
          (unsigned long long)(seconds % 60), (unsigned long long)(now / 1'000'000 % 1000));
    return 0;
}
