// SPDX-License-Identifier: MIT
//
// rm: removes files and folders.

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

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = (option_recursive ? tree_remove(arguments[i])
                                 : report(arguments[i], fs_remove(arguments[i], false))) &&
               good;
    return good ? 0 : 1;
}
