// SPDX-License-Identifier: MIT
// protocols/pipe_values.h: the numbers of the protocol pipe, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum pipe_label : uint32_t {
    PIPE_MAKE = 1,
    PIPE_READ = 2,
    PIPE_WRITE = 3,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define PIPE_OFFER_SLOTS 0
#define PIPE_OFFER_BYTES 0ULL

#define PIPE_READ_MAX 65536ULL // most bytes of one read
#define PIPE_WRITE_MAX 65536ULL // most bytes of one write
