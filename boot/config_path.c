// SPDX-License-Identifier: MIT
//
// See config_path.h. Source: CONFIG.md of Limine 12, "Paths".

#include "config_path.h"
#include "blake2b.h"
#include <base/string.h>

bool config_split_hash(struct config_text *path, struct config_text *hash) {
    *hash = (struct config_text){.line = path->line};
    for (size_t at = path->length; at-- > 0;) {
        if (path->start[at] != '#')
            continue;
        *hash = (struct config_text){path->start + at + 1, path->length - at - 1, path->line};
        path->length = at;
        return hash->length == 2 * BLAKE2B_SIZE && config_text_is_hexadecimal(*hash);
    }
    return true;
}

bool config_path(const struct config_text *value, struct config_text *path, struct config_text *hash,
                 const char **reason) {
    static const char resource[] = "boot():";
    *path = *value;
    if (!config_split_hash(path, hash)) {
        *reason = "this loader knows only BLAKE2b hashes, of 128 hexadecimal digits";
        return false;
    }
    if (path->length > 0 && path->start[0] == '$') {
        *reason = "compressed files are not supported";
        return false;
    }
    if (path->length > sizeof resource - 1 && memcmp(path->start, resource, sizeof resource - 1) == 0) {
        path->start += sizeof resource - 1;
        path->length -= sizeof resource - 1;
    }
    if (path->length == 0 || path->start[0] != '/') {
        *reason = "only paths on the boot volume are supported, 'boot():/path'";
        return false;
    }
    return true;
}
