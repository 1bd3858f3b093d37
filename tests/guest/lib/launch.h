// SPDX-License-Identifier: MIT
//
// What stands at the top of the stack of a new task or child: where it goes from guest_enter().

#ifndef GUEST_LAUNCH_H
#define GUEST_LAUNCH_H

#include <abi/structs.h>
#include <base/types.h>

struct launch {
    void (*run)(struct launch *launch, struct message_page *page);
    uint64_t function;
    uint64_t argument;
    void *vectors; // set at the entry: what the vector registers held (arch/)
};

enum { LAUNCH_SIZE = sizeof(struct launch) };
static_assert(LAUNCH_SIZE % 16 == 0);

#endif
