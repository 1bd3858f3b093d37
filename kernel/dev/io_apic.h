// SPDX-License-Identifier: MIT
//
// I/O APIC (Intel 82093AA data sheet, section 3): routes interrupt lines to processors. Register access is
// serialised inside; entries of different lines may be changed by different CPUs.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct io_apic {
    volatile uint32_t *registers;
    unsigned line_base;
    unsigned line_count;
    atomic_flag busy;
};

// Reads how many lines it has and masks them all.
void io_apic_init(struct io_apic *apic, volatile uint32_t *registers, unsigned line_base);
// Routes a pin, masked, to the processor with this 8-bit APIC id.
void io_apic_route(struct io_apic *apic, unsigned pin, uint8_t vector, uint8_t processor, bool level,
                   bool low);
void io_apic_mask(struct io_apic *apic, unsigned pin, bool masked);
