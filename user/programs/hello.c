// SPDX-License-Identifier: MIT
//
// hello: the smallest program.

#include <manual/hello.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    print("Hello from process %llu.\n", (unsigned long long)startup->process);
    return 0;
}
