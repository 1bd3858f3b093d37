// SPDX-License-Identifier: MIT
//
// What the compiler calls for copies of structures. Nothing else of a library is there.

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    char *out = to;
    for (const char *in = from; size-- > 0;)
        *out++ = *in++;
    return to;
}

void *memset(void *to, int value, size_t size) {
    for (char *out = to; size-- > 0;)
        *out++ = (char)value;
    return to;
}
