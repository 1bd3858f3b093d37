// SPDX-License-Identifier: MIT
//
// The threads of one quota that are ready at one priority on one CPU. Inside a priority the CPU goes round
// the groups, and inside a group round its threads, so that many threads of one quota get no more than one of
// another.
#pragma once
#include <base/list.h>
#include <abi/constants.h>

#define CPU_MOST 4

struct sched_group {
    struct list link;    // in the CPU's list of groups of this priority, when a thread is ready
    struct list threads; // ready threads, in turn
};
