// SPDX-License-Identifier: MIT
//
// Malformed programs (bad_images.py makes them): each is refused by name, and the system goes on.

#include "lib/task.h"
#include <base/string.h>
#include <user/fs.h>
#include <user/program.h>

enum { IMAGES_LEAST = 50, PATH_SIZE = 128 };

static void path_make(char path[PATH_SIZE], const char *name) {
    static const char folder[] = "/test/images/";
    size_t length = strnlen(name, PATH_SIZE - sizeof(folder));
    memcpy(path, folder, sizeof(folder) - 1);
    memcpy(path + sizeof(folder) - 1, name, length);
    path[sizeof(folder) - 1 + length] = 0;
}

static void good_runs(void) {
    char *const arguments[] = {"/test/images/good"};
    uint64_t number, status, reason;
    if (OK(process_spawn("/", 1, arguments, &number)) && OK(process_wait(number, &status, &reason))) {
        EQUAL(reason, END_EXITED);
        EQUAL(status, 0);
    }
}

static void bad_are_refused(void) {
    static struct directory_entry entry;
    struct file folder;
    uint64_t position = 0, number;
    unsigned count = 0;
    if (!OK(fs_open("/test/images", &folder)))
        return;
    while (fs_list(&folder, &position, &entry) == STATUS_OK) {
        char path[PATH_SIZE];
        char *const arguments[] = {path};
        if (strcmp(entry.name, "good") == 0)
            continue;
        path_make(path, entry.name);
        if (!EXPECT(process_spawn("/", 1, arguments, &number), STATUS_BAD_IMAGE))
            note("image %s", entry.name);
        count++;
    }
    note("%u images", count);
    CHECK(count >= IMAGES_LEAST);
    good_runs();
}

static void what_is_no_file(void) {
    static const struct {
        const char *path;
        status_t status;
    } bad[] = {{"/test/images/none", STATUS_NOT_FOUND},
               {"/test/images", STATUS_IS_DIRECTORY},
               {"/test/images/good/more", STATUS_NOT_FOUND},
               {"/", STATUS_IS_DIRECTORY}};
    for (size_t i = 0; i < array_length(bad); i++) {
        char path[PATH_SIZE] = {};
        char *const arguments[] = {path};
        uint64_t number;
        memcpy(path, bad[i].path, strlen(bad[i].path));
        if (!EXPECT(process_spawn("/", 1, arguments, &number), bad[i].status))
            note("path %s", path);
    }
}

static const struct test tests[] = {
    {"a good program runs", good_runs},
    {"each malformed one is refused", bad_are_refused},
    {"what is no file", what_is_no_file},
};
GROUP(images, tests);
