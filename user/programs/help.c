// SPDX-License-Identifier: MIT
//
// help: what a person can type.

#include <user/fs.h>
#include <user/program.h>

int main(int count, char **arguments) {
    static const struct usage usage = {.name = "help", .operands = "", .summary = "Lists the programs."};
    static char chunk[4096];
    (void)options_take(&usage, count, arguments);
    struct file file;
    uint64_t offset = 0;
    size_t length = 1;
    // The build makes it from the list of programs.
    status_t status = fs_open("/etc/help", &file);
    while (status == STATUS_OK && length > 0) {
        status = fs_read(&file, offset, chunk, sizeof(chunk), &length);
        if (status == STATUS_OK)
            print_bytes(chunk, length);
        offset += length;
    }
    if (status != STATUS_OK)
        fail("/etc/help: %s", status_text(status));
    return 0;
}
