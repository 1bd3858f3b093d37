// SPDX-License-Identifier: MIT
//
// touch: makes empty files.

#include <manual/touch.h>
#include <user/fs.h>
#include <user/program.h>

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++) {
        struct file file;
        status_t status = fs_create(arguments[i], FILE_CREATE_OPEN, &file);
        // To be as long as it was is a change, too.
        if (status == STATUS_OK)
            status = fs_truncate(&file, file.size);
        good = status_report(arguments[i], status) && good;
    }
    return good ? 0 : 1;
}
