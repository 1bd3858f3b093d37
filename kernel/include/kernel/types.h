// SPDX-License-Identifier: MIT
//
// Types that all of the kernel shares.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <abi/constants.h>
#include <abi/status.h>

// A physical address. One-member struct, so that it is not mistaken for a virtual one.
typedef struct {
    uint64_t value;
} paddr_t;

static inline paddr_t paddr(uint64_t value) {
    return (paddr_t){value};
}
