// SPDX-License-Identifier: MIT
//
// Interrupt controllers and IOMMUs at entry. Source: PROTOCOL.md, "Machine State at Entry", x86-64; Intel SDM
// volume 3, 11.5 (LVT), 11.8.3 (TPR), 11.9 (SVR); 82093AA data sheet, 3.2.4; VT-d 4.0, 11.4.4 (status);
// AMD I/O Virtualization 3.07, 3.4.3 (control register); ACPI 6.5, 5.2.12 (MADT).

#include "console.h"
#include "kernel.h"

#define APIC_BASE      0x1b
#define APIC_X2        (1ULL << 10)
#define APIC_ENABLED   (1ULL << 11)
#define LVT_MASKED     (1U << 16)
#define DELIVERY(e)    (((e) >> 8) & 7)
#define DELIVERY_NMI   4
#define DELIVERY_EXT   7
#define MADT_FIRST     44
#define MADT_IO_APIC   1
#define MADT_LOCAL_NMI 4

static uint32_t lapic_read(unsigned number) {
    uint64_t base = rdmsr(APIC_BASE);
    if (base & APIC_X2)
        return (uint32_t)rdmsr(0x800 + number);
    return device(base & 0xffffff000ULL)[number * 4];
}

uint32_t lapic_id(void) {
    uint32_t id = lapic_read(2);
    return rdmsr(APIC_BASE) & APIC_X2 ? id : id >> 24;
}

static bool is_maskable(uint32_t entry) {
    return DELIVERY(entry) <= 1 || DELIVERY(entry) == DELIVERY_NMI || DELIVERY(entry) == DELIVERY_EXT;
}

// The entries that exist: timer, LINT0, LINT1 and error everywhere, the others from an entry count on.
static uint64_t lvt_fault(void) {
    static const struct {
        unsigned number;
        unsigned from;
    } entries[] = {{0x32, 0}, {0x35, 0}, {0x36, 0}, {0x37, 0}, {0x34, 4}, {0x33, 5}, {0x2f, 6}};
    unsigned last = lapic_read(3) >> 16 & 0xff;
    for (unsigned i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (last < entries[i].from)
            continue;
        uint32_t entry = lapic_read(entries[i].number);
        if (is_maskable(entry) && !(entry & LVT_MASKED))
            return entries[i].number;
    }
    return 0;
}

// The next entry of the MADT from `offset` on that has this type; null behind the last.
static const uint8_t *madt_next(const uint8_t *madt, size_t *offset, uint8_t type) {
    size_t length = field(madt, 4, 4);
    while (*offset + 2 <= length && madt[*offset + 1] >= 2) {
        const uint8_t *entry = madt + *offset;
        *offset += entry[1];
        if (entry[0] == type)
            return entry;
    }
    return NULL;
}

// Where the MADT says that NMI comes in, the pin is set up for it. Processor 0xff means all of them.
static uint64_t lint_fault(void) {
    const uint8_t *madt = acpi_table("APIC");
    size_t offset = MADT_FIRST;
    const uint8_t *entry;
    while (madt != NULL && (entry = madt_next(madt, &offset, MADT_LOCAL_NMI)) != NULL) {
        uint32_t pin = lapic_read(entry[5] == 0 ? 0x35 : 0x36);
        unsigned polarity = entry[3] & 3;
        if (entry[2] == 0xff && (DELIVERY(pin) != DELIVERY_NMI || (pin >> 13 & 1) != (polarity == 3)))
            return 0x40 + entry[5];
    }
    return 0;
}

uint64_t lapic_fault(void) {
    if (!(rdmsr(APIC_BASE) & APIC_ENABLED))
        return 1;
    if (lapic_read(0x0f) != 0x1ff)
        return 0x0f;
    if (lapic_read(0x08) != 0)
        return 0x08;
    uint64_t fault = lvt_fault();
    return fault != 0 ? fault : lint_fault();
}

static void check_io_apics(void) {
    const uint8_t *madt = acpi_table("APIC");
    size_t offset = MADT_FIRST;
    const uint8_t *entry;
    struct check masked = {.name = "io-apic-lines-are-masked"};
    while (madt != NULL && (entry = madt_next(madt, &offset, MADT_IO_APIC)) != NULL) {
        volatile uint32_t *io_apic = device(field(entry, 4, 4));
        io_apic[0] = 1;
        unsigned lines = (io_apic[4] >> 16 & 0xff) + 1;
        for (unsigned i = 0; i < lines; i++) {
            io_apic[0] = 0x10 + 2 * i;
            uint32_t low = io_apic[4];
            bool wanted = revision() >= 5 ? is_maskable(low) : DELIVERY(low) <= 1;
            check_that(&masked, !wanted || (low & LVT_MASKED), i);
        }
    }
    check_that(&masked, masked.tries > 0, 0xff);
    check_end(&masked);
}

static void check_iommus(void) {
    const uint8_t *dmar = acpi_table("DMAR");
    const uint8_t *ivrs = acpi_table("IVRS");
    uint64_t on = 0;
    for (size_t offset = 48; dmar != NULL && offset < field(dmar, 4, 4); offset += field(dmar, offset + 2, 2))
        if (field(dmar, offset, 2) == 0)
            on |= device(field(dmar, offset + 8, 8))[0x1c / 4] & 0x82000000;
    for (size_t offset = 48; ivrs != NULL && offset < field(ivrs, 4, 4); offset += field(ivrs, offset + 2, 2))
        if (ivrs[offset] == 0x10 || ivrs[offset] == 0x11 || ivrs[offset] == 0x40)
            on |= device(field(ivrs, offset + 8, 8))[0x18 / 4] & 1;
    fact("iommu-found", (dmar != NULL) + 2 * (uint64_t)(ivrs != NULL));
    fact("iommu-on", on);
#ifdef KEEP_IOMMU
    check("keep-iommu-answered", answer(&keep_iommu) != NULL, 0);
#else
    if (revision() >= 5)
        check("iommus-are-off", on == 0, on);
#endif
}

void check_devices(void) {
    check("pic-is-masked", inb(0x21) == 0xff && inb(0xa1) == 0xff, inb(0x21));
    check_io_apics();
    check_iommus();
    if (revision() >= 5) {
        uint64_t fault = lapic_fault();
        check("local-apic", fault == 0, fault);
    }
}
