// SPDX-License-Identifier: MIT
//
// x86-64: this CPU's local APIC, by memory or, if the firmware left it in x2APIC mode, by MSRs.
#pragma once
#include <stdint.h>

// Maps the registers (once) and sets up this CPU's. `nmi_pin` is 0 or 1, or 2 if unknown.
void local_apic_start(uint64_t physical, unsigned nmi_pin);
void local_apic_end_of_interrupt(void);
uint32_t local_apic_id(void);
// Raises the vector on this CPU; it arrives when interrupts are on.
void local_apic_raise(unsigned vector);

// The one-shot timer: in its own ticks (0 stops it), or at a value of the time stamp counter (0 stops it).
void local_apic_timer_set(uint32_t ticks);
uint32_t local_apic_timer_left(void);
void local_apic_timer_use_deadline(void);
void local_apic_deadline_set(uint64_t tsc);
