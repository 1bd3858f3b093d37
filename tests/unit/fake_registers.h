// SPDX-License-Identifier: MIT
//
// A page of device registers behind which stands a model. Nobody may touch the page: each access faults, the
// model puts there what is to be read, the instruction runs alone, and the model takes what was written. The
// host's processor must have a trap flag (tests/unit/meson.build asks for it). One page, one thread.

#ifndef TESTS_UNIT_FAKE_REGISTERS_H
#define TESTS_UNIT_FAKE_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>

struct fake_registers {
    // Before a read or a write at this offset; `page` is what the instruction will see.
    void (*before)(volatile void *page, size_t offset, bool writes);
    // After a write.
    void (*written)(volatile void *page, size_t offset);
};

// To be called by each test, because cmocka catches signals anew for each. Ends the program when it cannot.
volatile void *fake_registers_page(const struct fake_registers *model);

#endif
