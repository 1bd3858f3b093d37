// SPDX-License-Identifier: MIT
//
// Memory type ranges (see mtrr.h). Source: PROTOCOL.md, "MP Feature", which asks for the same ranges on every
// processor; Intel SDM volume 3, 12.11.2 (registers) and 12.11.7.2 (how to change them).

#include "mtrr.h"
#include "cpu.h"

#define MSR_MTRR_CAP      0xfeU
#define MSR_MTRR_VARIABLE 0x200U
#define MSR_MTRR_DEFAULT  0x2ffU
#define CAP_FIXED         (1ULL << 8)
#define DEFAULT_ENABLE    (1ULL << 11)

static const uint32_t fixed_msrs[MTRR_FIXED] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
                                                0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

static bool has_mtrr(void) {
    return (cpuid(1).edx & (1U << 12)) != 0;
}

static uint32_t variable_count(void) {
    return 2 * (uint32_t)min_u64(rdmsr(MSR_MTRR_CAP) & 0xff, MTRR_VARIABLE_MAX);
}

static bool has_fixed(void) {
    return (rdmsr(MSR_MTRR_CAP) & CAP_FIXED) != 0;
}

void mtrr_read(struct mtrr_state *state) {
    if (!has_mtrr())
        return;
    state->default_type = rdmsr(MSR_MTRR_DEFAULT);
    for (uint32_t i = 0; i < MTRR_FIXED && has_fixed(); i++)
        state->fixed[i] = rdmsr(fixed_msrs[i]);
    for (uint32_t i = 0; i < variable_count(); i++)
        state->variable[i] = rdmsr(MSR_MTRR_VARIABLE + i);
}

static void caches_flush(void) {
    __asm__ volatile("wbinvd\n\tmov %%cr3, %%rax\n\tmov %%rax, %%cr3" : : : "rax", "memory");
}

void mtrr_write(const struct mtrr_state *state) {
    if (!has_mtrr())
        return;
    uint64_t cr0 = read_cr0();
    write_cr0((cr0 | CR0_CD) & ~CR0_NW);
    caches_flush();
    wrmsr(MSR_MTRR_DEFAULT, state->default_type & ~DEFAULT_ENABLE);
    for (uint32_t i = 0; i < MTRR_FIXED && has_fixed(); i++)
        wrmsr(fixed_msrs[i], state->fixed[i]);
    for (uint32_t i = 0; i < variable_count(); i++)
        wrmsr(MSR_MTRR_VARIABLE + i, state->variable[i]);
    wrmsr(MSR_MTRR_DEFAULT, state->default_type);
    caches_flush();
    write_cr0(cr0);
}
