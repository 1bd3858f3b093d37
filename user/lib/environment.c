// SPDX-License-Identifier: MIT
//
// The variables that a program was started with, in its start-up pages. They never change; a child gets
// others when its `struct spawn` says so.

#include <base/string.h>
#include <user/program.h>

const char *const *environment_all(size_t *count) {
    static const char *list[INIT_ENVIRONMENT_MAX];
    static size_t filled;
    const char *at = (const char *)startup + startup->environment;
    if (filled == 0) {
        for (; filled < startup->environment_count && filled < INIT_ENVIRONMENT_MAX; filled++) {
            list[filled] = at;
            at += strlen(at) + 1;
        }
    }
    *count = filled;
    return list;
}
