// SPDX-License-Identifier: MIT
//
// Storage that may still be looked at. The kernel runs to completion, so a CPU can hold a pointer that it
// looked up only until it leaves the kernel. What is retired is reused (and its charge lifted) after every
// CPU has been outside once.
#pragma once
#include <base/list.h>
#include <stdint.h>

struct retired {
    struct list link;
    uint64_t epoch;
    void (*release)(
        struct retired *retired); // frees the storage and lifts the charge; bounded; holds no lock
};

void reclaim_init(void);
void reclaim_retire(struct retired *retired, void (*release)(struct retired *));
// The CPU enters or leaves the kernel.
void reclaim_enter(void);
void reclaim_leave(void);
// What waits for its reuse; tests wait until it is 0.
unsigned reclaim_pending(void);
// Frees a bounded number of what is due; true if there was any: more may be due after the CPU has left once
// more.
bool reclaim_due(void);
// The same on each way out of the kernel, where nothing waits nearly always.
static inline bool reclaim_run(void) {
    return reclaim_pending() != 0 && reclaim_due();
}
