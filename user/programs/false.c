// SPDX-License-Identifier: MIT
//
// false: ends with status 1.

#include <manual/false.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    return 1;
}
