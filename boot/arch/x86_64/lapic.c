// SPDX-License-Identifier: MIT
//
// The local APIC (see lapic.h). Source: PROTOCOL.md, "Machine State at Entry", x86-64; Intel SDM volume
// 3, 11.4 (xAPIC), 11.5 (LVT), 11.6 (ICR), 11.12 (x2APIC and the change of modes); volume 4, MSR BDH
// (IA32_XAPIC_DISABLE_STATUS); ACPI 6.5, 5.2.12.5 (MPS INTI flags).

#include "lapic.h"
#include "cpu.h"

#define REGISTER_ID              0x02 // by number: offset / 16
#define REGISTER_VERSION         0x03
#define REGISTER_TPR             0x08
#define REGISTER_SVR             0x0f
#define REGISTER_LVT_CMCI        0x2f
#define REGISTER_ICR             0x30
#define REGISTER_ICR_HIGH        0x31
#define REGISTER_LVT_TIMER       0x32
#define REGISTER_LVT_THERMAL     0x33
#define REGISTER_LVT_PERFORMANCE 0x34
#define REGISTER_LVT_LINT0       0x35
#define REGISTER_LVT_LINT1       0x36
#define REGISTER_LVT_ERROR       0x37
#define SVR_VALUE                0x1ff
#define LVT_MASKED               (1U << 16)
#define LVT_LEVEL                (1U << 15)
#define LVT_ACTIVE_LOW           (1U << 13)
#define LVT_DELIVERY             0x700U
#define DELIVERY_LOWEST          0x100U
#define DELIVERY_NMI             0x400U
#define DELIVERY_EXT_INT         0x700U
#define LVT_PERFORMANCE_INDEX    4 // the "max LVT entry" field from which on each exists
#define LVT_THERMAL_INDEX        5
#define LVT_CMCI_INDEX           6
#define ICR_INIT                 0x4500U
#define ICR_STARTUP              0x4600U
#define ICR_PENDING              (1U << 12)
#define WAIT_STEPS               1000000

#define MSR_XAPIC_DISABLE_STATUS 0xbdU
#define MSR_ARCH_CAPABILITIES    0x10aU
#define CAPABILITY_XAPIC_DISABLE (1ULL << 21)

uint64_t lapic_address(void) {
    return rdmsr(MSR_APIC_BASE) & 0x000ffffffffff000ULL;
}

bool lapic_is_x2apic(void) {
    return (rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0;
}

static uint32_t lapic_read(uint32_t reg) {
    return lapic_is_x2apic() ? (uint32_t)rdmsr(MSR_X2APIC + reg)
                             : mmio_read(lapic_address() + 16 * (uint64_t)reg);
}

static void lapic_write(uint32_t reg, uint32_t value) {
    if (lapic_is_x2apic())
        wrmsr(MSR_X2APIC + reg, value);
    else
        mmio_write(lapic_address() + 16 * (uint64_t)reg, value);
}

uint32_t lapic_id(void) {
    uint32_t id = lapic_read(REGISTER_ID);
    return lapic_is_x2apic() ? id : id >> 24;
}

bool lapic_has_x2apic(void) {
    return (cpuid(1).ecx & (1U << 21)) != 0;
}

bool lapic_is_locked(void) {
    if (cpuid(0).eax < 7 || !(cpuid(7).edx & (1U << 29)))
        return false;
    return (rdmsr(MSR_ARCH_CAPABILITIES) & CAPABILITY_XAPIC_DISABLE) && (rdmsr(MSR_XAPIC_DISABLE_STATUS) & 1);
}

// From x2APIC there is no way back but through "disabled".
void lapic_set_x2apic(bool on) {
    uint64_t base = rdmsr(MSR_APIC_BASE);
    if (on == ((base & APIC_BASE_X2APIC) != 0))
        return;
    base &= ~(uint64_t)(APIC_BASE_X2APIC | APIC_BASE_ENABLE);
    if (!on)
        wrmsr(MSR_APIC_BASE, base);
    wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
    if (on)
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
}

struct lapic_pins lapic_pins_of(const struct acpi_tables *acpi, uint32_t uid) {
    struct lapic_pins pins = {};
    struct acpi_local_nmi nmi;
    for (size_t i = 0; acpi_local_nmi(acpi, i, &nmi); i++) {
        if (nmi.uid != uid && nmi.uid != ACPI_ALL_PROCESSORS)
            continue;
        bool active_low = (nmi.flags & 3) == 3;
        bool level = (nmi.flags >> 2 & 3) == 3;
        pins.lint[nmi.pin] = DELIVERY_NMI | (active_low ? LVT_ACTIVE_LOW : 0) | (level ? LVT_LEVEL : 0);
    }
    return pins;
}

// Entries with other delivery modes (SMI, INIT) are the firmware's business.
static bool is_ours(uint32_t entry) {
    uint32_t delivery = entry & LVT_DELIVERY;
    return delivery <= DELIVERY_LOWEST || delivery == DELIVERY_NMI || delivery == DELIVERY_EXT_INT;
}

static void vector_mask(uint32_t reg, uint32_t pin) {
    uint32_t entry = lapic_read(reg);
    if (!is_ours(entry))
        return;
    if (pin != 0)
        entry = (entry & ~(LVT_DELIVERY | LVT_ACTIVE_LOW | LVT_LEVEL)) | pin;
    lapic_write(reg, entry | LVT_MASKED);
}

void lapic_quiet(const struct lapic_pins *pins) {
    wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    uint32_t last = (lapic_read(REGISTER_VERSION) >> 16) & 0xff;
    // Masking is ignored for a local APIC that is switched off by software, so the SVR comes first.
    lapic_write(REGISTER_SVR, SVR_VALUE);
    lapic_write(REGISTER_TPR, 0);
    // Timer, LINT0, LINT1 and error exist everywhere; performance and thermal came with the 5th and 6th
    // entry.
    vector_mask(REGISTER_LVT_TIMER, 0);
    vector_mask(REGISTER_LVT_LINT0, pins->lint[0]);
    vector_mask(REGISTER_LVT_LINT1, pins->lint[1]);
    vector_mask(REGISTER_LVT_ERROR, 0);
    if (last >= LVT_PERFORMANCE_INDEX)
        vector_mask(REGISTER_LVT_PERFORMANCE, 0);
    if (last >= LVT_THERMAL_INDEX)
        vector_mask(REGISTER_LVT_THERMAL, 0);
    if (last >= LVT_CMCI_INDEX)
        vector_mask(REGISTER_LVT_CMCI, 0);
}

static void send(uint32_t id, uint32_t command) {
    if (lapic_is_x2apic()) {
        wrmsr(MSR_X2APIC + REGISTER_ICR, (uint64_t)id << 32 | command);
        return;
    }
    lapic_write(REGISTER_ICR_HIGH, id << 24);
    lapic_write(REGISTER_ICR, command);
    for (unsigned i = 0; i < WAIT_STEPS && (lapic_read(REGISTER_ICR) & ICR_PENDING); i++)
        __builtin_ia32_pause();
}

void lapic_send_init(uint32_t id) {
    send(id, ICR_INIT);
}

void lapic_send_startup(uint32_t id, uint64_t address) {
    send(id, ICR_STARTUP | (uint32_t)(address >> 12));
}
