// SPDX-License-Identifier: MIT
//
// cp: copies files and folders.

#include <base/string.h>
#include <manual/cp.h>
#include <user/program.h>
#include <user/walk.h>

enum { CHUNK = 65536 };

static char chunk[CHUNK];

static bool file_copy(const char *path, const char *target) {
    struct file from, to;
    if (!status_report(path, fs_open(path, &from)))
        return false;
    if (fs_open(target, &to) == STATUS_OK && to.number == from.number) {
        print_error("%s: is %s itself", target, path);
        return false;
    }
    if (!status_report(target, fs_create(target, FS_CREATE_EMPTY, &to)))
        return false;
    for (uint64_t offset = 0;;) {
        size_t count;
        if (!status_report(path, fs_read(&from, offset, chunk, sizeof(chunk), &count)))
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
    status_t status = fs_create(path, FS_CREATE_DIRECTORY, &file);
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
            good = file_copy(walk.path, to);
    }
    return good && (status == STATUS_NOTHING_LEFT || status_report(walk.path, status));
}

static bool copy(const char *path, const char *target, bool into) {
    char inside[PATH_SIZE];
    struct file file;
    if (into && !path_inside(working_directory(), target, path, inside))
        return status_report(path, STATUS_BAD_NAME);
    if (!status_report(path, fs_open(path, &file)))
        return false;
    if (file.is_directory && !option_recursive) {
        print_error("%s: is a folder (try -r)", path);
        return false;
    }
    return file.is_directory ? tree_copy(path, into ? inside : target)
                             : file_copy(path, into ? inside : target);
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
        good = copy(arguments[i], target, into) && good;
    return good ? 0 : 1;
}
