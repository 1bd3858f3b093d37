// SPDX-License-Identifier: MIT
//
// See user/target.h.

#include <user/target.h>
#include <base/string.h>
#include <user/program.h>

static bool target_take(struct target *target, const char *path, size_t sources) {
    struct file file;
    target->path = path;
    target->is_folder = fs_open(path, &file) == STATUS_OK && file.is_directory;
    return sources == 1 || target->is_folder || status_report(path, STATUS_NOT_DIRECTORY);
}

bool target_each(size_t operands, char **arguments,
                 bool (*one)(const char *source, const struct target *target)) {
    struct target target;
    bool good = true;
    if (!target_take(&target, arguments[operands - 1], operands - 1))
        return false;
    for (size_t i = 0; i + 1 < operands; i++)
        good = one(arguments[i], &target) && good;
    return good;
}

// There are no links, so a file has one absolute path.
static bool is_same(const char *a, const char *b) {
    char absolute_a[PATH_SIZE], absolute_b[PATH_SIZE];
    return path_resolve(working_directory(), a, absolute_a) &&
           path_resolve(working_directory(), b, absolute_b) && strcmp(absolute_a, absolute_b) == 0;
}

bool target_place(const struct target *target, const char *source, struct file *file, char out[PATH_SIZE]) {
    if (!status_report(source, fs_open(source, file)))
        return false;
    if (!target->is_folder && path_ends_with_slash(target->path) && !file->is_directory)
        return status_report(target->path, STATUS_NOT_DIRECTORY);
    bool fits = target->is_folder ? path_inside(working_directory(), target->path, source, out)
                                  : format_buffer(out, PATH_SIZE, "%s", target->path) < PATH_SIZE;
    if (!fits)
        return status_report(source, STATUS_BAD_NAME);
    if (is_same(source, out)) {
        print_error("%s: is %s itself", out, source);
        return false;
    }
    return true;
}
