// SPDX-License-Identifier: MIT
//
// What the kernel needs to know from ACPI's static tables: interrupt controllers, clocks, PCI's register
// windows. One pure function over a callback that reads physical memory, so that a host test can feed it
// anything. Nothing in a table is trusted: signatures, lengths and checksums are examined, counts are
// bounded, and a table that is wrong is left out and named, as if it were not there. AML is not looked at.
#pragma once
#include <base/acpi.h>

#define ACPI_IO_APICS_MOST  8
#define ACPI_OVERRIDES_MOST 32
#define ACPI_WINDOWS_MOST   8
#define ACPI_DEFECTS_MOST   8
#define ACPI_EXTENTS_MOST   64

// Polarity and trigger (ACPI 6.5, table 5.26: MPS INTI flags).
#define ACPI_LINE_LOW   0x3u // in the mask 0x3
#define ACPI_LINE_LEVEL 0xcu // in the mask 0xc

struct acpi_io_apic {
    uint64_t address;
    uint32_t line_base;
    uint8_t id;
};

struct acpi_override {
    uint32_t line;
    uint16_t flags;
    uint8_t source; // ISA interrupt
};

struct acpi_window { // PCI configuration space in memory
    uint64_t base;
    uint16_t segment;
    uint8_t bus_first, bus_last;
};

struct acpi_register {
    uint64_t address; // 0: there is none
    bool is_port;
};

struct acpi_extent {
    uint64_t base, length;
};

struct acpi_defect {
    char table[5];
    enum acpi_error error;
};

struct acpi {
    bool has_madt;
    uint64_t local_apic; // physical
    unsigned cpu_count;  // that can be used
    bool nmi_known;
    uint8_t nmi_pin; // of the local APIC
    struct acpi_io_apic io_apics[ACPI_IO_APICS_MOST];
    size_t io_apic_count;
    struct acpi_override overrides[ACPI_OVERRIDES_MOST];
    size_t override_count;

    uint64_t hpet; // physical, 0: none

    struct acpi_register pm_timer;
    bool pm_timer_32; // 32 bits, else 24

    // Parsed and checked; the kernel only names them in the log, since PCI belongs to a driver.
    struct acpi_window windows[ACPI_WINDOWS_MOST];
    size_t window_count;

    // Where tables are, also those that are not read here. Firmware does not always say so in its memory map.
    struct acpi_extent extents[ACPI_EXTENTS_MOST];
    size_t extent_count;

    struct acpi_defect defects[ACPI_DEFECTS_MOST];
    size_t defect_count;
};

// An error only where there is nothing to go on: no root pointer, or no root table. `acpi` is then empty but
// for the defects.
[[nodiscard]] enum acpi_error acpi_parse(struct acpi *acpi, acpi_read_t *read, void *context,
                                         uint64_t address);
