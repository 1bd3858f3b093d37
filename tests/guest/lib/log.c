// SPDX-License-Identifier: MIT
//
// See log.h.

#include "log.h"
#include "test.h"
#include <base/string.h>

enum { LINE_SIZE = 1024, ROUNDS_MAX = 1000 };

static bool line_has(const char *line, size_t used, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= used; i++) {
        if (memcmp(line + i, text, length) == 0)
            return true;
    }
    return false;
}

bool log_find(const char *text, char *line, size_t size) {
    static char chunk[LOG_READ_MAX], current[LINE_SIZE];
    size_t used = 0;
    bool found = false;
    uint64_t position = 0;
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        uint64_t filled = 0, next = 0;
        if (!OK(ts_log_read(platform, position, chunk, sizeof(chunk), &filled, &next)) || filled == 0)
            break;
        position = next;
        for (uint64_t i = 0; i < filled; i++) {
            if (chunk[i] != '\n' && used < LINE_SIZE - 1) {
                current[used++] = chunk[i];
                continue;
            }
            if (line_has(current, used, text)) {
                found = true;
                size_t length = size > 0 ? min_u64(used, size - 1) : 0;
                memcpy(line, current, length);
                if (size > 0)
                    line[length] = 0;
            }
            used = 0;
        }
    }
    return found;
}
