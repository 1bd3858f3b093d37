// SPDX-License-Identifier: MIT
//
// What init hands to each process at its start: some read-only pages, whose address is the first thread's
// argument (docs/init_contract.md). Offsets count from the start of the structure and lie inside `size`.

#ifndef USER_STARTUP_H
#define USER_STARTUP_H

#include <abi/structs.h>
#include <base/types.h>
#include <user/stream.h>

#define STARTUP_MAGIC 0x7075747261745354ULL

enum { STARTUP_DESCRIPTORS_MAX = 48, STARTUP_NAME_SIZE = 24, STARTUP_SIZE_MAX = 32768 };

struct startup_descriptor {
    char name[STARTUP_NAME_SIZE]; // "console", "file", "log", "init", "endpoint", "ports0", ...
    desc_t descriptor;
};

struct startup {
    uint64_t magic;
    uint64_t size;    // of all of it
    uint64_t process; // its number
    uint64_t argument_count;
    uint64_t arguments; // offset of argument_count NUL-ended strings
    uint64_t environment_count;
    uint64_t environment; // offset of environment_count NUL-ended strings NAME=VALUE
    uint64_t directory;   // offset of the working directory, a NUL-ended absolute path
    uint64_t stack_start;
    uint64_t stack_size;
    uint64_t image_start;
    uint64_t image_end;
    uint64_t heap_start;                 // addresses from here on are free for the program's own mappings
    struct stream streams[STREAM_COUNT]; // a pipe's number is the descriptor of its end
    uint64_t descriptor_count;
    struct startup_descriptor descriptors[STARTUP_DESCRIPTORS_MAX];
};

// The calling process's own; set before main() and never changed.
extern const struct startup *startup;

// DESCRIPTOR_NONE when init gave none of this name.
desc_t startup_descriptor(const char *name);
bool startup_has(const char *name);

#endif
