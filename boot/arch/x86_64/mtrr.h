// SPDX-License-Identifier: MIT
//
// Memory type ranges: read on the boot processor, written on each other one, because all must agree.

#ifndef BOOT_ARCH_X86_64_MTRR_H
#define BOOT_ARCH_X86_64_MTRR_H

#include <base/types.h>

#define MTRR_FIXED        11
#define MTRR_VARIABLE_MAX 32

struct mtrr_state {
    uint64_t default_type;
    uint64_t fixed[MTRR_FIXED];
    uint64_t variable[2 * MTRR_VARIABLE_MAX];
};

void mtrr_read(struct mtrr_state *state);
void mtrr_write(const struct mtrr_state *state);

#endif
