// SPDX-License-Identifier: MIT
//
// x86-64: local APIC, I/O APICs and the lines behind them.
#pragma once
#include <stdint.h>
#include <dev/acpi.h>

// A vector of 32 or more arrived.
void interrupt_dispatch(unsigned vector);

// Masks the legacy controllers, starts this CPU's local APIC, finds the I/O APICs and masks all their lines.
void interrupt_start(const struct acpi *acpi);

// The local APIC's one-shot timer, in its own ticks, or by the time stamp counter's value.
void lapic_timer_use_deadline(void);
void lapic_timer_set(uint32_t ticks);
uint32_t lapic_timer_count(void);
void lapic_deadline_set(uint64_t tsc);

// Instead of trap_timer(), as long as boot goes on (entropy.c).
extern void (*interrupt_timer_hook)(void);
