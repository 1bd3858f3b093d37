// SPDX-License-Identifier: MIT
//
// Who a client is: its badge value carries the process number in the low half and what the image grants to it
// in the high half, the same at every service. init mints the badges; tools/imagec knows the grants by the
// same names.

#ifndef USER_IMAGE_GRANTS_H
#define USER_IMAGE_GRANTS_H

#include <base/types.h>

enum image_grant : uint32_t {
    GRANT_AUDIT = 1u << 0,     // init: list processes, descriptors, quotas
    GRANT_KILL = 1u << 1,      // init: end any process
    GRANT_INTERRUPT = 1u << 2, // init: end a program for Ctrl-C
    GRANT_SPAWN = 1u << 3,     // init: start programs
    GRANT_SESSION = 1u << 4,   // console: say who stands in the foreground; serial: the end record
    GRANT_READ_LOG = 1u << 5,  // log: read it
    GRANT_NOTICE = 1u << 6,    // console: show lines of the system between what programs write
    GRANT_SECOND = 1u << 7,    // console: in the second session, where there are two; children are too
    GRANT_RESET = 1u << 8,     // keyboard: restart the machine
    GRANT_CONTROL = 1u << 9,   // init: stop services and start them again
    GRANTS_ALL = 0x3ff,
};

static inline uint64_t badge_value(uint32_t process, uint32_t grants) {
    return (uint64_t)grants << 32 | process;
}

static inline uint32_t badge_process(uint64_t badge) {
    return (uint32_t)badge;
}

static inline bool grant_has(uint64_t badge, uint32_t grant) {
    return (badge >> 32 & grant) == grant;
}

#endif
