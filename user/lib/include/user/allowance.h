// SPDX-License-Identifier: MIT
//
// How often a client may do something: a burst, then a steady rate, so that nobody can push the lines of
// others out of the log or flood the console. A client that nothing was heard of for long gives its entry up
// to a new one. Pure: the caller says what time it is.

#ifndef USER_ALLOWANCE_H
#define USER_ALLOWANCE_H

#include <base/types.h>

enum { ALLOWANCE_CLIENTS = 128 };

struct allowance {
    uint32_t client;  // 0: free
    uint32_t left;    // how often it may now
    uint32_t refused; // since it was allowed last
    uint64_t filled;  // nanoseconds: when `left` was last brought up to date
};

struct allowances {
    uint32_t burst, per_second; // immutable, above 0
    struct allowance clients[ALLOWANCE_CLIENTS];
};

// Takes one; false when the client has none left. Else *refused is how many were refused since the last.
[[nodiscard]] bool allowance_take(struct allowances *allowances, uint32_t client, uint64_t now,
                                  uint32_t *refused);

// The client is gone.
void allowance_forget(struct allowances *allowances, uint32_t client);

#endif
