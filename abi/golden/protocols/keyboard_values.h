// SPDX-License-Identifier: MIT
// protocols/keyboard_values.h: the numbers of the protocol keyboard, for code that makes no calls too. Made
// by tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum keyboard_label : uint32_t {
    KEYBOARD_READ = 1,
    KEYBOARD_RESET = 2,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define KEYBOARD_OFFER_SLOTS 0
#define KEYBOARD_OFFER_BYTES 0ULL

#define KEYBOARD_READ_MAX 4096ULL // most bytes of one read
