// SPDX-License-Identifier: MIT
//
// mv: gives files and folders another path.

#include <manual/mv.h>
#include <user/fs.h>
#include <user/path.h>
#include <user/program.h>

static bool move(const char *path, const char *target, bool into) {
    char inside[PATH_SIZE];
    if (into && !path_inside(working_directory(), target, path, inside))
        return status_report(path, STATUS_BAD_NAME);
    return status_report(path, fs_rename(path, into ? inside : target));
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    const char *target = arguments[operands - 1];
    struct file file;
    bool into = fs_open(target, &file) == STATUS_OK && file.is_directory;
    if (operands > 2 && !into)
        fail("%s: %s", target, status_text(STATUS_NOT_DIRECTORY));
    bool good = true;
    for (size_t i = 0; i + 1 < operands; i++)
        good = move(arguments[i], target, into) && good;
    return good ? 0 : 1;
}
