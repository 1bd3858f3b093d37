// SPDX-License-Identifier: MIT
//
// run: runs a program with less than the image gives it: memory, priority; or in another folder. init refuses
// more than the image says.

#include <manual/run.h>
#include <user/path.h>

static bool options_apply(struct spawn *spawn) {
    static char directory[PATH_SIZE];
    if (option_memory != nullptr && (!size_parse(option_memory, &spawn->memory) || spawn->memory == 0)) {
        print_error("'%s' is no size (a number, with K or M)", option_memory);
        return false;
    }
    if (option_priority != nullptr &&
        (!number_parse(option_priority, &spawn->priority) || spawn->priority == 0)) {
        print_error("'%s' is no priority (a number from 1 on)", option_priority);
        return false;
    }
    if (option_directory != nullptr && !path_resolve(working_directory(), option_directory, directory)) {
        print_error("'%s' is no path", option_directory);
        return false;
    }
    spawn->directory = option_directory != nullptr ? directory : spawn->directory;
    return true;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    struct spawn spawn;
    struct process_end end;
    spawn_init(&spawn, operands, arguments);
    if (!options_apply(&spawn))
        return EXIT_USAGE;
    (void)spawn_run(&spawn, &end);
    return (int)end.status;
}
