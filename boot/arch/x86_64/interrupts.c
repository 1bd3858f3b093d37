// SPDX-License-Identifier: MIT
//
// Silencing PIC and I/O APICs before the kernel starts (the local APIC: lapic.c). Firmware's identity map
// still stands here, so device registers are reached at their physical addresses. Source: PROTOCOL.md,
// "Machine State at Entry", x86-64; 82093AA data sheet, 3.2.

#include "interrupts.h"
#include "cpu.h"

#define PIC_MASTER_DATA 0x21
#define PIC_SLAVE_DATA  0xa1

#define IO_APIC_SELECT  0x00
#define IO_APIC_WINDOW  0x10
#define IO_APIC_VERSION 0x01
#define IO_APIC_ENTRY   0x10
#define ENTRY_MASKED    (1U << 16)
#define DELIVERY(entry) (((entry) >> 8) & 7)
#define DELIVERY_SMI    2
#define DELIVERY_LOWEST 1

static void mask_pic(void) {
    outb(PIC_MASTER_DATA, 0xff);
    outb(PIC_SLAVE_DATA, 0xff);
}

static uint32_t io_apic_read(uint64_t base, uint32_t reg) {
    mmio_write(base + IO_APIC_SELECT, reg);
    return mmio_read(base + IO_APIC_WINDOW);
}

static void io_apic_write(uint64_t base, uint32_t reg, uint32_t value) {
    mmio_write(base + IO_APIC_SELECT, reg);
    mmio_write(base + IO_APIC_WINDOW, value);
}

static void mask_io_apic(uint64_t base, uint64_t base_revision) {
    uint32_t last = (io_apic_read(base, IO_APIC_VERSION) >> 16) & 0xff;
    for (uint32_t line = 0; line <= last; line++) {
        uint32_t reg = IO_APIC_ENTRY + 2 * line;
        uint32_t entry = io_apic_read(base, reg);
        bool is_ours =
            base_revision >= 5 ? DELIVERY(entry) != DELIVERY_SMI : DELIVERY(entry) <= DELIVERY_LOWEST;
        if (is_ours)
            io_apic_write(base, reg, entry | ENTRY_MASKED);
    }
}

void interrupts_quiet(const struct acpi_tables *acpi, uint64_t base_revision) {
    uint64_t address;
    mask_pic();
    for (size_t i = 0; (address = acpi_io_apic(acpi, i)) != 0; i++)
        mask_io_apic(address, base_revision);
}
