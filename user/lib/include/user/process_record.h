// SPDX-License-Identifier: MIT
//
// What init tells about a process (operation `list` of protocols/init.toml).

#ifndef USER_PROCESS_RECORD_H
#define USER_PROCESS_RECORD_H

#include <base/types.h>
#include <protocols/init_values.h>

enum process_state : uint64_t { PROCESS_RUNNING = 0, PROCESS_ENDED = 1 };

struct process_record {
    uint64_t number; // 1 is init
    uint64_t parent; // who waits for it; 0: init itself
    uint64_t state;
    uint64_t service; // 1: the image names it as a service
    uint64_t threads;
    uint64_t descriptors;
    uint64_t bytes_used;
    uint64_t bytes_limit;
    uint64_t cpu_time; // nanoseconds
    uint64_t reserved[3];
    char name[INIT_NAME_SIZE]; // NUL-ended
};
static_assert(sizeof(struct process_record) == INIT_PROCESS_RECORD_SIZE);

#endif
