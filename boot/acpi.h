// SPDX-License-Identifier: MIT
//
// As much of ACPI as a loader needs: where the tables lie, so that the kernel finds them mapped, and the few
// that describe interrupt controllers and the timer. Tables are firmware's data: lengths and checksums are
// looked at before anything is believed, and a broken table is passed over.

#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include "memory_map.h"

// Physical addresses; 0 where there is none.
struct acpi_tables {
    uint64_t madt;
    uint64_t fadt;
    uint64_t dmar;
    uint64_t ivrs;
};

// Follows the RSDP at `rsdp` (0: there is none) and adds every table to `map` as RESERVED_MAPPED, in whole
// pages. False when `map` is full.
[[nodiscard]] bool acpi_walk(uint64_t rsdp, struct acpi_tables *tables, struct memory_map *map);

// The I/O port of the power management timer, 0 if there is none.
uint16_t acpi_timer_port(const struct acpi_tables *tables);

// Address of the I/O APIC number `index` of the MADT; 0 behind the last.
uint64_t acpi_io_apic(const struct acpi_tables *tables, size_t index);

// A processor that can be used, by its number `index` in the MADT. False behind the last.
struct acpi_processor {
    uint32_t uid;
    uint32_t apic_id;
};
[[nodiscard]] bool acpi_processor(const struct acpi_tables *tables, size_t index,
                                  struct acpi_processor *processor);

// Where NMI comes in: pin LINT0 or LINT1 of the local APIC of one processor, or of all. False behind the
// last.
#define ACPI_ALL_PROCESSORS UINT32_MAX
struct acpi_local_nmi {
    uint32_t uid;
    uint16_t flags; // MPS INTI flags: polarity in bits 0 and 1, trigger mode in bits 2 and 3
    uint8_t pin;
};
[[nodiscard]] bool acpi_local_nmi(const struct acpi_tables *tables, size_t index, struct acpi_local_nmi *nmi);

// Register block of the VT-d remapping unit number `index` of the DMAR; 0 behind the last.
uint64_t acpi_remapping_unit(const struct acpi_tables *tables, size_t index);

// Register block of the AMD IOMMU number `index` of the IVRS; 0 behind the last. One may come more than once.
uint64_t acpi_amd_iommu(const struct acpi_tables *tables, size_t index);

// The RSDP in [start, end), searched for at 16-byte steps; 0 if there is none.
uint64_t acpi_rsdp_search(uint64_t start, uint64_t end);

#endif
