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

static int start_failed(const char *name, status_t status) {
    if (status == STATUS_BAD_VALUE)
        print_error("%s: the image gives it less memory or a lower priority than that", name);
    else
        print_error("%s: %s", name, status_text(status));
    return spawn_exit_status(status);
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    struct spawn spawn;
    struct process_end end;
    uint64_t process;
    spawn_init(&spawn, operands, arguments);
    if (!options_apply(&spawn))
        return EXIT_USAGE;
    status_t status = spawn_start(&spawn, &process);
    if (status != STATUS_OK)
        return start_failed(arguments[0], status);
    status = process_attend(process, &end);
    if (status != STATUS_OK)
        fail("%s: %s", arguments[0], status_text(status));
    return (int)end.status;
}
