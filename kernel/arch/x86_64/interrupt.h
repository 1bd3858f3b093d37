// SPDX-License-Identifier: MIT
//
// x86-64: interrupt controllers and the lines behind them.
#pragma once
#include <dev/acpi.h>

// A vector of 32 or more arrived.
void interrupt_dispatch(unsigned vector);
// Masks the legacy controllers, starts this CPU's local APIC, finds the I/O APICs and masks all their lines.
void interrupt_start(const struct acpi *acpi);
