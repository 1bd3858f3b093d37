// SPDX-License-Identifier: MIT
//
// An amount that a quota is charged: bytes, and kernel records by type.
#pragma once
#include <stdint.h>
#include <abi/objects.h>

struct charge {
    uint64_t bytes;
    uint32_t records[RECORD_COUNT];
};

static inline struct charge charge_bytes(uint64_t bytes) {
    return (struct charge){.bytes = bytes};
}

static inline struct charge charge_records(enum record_type type, uint32_t count) {
    struct charge charge = {};
    charge.records[type] = count;
    return charge;
}

static inline void charge_add(struct charge *sum, const struct charge *part) {
    sum->bytes += part->bytes;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        sum->records[i] += part->records[i];
}
