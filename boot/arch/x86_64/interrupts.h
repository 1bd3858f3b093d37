// SPDX-License-Identifier: MIT
//
// The interrupt controllers of the machine as the kernel is to find them.

#ifndef BOOT_ARCH_X86_64_INTERRUPTS_H
#define BOOT_ARCH_X86_64_INTERRUPTS_H

#include "../../acpi.h"

// Masks every line of PIC and I/O APICs. `base_revision`: until 4 only ordinary interrupts of the I/O APICs
// are touched, as it was specified then.
void interrupts_quiet(const struct acpi_tables *acpi, uint64_t base_revision);

#endif
