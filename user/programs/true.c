// SPDX-License-Identifier: MIT
//
// true: ends with status 0.

#include <user/program.h>

int main(int count, char **arguments) {
    static const struct usage usage = {.name = "true",
                                       .operands = "[WORD...]",
                                       .summary = "Ends with status 0.",
                                       .operands_max = OPERANDS_UNLIMITED};
    (void)options_take(&usage, count, arguments);
    return 0;
}
