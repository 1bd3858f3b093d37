// SPDX-License-Identifier: MIT
//
// HPET main counter (IA-PC HPET specification 1.0a, 2.3): read only, none of its timers is used.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct hpet {
    volatile uint64_t *registers;
    uint64_t frequency; // Hz
    bool is_wide;       // 64 bits, else 32
};

// Starts the counter; false if what is there is no HPET that can be right.
bool hpet_init(struct hpet *hpet, volatile uint64_t *registers);

static inline uint64_t hpet_read(const struct hpet *hpet) {
    uint64_t value = hpet->registers[0xf0 / 8];
    return hpet->is_wide ? value : (uint32_t)value;
}
