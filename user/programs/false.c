// SPDX-License-Identifier: MIT
//
// false: ends with status 1.

#include <user/program.h>

int main(int count, char **arguments) {
    static const struct usage usage = {.name = "false",
                                       .operands = "[WORD...]",
                                       .summary = "Ends with status 1.",
                                       .operands_max = OPERANDS_UNLIMITED};
    (void)options_take(&usage, count, arguments);
    return 1;
}
