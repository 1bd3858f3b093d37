// SPDX-License-Identifier: MIT
//
// See user/walk.h.

#include <user/walk.h>
#include <base/string.h>
#include <user/program.h>

status_t walk_start(struct walk *walk, const char *path) {
    walk->depth = 0;
    walk->begun = false;
    if (!path_resolve(working_directory(), path, walk->path))
        return STATUS_BAD_NAME;
    walk->length = strlen(walk->path);
    // The root's own slash is part of what stands behind it.
    walk->start = walk->length > 1 ? walk->length : 0;
    return STATUS_OK;
}

static status_t enter(struct walk *walk, uint64_t number) {
    if (walk->depth == WALK_DEPTH_MAX)
        return STATUS_BAD_NAME;
    walk->numbers[walk->depth] = number;
    walk->positions[walk->depth++] = 0;
    return STATUS_OK;
}

static status_t begin(struct walk *walk, enum walk_event *event) {
    struct file file;
    status_t status = fs_open(walk->path, &file);
    if (status != STATUS_OK)
        return status;
    walk->begun = true;
    *event = file.is_directory ? WALK_ENTER : WALK_FILE;
    return file.is_directory ? enter(walk, file.number) : STATUS_OK;
}

static void path_cut(struct walk *walk) {
    walk->length = max_u64(path_parent(walk->path, walk->length), 1);
    walk->path[walk->length] = 0;
}

static status_t path_add(struct walk *walk, const char *name) {
    size_t length = strlen(name);
    if (walk->length + length + 2 > PATH_SIZE)
        return STATUS_BAD_NAME;
    if (walk->length > 1)
        walk->path[walk->length++] = '/';
    memcpy(walk->path + walk->length, name, length + 1);
    walk->length += length;
    return STATUS_OK;
}

static status_t leave(struct walk *walk, enum walk_event *event) {
    walk->depth--;
    *event = WALK_LEAVE;
    return STATUS_OK;
}

// The path names the entry that came last until the next one is asked for; then that part goes.
status_t walk_next(struct walk *walk, enum walk_event *event) {
    static struct directory_entry entry;
    if (!walk->begun)
        return begin(walk, event);
    if (walk->depth == 0)
        return STATUS_NOTHING_LEFT;
    if (*event != WALK_ENTER)
        path_cut(walk);
    const struct file folder = {.number = walk->numbers[walk->depth - 1], .is_directory = true};
    status_t status = fs_list(&folder, &walk->positions[walk->depth - 1], &entry);
    if (status == STATUS_NOTHING_LEFT)
        return leave(walk, event);
    if (status == STATUS_OK)
        status = path_add(walk, entry.name);
    if (status != STATUS_OK)
        return status;
    *event = entry.file.is_directory ? WALK_ENTER : WALK_FILE;
    return entry.file.is_directory ? enter(walk, entry.file.number) : STATUS_OK;
}
