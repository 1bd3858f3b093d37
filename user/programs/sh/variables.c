// SPDX-License-Identifier: MIT
//
// See variables.h.

#include "variables.h"
#include <base/string.h>
#include <user/heap.h>

static struct variable *find(const struct variables *variables, const char *name, size_t length) {
    for (size_t i = 0; i < VARIABLES_MAX; i++) {
        const struct variable *variable = &variables->list[i];
        if (variable->text != nullptr && variable->name_length == length &&
            strncmp(variable->text, name, length) == 0)
            return (struct variable *)(uintptr_t)variable;
    }
    return nullptr;
}

static struct variable *find_free(struct variables *variables) {
    for (size_t i = 0; i < VARIABLES_MAX; i++) {
        if (variables->list[i].text == nullptr)
            return &variables->list[i];
    }
    return nullptr;
}

const char *variable_get(const struct variables *variables, const char *name, size_t length) {
    const struct variable *variable = find(variables, name, length);
    return variable != nullptr ? variable->text + length + 1 : nullptr;
}

bool variable_set(struct variables *variables, const char *name, size_t length, const char *value) {
    struct variable *variable = find(variables, name, length);
    if (variable == nullptr)
        variable = find_free(variables);
    size_t size = strlen(value) + 1;
    char *text = variable != nullptr ? heap_allocate(length + 1 + size) : nullptr;
    if (text == nullptr)
        return false;
    memcpy(text, name, length);
    text[length] = '=';
    memcpy(text + length + 1, value, size);
    // The old text last: name or value may lie in it.
    char *old = variable->text;
    *variable = (struct variable){
        .text = text, .name_length = length, .exported = old != nullptr && variable->exported};
    if (old != nullptr)
        heap_free(old);
    return true;
}

bool variable_assign(struct variables *variables, const char *text) {
    const char *equals = strchr(text, '=');
    return equals == nullptr || variable_set(variables, text, (size_t)(equals - text), equals + 1);
}

bool variable_export(struct variables *variables, const char *name, size_t length) {
    if (find(variables, name, length) == nullptr && !variable_set(variables, name, length, ""))
        return false;
    find(variables, name, length)->exported = true;
    return true;
}

void variable_unset(struct variables *variables, const char *name, size_t length) {
    struct variable *variable = find(variables, name, length);
    if (variable == nullptr)
        return;
    heap_free(variable->text);
    *variable = (struct variable){};
}

const char *const *variables_environment(struct variables *variables, bool all, size_t *count) {
    *count = 0;
    for (size_t i = 0; i < VARIABLES_MAX; i++) {
        const struct variable *variable = &variables->list[i];
        if (variable->text != nullptr && (all || variable->exported))
            variables->environment[(*count)++] = variable->text;
    }
    return variables->environment;
}
