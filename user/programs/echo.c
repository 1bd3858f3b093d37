// SPDX-License-Identifier: MIT
//
// echo: prints its operands.

#include <base/string.h>
#include <manual/echo.h>
#include <user/program.h>

int main(int count, char **arguments) {
    // Words are printed whatever they look like: one that asks for help does so alone.
    if (count == 2 && strcmp(arguments[1], "--help") == 0)
        (void)options_take(&usage, count, arguments);
    option_no_newline = count > 1 && strcmp(arguments[1], "-n") == 0;
    int first = option_no_newline ? 2 : 1;
    for (int i = first; i < count; i++) {
        if (i > first)
            print_bytes(" ", 1);
        print_bytes(arguments[i], strlen(arguments[i]));
    }
    if (!option_no_newline)
        print_bytes("\n", 1);
    return 0;
}
