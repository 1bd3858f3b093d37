// SPDX-License-Identifier: MIT
//
// The local APIC of the processor that runs the code: the state that the protocol asks for, and the messages
// that start another processor. Registers are reached through an identity mapping of their page.

#ifndef BOOT_ARCH_X86_64_LAPIC_H
#define BOOT_ARCH_X86_64_LAPIC_H

#include "../../acpi.h"

// Where NMI comes in at one processor, as the MADT says: for LINT0 and LINT1 the bits of the vector's entry,
// 0 where the table says nothing.
struct lapic_pins {
    uint32_t lint[2];
};

struct lapic_pins lapic_pins_of(const struct acpi_tables *acpi, uint32_t uid);

uint32_t lapic_id(void);
uint64_t lapic_address(void);

bool lapic_has_x2apic(void);
bool lapic_is_x2apic(void);
// Whether the processor refuses to go back to the older mode.
bool lapic_is_locked(void);
void lapic_set_x2apic(bool on);

// Enabled, nothing pending in it, every vector masked. Only the mask bit changes, but for the pins of NMI.
void lapic_quiet(const struct lapic_pins *pins);

// INIT, and start-up at a physical address on a page below 1 MiB, for the processor with this id.
void lapic_send_init(uint32_t id);
void lapic_send_startup(uint32_t id, uint64_t address);

#endif
