// SPDX-License-Identifier: MIT
//
// env: shows the variables that programs get, or runs a program with others.

#include <manual/env.h>
#include <base/string.h>

static const char *list[INIT_ENVIRONMENT_MAX];
static size_t filled;

// Replaces the variable of the same name.
static void variable_put(const char *text) {
    size_t length = (size_t)(strchr(text, '=') - text) + 1, at = 0;
    while (at < filled && strncmp(list[at], text, length) != 0)
        at++;
    if (at == INIT_ENVIRONMENT_MAX)
        fail("more than %llu variables", INIT_ENVIRONMENT_MAX);
    filled += at == filled;
    list[at] = text;
}

static int program_run(size_t count, char **arguments) {
    struct spawn spawn;
    struct process_end end;
    spawn_init(&spawn, count, arguments);
    spawn.environment = list;
    spawn.environment_count = filled;
    (void)spawn_run(&spawn, &end);
    return (int)end.status;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments), at = 0, own;
    const char *const *environment = environment_all(&own);
    for (size_t i = 0; i < own && !option_ignore; i++)
        variable_put(environment[i]);
    while (at < operands && strchr(arguments[at], '=') != nullptr)
        variable_put(arguments[at++]);
    if (at < operands)
        return program_run(operands - at, arguments + at);
    for (size_t i = 0; i < filled; i++)
        print("%s\n", list[i]);
    return 0;
}
