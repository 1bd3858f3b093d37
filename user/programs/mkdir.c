// SPDX-License-Identifier: MIT
//
// mkdir: makes folders.

#include <base/string.h>
#include <manual/mkdir.h>
#include <user/fs.h>
#include <user/path.h>
#include <user/program.h>

static status_t folder_make(const char *path) {
    struct file file;
    status_t status = fs_create(path, FILE_CREATE_DIRECTORY, &file);
    if (option_parents && (status == STATUS_EXISTS || status == STATUS_READ_ONLY) &&
        fs_open(path, &file) == STATUS_OK && file.is_directory)
        return STATUS_OK;
    return status;
}

// Each folder on the way, then the last.
static status_t path_make(const char *path) {
    char absolute[PATH_SIZE];
    if (!path_resolve(working_directory(), path, absolute))
        return STATUS_BAD_NAME;
    status_t status = STATUS_OK;
    for (char *slash = strchr(absolute + 1, '/'); slash != nullptr && status == STATUS_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        status = folder_make(absolute);
        *slash = '/';
    }
    return status == STATUS_OK ? folder_make(absolute) : status;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++) {
        status_t status = option_parents ? path_make(arguments[i]) : folder_make(arguments[i]);
        good = status_report(arguments[i], status) && good;
    }
    return good ? 0 : 1;
}
