// SPDX-License-Identifier: MIT
//
// How much a client may write: a burst, then a steady rate, so that nobody can push the lines of others out
// of the log or flood the console. A client that nothing was heard of for long gives its entry up to a new
// one. Pure: the caller says what time it is.

#ifndef LOG_ALLOWANCE_H
#define LOG_ALLOWANCE_H

#include <base/types.h>

enum { ALLOWANCE_CLIENTS = 128, ALLOWANCE_BURST = 30, ALLOWANCE_PER_SECOND = 10 };

struct allowance {
    uint32_t client; // 0: free
    uint32_t lines;  // that it may write now
    uint64_t filled; // nanoseconds: when `lines` was last brought up to date
};

struct allowances {
    struct allowance clients[ALLOWANCE_CLIENTS];
};

// Takes one line; false when the client has none left.
[[nodiscard]] bool allowance_take(struct allowances *allowances, uint32_t client, uint64_t now);

// The client is gone.
void allowance_forget(struct allowances *allowances, uint32_t client);

#endif
