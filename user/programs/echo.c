// SPDX-License-Identifier: MIT
//
// echo: prints its operands.

#include <base/string.h>
#include <user/program.h>

static bool flag_no_newline;

int main(int count, char **arguments) {
    static const struct option options[] = {{'n', "no newline at the end", &flag_no_newline}, {}};
    static const struct usage usage = {
        .name = "echo",
        .operands = "[WORD...]",
        .summary = "Prints its operands with blanks between them.",
        .options = options,
        .operands_max = OPERANDS_UNLIMITED,
    };
    size_t operands = options_take(&usage, count, arguments);
    for (size_t i = 0; i < operands; i++) {
        if (i > 0)
            print_bytes(" ", 1);
        print_bytes(arguments[i], strlen(arguments[i]));
    }
    if (!flag_no_newline)
        print_bytes("\n", 1);
    return 0;
}
