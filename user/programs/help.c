// SPDX-License-Identifier: MIT
//
// help: what a person can type. The build makes the list and the pages from user/programs/manual.

#include <base/string.h>
#include <manual/help.h>
#include <user/fs.h>
#include <user/path.h>
#include <user/program.h>

static status_t file_print(const char *path) {
    static char chunk[4096];
    struct file file;
    uint64_t offset = 0;
    size_t length = 1;
    status_t status = fs_open(path, &file);
    while (status == STATUS_OK && length > 0) {
        status = fs_read(&file, offset, chunk, sizeof(chunk), &length);
        if (status == STATUS_OK)
            print_bytes(chunk, length);
        offset += length;
    }
    return status;
}

int main(int count, char **arguments) {
    char path[PATH_SIZE] = "/etc/help";
    size_t operands = options_take(&usage, count, arguments);
    if (operands > 0 &&
        (strchr(arguments[0], '/') != nullptr || !path_resolve("/etc/manual", arguments[0], path)))
        fail("%s: %s", arguments[0], status_text(STATUS_BAD_NAME));
    status_t status = file_print(path);
    if (status == STATUS_NOT_FOUND && operands > 0)
        fail("%s: there is no page of this name (try help)", arguments[0]);
    if (status != STATUS_OK)
        fail("%s: %s", path, status_text(status));
    return 0;
}
