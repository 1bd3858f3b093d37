// SPDX-License-Identifier: MIT
// protocols/terminal_values.h: the numbers of the protocol terminal, for code that makes no calls too. Made
// by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum terminal_label : uint32_t {
    TERMINAL_WRITE = 1,
    TERMINAL_READ = 2,
    TERMINAL_SIZE = 3,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define TERMINAL_OFFER_SLOTS 0
#define TERMINAL_OFFER_BYTES 0ULL

#define TERMINAL_WRITE_MAX 65536ULL // most bytes of one write
#define TERMINAL_READ_MAX 4096ULL // most bytes of one read
