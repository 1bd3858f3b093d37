// SPDX-License-Identifier: MIT
//
// Goes through a folder and all folders in it, without recursion. What is removed or made meanwhile does no
// harm: each entry that is there all the time comes once. A walk is a large plain value; make it static.

#ifndef USER_WALK_H
#define USER_WALK_H

#include <user/fs.h>
#include <user/path.h>

enum { WALK_DEPTH_MAX = PATH_SIZE / 2 };

enum walk_event {
    WALK_FILE,
    WALK_ENTER, // a folder, before what is in it
    WALK_LEAVE, // the same folder, after it
};

struct walk {
    char path[PATH_SIZE]; // of what the last event is about, absolute
    size_t length;
    size_t start; // length of the path that the walk began with
    size_t depth; // folders entered and not left
    bool begun;
    uint64_t numbers[WALK_DEPTH_MAX];
    uint64_t positions[WALK_DEPTH_MAX];
};

// BAD_NAME when the path does not fit.
[[nodiscard]] status_t walk_start(struct walk *walk, const char *path);

// The next event, the first of which is the folder itself (or a file). NOTHING_LEFT at the end. After another
// error path says where, and the walk is over.
[[nodiscard]] status_t walk_next(struct walk *walk, enum walk_event *event);

// What stands behind the path that the walk began with: "" or "/...".
static inline const char *walk_rest(const struct walk *walk) {
    return walk->path + walk->start;
}

#endif
