// SPDX-License-Identifier: MIT
//
// The shell's variables. Each is one string NAME=VALUE of the heap, so that the list of those that children
// get can be handed on as it is.

#ifndef SH_VARIABLES_H
#define SH_VARIABLES_H

#include <base/types.h>

enum { VARIABLES_MAX = 256 };

struct variable {
    char *text; // nullptr: a free entry
    size_t name_length;
    bool exported;
};

struct variables {
    struct variable list[VARIABLES_MAX];
    const char *environment[VARIABLES_MAX + 1];
};

// nullptr: there is none of this name.
const char *variable_get(const struct variables *variables, const char *name, size_t length);
// What is exported stays so. False: no memory, or too many.
[[nodiscard]] bool variable_set(struct variables *variables, const char *name, size_t length,
                                const char *value);
// The same from NAME=VALUE.
[[nodiscard]] bool variable_assign(struct variables *variables, const char *text);
// A variable that is not there is made, empty.
[[nodiscard]] bool variable_export(struct variables *variables, const char *name, size_t length);
void variable_unset(struct variables *variables, const char *name, size_t length);

// The exported ones, or all of them. Valid until a variable changes.
const char *const *variables_environment(struct variables *variables, bool all, size_t *count);

#endif
