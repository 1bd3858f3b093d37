// SPDX-License-Identifier: MIT
//
// DMA and interrupt remapping hardware (VT-d, AMD IOMMU).

#ifndef BOOT_ARCH_X86_64_REMAPPING_H
#define BOOT_ARCH_X86_64_REMAPPING_H

#include "../../acpi.h"

// Switches it off.
void remapping_off(const struct acpi_tables *acpi);

#endif
