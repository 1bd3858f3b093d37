// SPDX-License-Identifier: MIT
//
// cat: prints files, or what is typed.

#include <manual/cat.h>
#include <user/fs.h>
#include <user/program.h>

enum { CHUNK = 32768 };

static char chunk[CHUNK];

static bool input_copy(void) {
    for (;;) {
        size_t count;
        status_t status = input_read(chunk, sizeof(chunk), &count);
        if (status != STATUS_OK)
            print_error("input: %s", status_text(status));
        if (status != STATUS_OK || count == 0)
            return status == STATUS_OK;
        print_bytes(chunk, count);
        print_flush();
    }
}

static bool file_copy(const char *path) {
    struct file file;
    status_t status = fs_open(path, &file);
    uint64_t offset = 0;
    while (status == STATUS_OK) {
        size_t count;
        status = fs_read(&file, offset, chunk, sizeof(chunk), &count);
        if (status == STATUS_OK && count == 0)
            return true;
        if (status == STATUS_OK)
            print_bytes(chunk, count);
        offset += count;
    }
    print_error("%s: %s", path, status_text(status));
    return false;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = operands > 0 || input_copy();
    for (size_t i = 0; i < operands; i++)
        good = file_copy(arguments[i]) && good;
    return good ? 0 : 1;
}
