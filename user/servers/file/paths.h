// SPDX-License-Identifier: MIT
//
// Paths as clients send them. Pure.

#ifndef FILE_PATHS_H
#define FILE_PATHS_H

#include <base/types.h>

// Where the writable files are, as a part of the root.
#define PATHS_MOUNT "tmp"

// Whether it is absolute, without a NUL, and each part is a name: not empty, not `.` or `..`, at most
// FILE_NAME_MAX bytes. "/" is.
bool path_is_valid(const char *path, size_t length);

// Whether a valid path is the mount or below it; *rest is what stands behind, without the slash.
bool path_is_mounted(const char *path, size_t length, const char **rest, size_t *rest_length);

#endif
