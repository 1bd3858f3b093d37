// SPDX-License-Identifier: MIT
//
// From the first instruction of a program to main(). init has applied the relocations before it mapped the image.

#include <user/program.h>
#include <base/string.h>
#include <tessera/call.h>

void user_start(const struct startup *pages, struct message_page *page);

enum { ARGUMENTS_MAX = 512 };

const struct startup *startup;
static struct message_page *page_of_thread;
static char *argument_list[ARGUMENTS_MAX + 1];


struct message_page *message_page(void) {
    return page_of_thread;
}

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
    startup = pages;
    page_of_thread = page;
    int count = arguments_take();
    program_exit(main(count, argument_list));
}

desc_t startup_descriptor(const char *name) {
    for (uint64_t i = 0; i < startup->descriptor_count; i++) {
        if (strncmp(startup->descriptors[i].name, name, STARTUP_NAME_SIZE) == 0)
            return startup->descriptors[i].descriptor;
    }
    return (desc_t){DESCRIPTOR_NONE};
}

bool startup_has(const char *name) {
    return startup_descriptor(name).value != DESCRIPTOR_NONE;
}

const char *program_name(void) {
    return argument_list[0] != nullptr ? argument_list[0] : "program";
}

const char *working_directory(void) {
    return (const char *)startup + startup->directory;
}

void program_exit(int status) {
    print_flush();
    for (;;)
        (void)ts_process_exit((uint64_t)status & 0xff);
}
