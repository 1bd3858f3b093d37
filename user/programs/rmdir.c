// SPDX-License-Identifier: MIT
//
// rmdir: removes empty folders.

#include <manual/rmdir.h>
#include <user/fs.h>
#include <user/program.h>

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++) {
        status_t status = fs_remove(arguments[i], true);
        if (status != STATUS_OK)
            print_error("%s: %s", arguments[i], status_text(status));
        good = good && status == STATUS_OK;
    }
    return good ? 0 : 1;
}
