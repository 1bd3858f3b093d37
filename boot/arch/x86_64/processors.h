// SPDX-License-Identifier: MIT
//
// The other processors: found in the MADT, started one after the other when the kernel asks for them, and
// parked in the loader's memory until it sends for them.

#ifndef BOOT_ARCH_X86_64_PROCESSORS_H
#define BOOT_ARCH_X86_64_PROCESSORS_H

#include "../../arch.h"
#include "lapic.h"
#include "limine_mp.h"

// Read by jump.S at fixed offsets. All addresses but `root` as the kernel sees them.
struct jump {
    uint64_t root; // physical address of the top table
    uint64_t hhdm;
    uint64_t gdt_pointer; // operand of LGDT
    uint64_t stack_top;
    uint64_t entry;
};
static_assert(offsetof(struct jump, entry) == 32);

struct park {
    uint64_t info; // the processor's struct limine_mp_info
    uint64_t root;
    uint64_t hhdm;
    uint64_t gdt_pointer;
    uint64_t arrived; // a 32-bit word that becomes 1
};
static_assert(offsetof(struct park, arrived) == 32);

// Makes the response and takes the memory; firmware still works.
void processors_prepare(const struct arch_entry *entry);

// Whether any is to be started, and needs the trampoline and the local APIC mapped.
bool processors_are_wanted(void);

// Starts all of them. Firmware is gone, and its identity mapping still in place; `gdt_pointer` as in struct
// park. Those that do not come are taken off the list.
void processors_start(const struct arch_entry *entry, uint64_t gdt_pointer);

// The state that every processor has when the kernel gets it; entry.c.
void registers_set(void);

// What NMI pins this processor has.
struct lapic_pins processors_boot_pins(const struct acpi_tables *acpi);

#endif
