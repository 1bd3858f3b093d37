// SPDX-License-Identifier: MIT
//
// cp: copies files and folders.

#include <base/string.h>
#include <manual/cp.h>
#include <user/program.h>
#include <user/target.h>
#include <user/walk.h>

enum { CHUNK = 65536 };

static char chunk[CHUNK];

static bool file_copy(const char *path, const struct file *from, const char *target) {
    struct file to;
    if (!status_report(target, fs_create(target, FILE_CREATE_EMPTY, &to)))
        return false;
    for (uint64_t offset = 0;;) {
        size_t count;
        if (!status_report(path, fs_read(from, offset, chunk, sizeof(chunk), &count)))
            return false;
        if (count == 0)
            return true;
        if (!status_report(target, fs_write(&to, offset, chunk, count)))
            return false;
        offset += count;
    }
}

static bool folder_make(const char *path) {
    struct file file;
    status_t status = fs_create(path, FILE_CREATE_DIRECTORY, &file);
    if (status == STATUS_EXISTS && fs_open(path, &file) == STATUS_OK && file.is_directory)
        return true;
    return status_report(path, status);
}

static bool is_or_is_below(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (length == 1 || path[length] == 0 || path[length] == '/');
}

static bool tree_copy(const char *path, const char *target) {
    static struct walk walk;
    static char absolute[PATH_SIZE], to[2 * PATH_SIZE];
    enum walk_event event = WALK_ENTER;
    struct file file;
    bool good = true;
    status_t status = walk_start(&walk, path);
    if (status != STATUS_OK || !path_resolve(working_directory(), target, absolute))
        return status_report(path, STATUS_BAD_NAME);
    if (is_or_is_below(absolute, walk.path)) {
        print_error("%s: cannot be copied into itself", path);
        return false;
    }
    while (good && (status = walk_next(&walk, &event)) == STATUS_OK) {
        format_buffer(to, sizeof(to), "%s%s", absolute, walk_rest(&walk));
        if (event == WALK_ENTER)
            good = folder_make(to);
        if (event == WALK_FILE)
            good = status_report(walk.path, fs_open(walk.path, &file)) && file_copy(walk.path, &file, to);
    }
    return good && (status == STATUS_NOTHING_LEFT || status_report(walk.path, status));
}

static bool copy(const char *path, const struct target *target) {
    char to[PATH_SIZE];
    struct file file;
    if (!target_place(target, path, &file, to))
        return false;
    if (file.is_directory && !option_recursive) {
        print_error("%s: is a folder (try -r)", path);
        return false;
    }
    return file.is_directory ? tree_copy(path, to) : file_copy(path, &file, to);
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    return target_each(operands, arguments, copy) ? 0 : 1;
}
