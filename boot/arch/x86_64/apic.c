// SPDX-License-Identifier: MIT
//
// Silencing PIC, I/O APICs and IOMMUs before the kernel starts (the local APIC: lapic.c). Firmware's identity
// map still stands here, so device registers are reached at their physical addresses. Source: PROTOCOL.md,
// "Machine State at Entry", x86-64; 82093AA data sheet, 3.2 (I/O APIC); VT-d 4.0, 11.4.4 and 11.4.5 (global
// command and status).

#include "apic.h"
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

#define REMAPPING_COMMAND   0x18
#define REMAPPING_STATUS    0x1c
#define REMAPPING_ONE_SHOT  0x96ffffffU // command bits that are only triggers are not copied from the status
#define REMAPPING_TRANSLATE (1U << 31)
#define REMAPPING_INTERRUPT (1U << 25)
#define AMD_CONTROL         0x18 // low half; bit 0 enables the whole unit
#define AMD_ENABLE          1U
#define WAIT_STEPS          1000000

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

static void remapping_command(uint64_t unit, uint32_t bit) {
    uint32_t status = mmio_read(unit + REMAPPING_STATUS);
    if (!(status & bit))
        return;
    mmio_write(unit + REMAPPING_COMMAND, (status & REMAPPING_ONE_SHOT) & ~bit);
    for (unsigned i = 0; i < WAIT_STEPS && (mmio_read(unit + REMAPPING_STATUS) & bit); i++)
        __builtin_ia32_pause();
}

void interrupts_quiet(const struct acpi_tables *acpi, uint64_t base_revision) {
    uint64_t address;
    mask_pic();
    for (size_t i = 0; (address = acpi_io_apic(acpi, i)) != 0; i++)
        mask_io_apic(address, base_revision);
}

void remapping_off(const struct acpi_tables *acpi) {
    uint64_t unit;
    for (size_t i = 0; (unit = acpi_remapping_unit(acpi, i)) != 0; i++) {
        remapping_command(unit, REMAPPING_TRANSLATE);
        remapping_command(unit, REMAPPING_INTERRUPT);
    }
    for (size_t i = 0; (unit = acpi_amd_iommu(acpi, i)) != 0; i++)
        mmio_write(unit + AMD_CONTROL, mmio_read(unit + AMD_CONTROL) & ~AMD_ENABLE);
}
