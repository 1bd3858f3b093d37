// SPDX-License-Identifier: MIT
//
// Silencing interrupt controllers before the kernel starts. Firmware's identity map still stands here, so
// device registers are reached at their physical addresses. Source: PROTOCOL.md, "Machine State at Entry",
// x86-64; Intel SDM volume 3, 11.4 to 11.5 and 11.12 (local APIC, x2APIC); 82093AA data sheet, 3.2 (I/O
// APIC); VT-d 4.0, 11.4.4 and 11.4.5 (global command and status).

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

#define LAPIC_VERSION         0x03 // registers by number: offset / 16
#define LAPIC_TPR             0x08
#define LAPIC_SVR             0x0f
#define LAPIC_LVT_CMCI        0x2f
#define LAPIC_LVT_TIMER       0x32
#define LAPIC_LVT_THERMAL     0x33
#define LAPIC_LVT_PERFORMANCE 0x34
#define LAPIC_LVT_LINT0       0x35
#define LAPIC_LVT_LINT1       0x36
#define LAPIC_LVT_ERROR       0x37
#define LVT_MASKED            (1U << 16)
#define LVT_PERFORMANCE_INDEX 4 // the "max LVT entry" field from which on each exists
#define LVT_THERMAL_INDEX     5
#define LVT_CMCI_INDEX        6
#define SVR_VALUE             0x1ff

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

static uint32_t lapic_read(uint64_t base, uint32_t reg) {
    return base & APIC_BASE_X2APIC ? (uint32_t)rdmsr(MSR_X2APIC + reg)
                                   : mmio_read((base & ~0xfffULL) + 16 * (uint64_t)reg);
}

static void lapic_write(uint64_t base, uint32_t reg, uint32_t value) {
    if (base & APIC_BASE_X2APIC)
        wrmsr(MSR_X2APIC + reg, value);
    else
        mmio_write((base & ~0xfffULL) + 16 * (uint64_t)reg, value);
}

// Firmware's own settings go; the kernel finds the state of base revision 5, whatever it asked for.
static void quiet_lapic(void) {
    uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    wrmsr(MSR_APIC_BASE, base);
    uint32_t last = (lapic_read(base, LAPIC_VERSION) >> 16) & 0xff;
    // Masking is ignored for a local APIC that is switched off by software, so the SVR comes first.
    lapic_write(base, LAPIC_SVR, SVR_VALUE);
    lapic_write(base, LAPIC_TPR, 0);
    // Timer, LINT0, LINT1 and error exist everywhere; performance and thermal came with the 5th and 6th
    // entry.
    lapic_write(base, LAPIC_LVT_TIMER, LVT_MASKED);
    lapic_write(base, LAPIC_LVT_LINT0, LVT_MASKED);
    lapic_write(base, LAPIC_LVT_LINT1, LVT_MASKED);
    lapic_write(base, LAPIC_LVT_ERROR, LVT_MASKED);
    if (last >= LVT_PERFORMANCE_INDEX)
        lapic_write(base, LAPIC_LVT_PERFORMANCE, LVT_MASKED);
    if (last >= LVT_THERMAL_INDEX)
        lapic_write(base, LAPIC_LVT_THERMAL, LVT_MASKED);
    if (last >= LVT_CMCI_INDEX)
        lapic_write(base, LAPIC_LVT_CMCI, LVT_MASKED);
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
    quiet_lapic();
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
