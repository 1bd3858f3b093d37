// SPDX-License-Identifier: MIT
//
// The strings of a command, as its arguments are handed on: they lie in the storage one behind the other,
// each with its NUL, and words[count] is nullptr. Pure; a large plain value, so static or on the heap.

#ifndef SH_FIELDS_H
#define SH_FIELDS_H

#include <base/types.h>

enum { FIELDS_MAX = 500, FIELDS_SIZE = 16384 };

struct fields {
    size_t count;
    size_t used; // bytes of storage
    char *words[FIELDS_MAX + 1];
    char storage[FIELDS_SIZE];
};

void fields_clear(struct fields *fields);
// Adds a string. False: it does not fit.
[[nodiscard]] bool fields_add(struct fields *fields, const char *text, size_t length);
void fields_copy(struct fields *to, const struct fields *from);

#endif
