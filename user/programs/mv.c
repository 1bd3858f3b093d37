// SPDX-License-Identifier: MIT
//
// mv: gives files and folders another path.

#include <manual/mv.h>
#include <user/program.h>
#include <user/target.h>

static bool move(const char *path, const struct target *target) {
    char to[PATH_SIZE];
    struct file file;
    if (!target_place(target, path, &file, to))
        return false;
    status_t status = fs_rename(path, to);
    // The source is there, so what is missing is the folder that it goes to.
    return status_report(status == STATUS_NOT_FOUND ? to : path, status);
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    return target_each(operands, arguments, move) ? 0 : 1;
}
