// SPDX-License-Identifier: MIT
//
// What init tells about a service (operation `service` of protocols/init.toml).

#ifndef USER_SERVICE_RECORD_H
#define USER_SERVICE_RECORD_H

#include <base/types.h>
#include <protocols/init_values.h>

enum service_state : uint64_t {
    SERVICE_RUNNING = 0,
    SERVICE_STARTING = 1, // after a pause
    SERVICE_STOPPED = 2,  // because somebody asked for it
    SERVICE_FAILED = 3,   // too often
    SERVICE_STATES = 4,
};

struct service_record {
    uint64_t state;
    uint64_t process;   // its number, while it runs
    uint64_t ends;      // how often it has ended
    uint64_t started;   // clock; 0: it does not run
    uint64_t essential; // 1: the system stops when it has failed too often
    uint64_t reserved;
    char name[INIT_NAME_SIZE]; // NUL-ended
};
static_assert(sizeof(struct service_record) == INIT_SERVICE_RECORD_SIZE);

#endif
