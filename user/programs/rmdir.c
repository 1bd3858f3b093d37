// SPDX-License-Identifier: MIT
//
// rmdir: removes empty folders.

#include <manual/rmdir.h>
#include <user/fs.h>
#include <user/program.h>

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = status_report(arguments[i], fs_remove(arguments[i], true)) && good;
    return good ? 0 : 1;
}
