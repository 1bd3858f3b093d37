// SPDX-License-Identifier: MIT
//
// From the first instruction of a program to main(). init has applied the relocations before it mapped the
// image.

#include "startup_set.h"
#include <base/string.h>
#include <user/program.h>

void user_start(const struct startup *pages, struct message_page *page);

enum { ARGUMENTS_MAX = 512 };

static char *argument_list[ARGUMENTS_MAX + 1];

static int arguments_take(void) {
    int count = 0;
    // The strings are init's copy of what the parent gave; main() may reorder the list but not write to them.
    const char *at = (const char *)startup + startup->arguments;
    for (uint64_t i = 0; i < startup->argument_count && count < ARGUMENTS_MAX; i++) {
        argument_list[count++] = (char *)(uintptr_t)at;
        at += strlen(at) + 1;
    }
    return count;
}

void user_start(const struct startup *pages, struct message_page *page) {
    startup_set(pages, page);
    program_exit(main(arguments_take(), argument_list));
}
