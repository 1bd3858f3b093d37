// SPDX-License-Identifier: MIT
//
// Paths as text: an absolute path without `.`, `..` and empty parts names each file in one way.

#ifndef USER_PATH_H
#define USER_PATH_H

#include <base/types.h>
#include <protocols/file_values.h>

enum { PATH_SIZE = FILE_PATH_MAX }; // with a NUL

// Joins `path` to the absolute `directory` (unless it is absolute itself) and writes the one name of that
// file.
// `..` above the root stays at the root. False when the path is empty or does not fit.
[[nodiscard]] bool path_resolve(const char *directory, const char *path, char out[PATH_SIZE]);

// The path that a copy of `path` has in `folder`: its last part behind the folder. Both may be relative.
// False when `path` is the root, or does not fit.
[[nodiscard]] bool path_inside(const char *directory, const char *folder, const char *path,
                               char out[PATH_SIZE]);

// The length of the path of the folder that this one stands in, for a path of one name each (as above, or
// relative): what is before its last slash. 0: the root, or what the path is relative to.
static inline size_t path_parent(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

// Whether it ends with a slash, as the name of a folder may.
bool path_ends_with_slash(const char *path);

// What stands behind the last slash.
const char *path_base(const char *path);

#endif
