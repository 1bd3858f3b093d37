// SPDX-License-Identifier: MIT
//
// For tests that make ACPI tables: the checksum.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Sets the byte `at` of a structure so that all of it sums up to 0 (ACPI 6.5, 5.2.6, "Checksum"); `at` <
// `length`.
static inline void acpi_seal(uint8_t *bytes, size_t length, size_t at) {
    uint8_t sum = 0;
    bytes[at] = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[at] = (uint8_t)(0 - sum);
}
