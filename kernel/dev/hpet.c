// SPDX-License-Identifier: MIT
//
// See hpet.h.

#include "hpet.h"

#define CAPABILITIES   0
#define CONFIGURATION  (0x10 / 8)
#define WIDE           (1u << 13)
#define ENABLED        1ull
#define LEGACY_ROUTING 2ull
#define PERIOD_MOST    100'000'000u // femtoseconds (2.3.4)
#define PERIOD_LEAST   100'000u     // faster than any there is: 10 GHz
#define FEMTOSECONDS   1'000'000'000'000'000ull

bool hpet_init(struct hpet *hpet, volatile uint64_t *registers) {
    uint64_t capabilities = registers[CAPABILITIES];
    uint32_t period = (uint32_t)(capabilities >> 32);
    if (period < PERIOD_LEAST || period > PERIOD_MOST)
        return false;
    hpet->registers = registers;
    hpet->frequency = FEMTOSECONDS / period;
    hpet->is_wide = (capabilities & WIDE) != 0;
    registers[CONFIGURATION] = (registers[CONFIGURATION] & ~LEGACY_ROUTING) | ENABLED;
    // A counter that stands still is none.
    uint64_t first = hpet_read(hpet);
    for (unsigned i = 0; i < 1000; i++)
        if (hpet_read(hpet) != first)
            return true;
    return false;
}
