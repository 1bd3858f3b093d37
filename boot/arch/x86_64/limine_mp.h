// SPDX-License-Identifier: MIT
//
// The part of the Limine boot protocol that is of this architecture: the response about processors. Source:
// PROTOCOL.md, "MP (Multiprocessor) Feature", x86-64.

#ifndef BOOT_ARCH_X86_64_LIMINE_MP_H
#define BOOT_ARCH_X86_64_LIMINE_MP_H

#include <base/limine.h>

#define LIMINE_MP_X2APIC 1 // in the flags of request and response

// A processor's record, and the list of them.
struct limine_mp_info {
    uint32_t processor_id;
    uint32_t lapic_id;
    uint64_t reserved; // here: the top of its stack
    uint64_t goto_address;
    uint64_t extra_argument;
};
static_assert(offsetof(struct limine_mp_info, goto_address) == 16);

struct limine_mp_response {
    uint64_t revision;
    uint32_t flags;
    uint32_t bsp_lapic_id;
    uint64_t count;
    uint64_t pointers;
};

#endif
