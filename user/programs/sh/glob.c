// SPDX-License-Identifier: MIT
//
// See glob.h. The path grows and shrinks by one part at each level of the walk; a pattern that does not fit
// in a path stands for none.

#include "glob.h"
#include "wildcard.h"
#include <base/string.h>
#include <user/fs.h>
#include <user/path.h>

struct glob {
    const char *directory;
    struct fields *fields;
    size_t first; // of the fields that were added here
    bool overflow;
    size_t length; // of path, which is as it was typed
    char path[PATH_SIZE];
};

static bool path_add(struct glob *glob, const char *text, size_t length) {
    if (length >= PATH_SIZE - glob->length)
        return false;
    memcpy(glob->path + glob->length, text, length);
    glob->length += length;
    glob->path[glob->length] = 0;
    return true;
}

static void path_cut(struct glob *glob, size_t length) {
    glob->length = length;
    glob->path[length] = 0;
}

static bool path_open(const struct glob *glob, struct file *file) {
    char resolved[PATH_SIZE];
    return path_resolve(glob->directory, glob->length == 0 ? "." : glob->path, resolved) &&
           fs_open(resolved, file) == STATUS_OK;
}

// Puts the path among those that were added, where it belongs.
static void result_add(struct glob *glob) {
    struct fields *fields = glob->fields;
    if (!fields_add(fields, glob->path, glob->length)) {
        glob->overflow = true;
        return;
    }
    char *added = fields->words[fields->count - 1];
    size_t at = fields->count - 1;
    for (; at > glob->first && strcmp(added, fields->words[at - 1]) < 0; at--)
        fields->words[at] = fields->words[at - 1];
    fields->words[at] = added;
}

static void walk(struct glob *glob, const char *pattern);

// A part without signs, which need not be in any list: `..`, or one in a folder that cannot be read.
static void walk_plain(struct glob *glob, const char *part, size_t length) {
    size_t start = glob->length;
    struct file file;
    if (!path_add(glob, part, length))
        return;
    path_cut(glob, start + wildcard_unquote(glob->path + start, length));
    if (part[length] != 0)
        walk(glob, part + length);
    else if (path_open(glob, &file))
        result_add(glob);
}

static void walk_names(struct glob *glob, const char *part, size_t length) {
    static struct directory_entry entry; // read anew behind each level below
    size_t start = glob->length;
    uint64_t position = 0;
    struct file folder;
    if (!path_open(glob, &folder) || !folder.is_directory)
        return;
    while (!glob->overflow && fs_list(&folder, &position, &entry) == STATUS_OK) {
        bool hidden = entry.name[0] == '.' && *part != '.';
        bool goes_on = part[length] == 0 || entry.file.is_directory;
        if (!hidden && goes_on && wildcard_matches(part, length, entry.name) &&
            path_add(glob, entry.name, strlen(entry.name)))
            walk(glob, part + length);
        path_cut(glob, start);
    }
}

// What stands behind the path so far: slashes, and then a part. Nothing: the path is a result.
static void walk(struct glob *glob, const char *pattern) {
    size_t slashes = 0, length = 0;
    while (pattern[slashes] == '/')
        slashes++;
    if (!path_add(glob, pattern, slashes))
        return;
    const char *part = pattern + slashes;
    while (part[length] != 0 && part[length] != '/')
        length++;
    if (length == 0)
        result_add(glob);
    else if (wildcard_present(part, length))
        walk_names(glob, part, length);
    else
        walk_plain(glob, part, length);
}

bool glob_expand(const char *directory, const char *pattern, struct fields *fields) {
    struct glob glob = {.directory = directory, .fields = fields, .first = fields->count};
    if (wildcard_present(pattern, strlen(pattern)))
        walk(&glob, pattern);
    return !glob.overflow;
}
