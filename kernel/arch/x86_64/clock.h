// SPDX-License-Identifier: MIT
//
// x86-64: what the rest of the port needs of clock and timer beyond the seam.
#pragma once
#include <dev/acpi.h>

// Finds a counter and starts the time at 0. After interrupt_start().
void clock_start(const struct acpi *acpi, int64_t boot_seconds);
// The timer's interrupt, acknowledged.
void clock_timer_arrived(void);
// While it is not nullptr, timer interrupts go here instead of to trap_timer(): before kernel_main().
extern void (*clock_boot_hook)(void);
