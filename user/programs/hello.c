// SPDX-License-Identifier: MIT
//
// hello: the smallest program.

#include <user/program.h>

int main(int count, char **arguments) {
    static const struct usage usage = {.name = "hello", .operands = "", .summary = "Says hello."};
    (void)options_take(&usage, count, arguments);
    print("Hello from process %llu.\n", (unsigned long long)startup->process);
    return 0;
}
