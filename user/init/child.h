// SPDX-License-Identifier: MIT
//
// A process while init puts it together: between loader.c, which fills its memory, and grants.c, which gives
// it its descriptors. Lives for one process_start().

#ifndef INIT_CHILD_H
#define INIT_CHILD_H

#include "init.h"
#include <user/startup.h>

struct child {
    struct process *process;
    const struct start *start;
    desc_t space;
    struct elf_image image;
    uint64_t stack_start;
    uint64_t heap_start;
    uint64_t startup_address;
    struct startup *startup; // being put together, in init's heap
};

// Gives the child all descriptors that its entry of the image grants, and notes them in its start-up pages.
// On an error some may have been given; they end with the process that is not started.
[[nodiscard]] status_t child_give(struct child *child);

#endif
