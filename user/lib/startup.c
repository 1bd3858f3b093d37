// SPDX-License-Identifier: MIT
//
// What a process knows about itself: its start-up pages and its message page. Set once, before main().

#include "startup_set.h"
#include <base/string.h>
#include <tessera/call.h>
#include <user/program.h>

const struct startup *startup;
static struct message_page *page_of_thread;

void startup_set(const struct startup *pages, struct message_page *page) {
    startup = pages;
    page_of_thread = page;
}

struct message_page *message_page(void) {
    return page_of_thread;
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
    return startup->argument_count > 0 ? (const char *)startup + startup->arguments : "program";
}

const char *working_directory(void) {
    return (const char *)startup + startup->directory;
}
