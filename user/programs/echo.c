// SPDX-License-Identifier: MIT
//
// echo: prints its operands.

#include <base/string.h>
#include <manual/echo.h>
#include <user/program.h>

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    for (size_t i = 0; i < operands; i++) {
        if (i > 0)
            print_bytes(" ", 1);
        print_bytes(arguments[i], strlen(arguments[i]));
    }
    if (!option_no_newline)
        print_bytes("\n", 1);
    return 0;
}
