// SPDX-License-Identifier: MIT
//
// See paths.h.

#include "paths.h"
#include "volume.h"
#include <base/string.h>

bool path_is_valid(const char *path, size_t length) {
    if (length == 0 || path[0] != '/')
        return false;
    for (size_t at = 1; at < length || (at == length && length > 1);) {
        const char *slash = at < length ? memchr(path + at, '/', length - at) : nullptr;
        size_t part = slash != nullptr ? (size_t)(slash - path) - at : length - at;
        if (!name_is_valid(path + at, part))
            return false;
        at += part + 1;
    }
    return true;
}

bool path_is_mounted(const char *path, size_t length, const char **rest, size_t *rest_length) {
    const size_t mount = sizeof("/" PATHS_MOUNT) - 1;
    if (length < mount || memcmp(path, "/" PATHS_MOUNT, mount) != 0 || (length > mount && path[mount] != '/'))
        return false;
    const size_t skip = length > mount ? mount + 1 : mount;
    *rest = path + skip;
    *rest_length = length - skip;
    return true;
}
