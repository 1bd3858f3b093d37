// SPDX-License-Identifier: MIT
//
// true: ends with status 0.

#include <manual/true.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    return 0;
}
