// SPDX-License-Identifier: MIT
// protocols/power_values.h: the numbers of the protocol power, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum power_label : uint32_t {
    POWER_OFF = 1,
    POWER_RESTART = 2,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define POWER_OFFER_SLOTS 0
#define POWER_OFFER_BYTES 0ULL
