// SPDX-License-Identifier: MIT
//
// The variables that a program was started with, in its start-up pages. They never change; a child gets
// others when its `struct spawn` says so.

#include <base/string.h>
#include <user/program.h>

enum { VARIABLES_MAX = 512 };

const char *const *environment_all(size_t *count) {
    static const char *list[VARIABLES_MAX];
    static size_t filled;
    const char *at = (const char *)startup + startup->environment;
    if (filled == 0) {
        for (; filled < startup->environment_count && filled < VARIABLES_MAX; filled++) {
            list[filled] = at;
            at += strlen(at) + 1;
        }
    }
    *count = filled;
    return list;
}

const char *environment_get(const char *name) {
    size_t count, length = strlen(name);
    const char *const *list = environment_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(list[i], name, length) == 0 && list[i][length] == '=')
            return list[i] + length + 1;
    }
    return nullptr;
}
