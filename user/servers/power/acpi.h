// SPDX-License-Identifier: MIT
//
// The few facts of ACPI that turn a PC off and start it again (ACPI 6.5, sections 5.2.9 FADT, 7.4.2 \_S5).
// Tables are not trusted: each length and checksum is examined before it is believed. Pure: physical memory
// is read through a function.

#ifndef POWER_ACPI_H
#define POWER_ACPI_H

#include <base/acpi.h>

struct acpi_power {
    const char *table; // what an error is about
    bool has_off;
    uint16_t pm1a_control; // ports
    uint16_t pm1b_control; // 0: none
    uint16_t sleep_a;      // SLP_TYP for \_S5, at its place in the register
    uint16_t sleep_b;
    uint16_t smi_command; // port, 0: ACPI mode is always on
    uint8_t enable_value;
    bool has_reset; // by a port
    uint16_t reset_port;
    uint8_t reset_value;
};

enum { ACPI_SLEEP_ENABLE = 1 << 13, ACPI_SCI_ENABLE = 1 };

// On an error there is neither.
[[nodiscard]] enum acpi_error acpi_power_read(struct acpi_power *power, uint64_t rsdp, acpi_read_t *read,
                                              void *context);

#endif
