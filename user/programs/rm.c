// SPDX-License-Identifier: MIT
//
// rm: removes files and folders.

#include <base/string.h>
#include <manual/rm.h>
#include <user/program.h>
#include <user/walk.h>

static bool report(const char *path, status_t status) {
    return (option_force && status == STATUS_NOT_FOUND) || status_report(path, status);
}

// A folder is removed behind what is in it. What cannot be removed is reported, and the rest goes on.
static bool tree_remove(const char *path) {
    static struct walk walk;
    enum walk_event event = WALK_ENTER;
    bool good = true;
    status_t status = walk_start(&walk, path);
    while (status == STATUS_OK && (status = walk_next(&walk, &event)) == STATUS_OK) {
        if (event != WALK_ENTER)
            good = report(walk.path, fs_remove(walk.path, event == WALK_LEAVE)) && good;
    }
    return (status == STATUS_NOTHING_LEFT || report(path, status)) && good;
}

// `.`, `..` and the root are not removed: that is a mistake, most likely.
static bool is_spared(const char *path) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = path_parent(path, end);
    start += path[start] == '/';
    bool dots = end - start <= 2 && path[start] == '.' && path[end - 1] == '.';
    return end > 0 ? dots : *path == '/';
}

static bool path_remove(const char *path) {
    if (is_spared(path)) {
        print_error("%s: is not removed", path);
        return false;
    }
    return option_recursive ? tree_remove(path) : report(path, fs_remove(path, false));
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = path_remove(arguments[i]) && good;
    return good ? 0 : 1;
}
