// SPDX-License-Identifier: MIT
//
// See local_apic.h. Source: Intel SDM 3A chapter 10 (11 in newer prints).

#include "local_apic.h"
#include <base/types.h>
#include <kernel/panic.h>
#include <arch_offsets.h>
#include "asm.h"
#include "cpu.h"
#include "paging.h"
#include "platform.h"

// Byte offsets in memory; x2APIC's MSR is the offset / 16.
enum {
    REGISTER_ID = 0x20,
    REGISTER_PRIORITY = 0x80,
    REGISTER_END = 0xb0,
    REGISTER_SPURIOUS = 0xf0,
    REGISTER_ERROR_STATUS = 0x280,
    REGISTER_COMMAND = 0x300,
    REGISTER_TIMER = 0x320,
    REGISTER_THERMAL = 0x330,
    REGISTER_COUNTERS = 0x340,
    REGISTER_PIN0 = 0x350,
    REGISTER_PIN1 = 0x360,
    REGISTER_ERROR = 0x370,
    REGISTER_INITIAL = 0x380,
    REGISTER_CURRENT = 0x390,
    REGISTER_DIVIDE = 0x3e0,
    REGISTER_VERSION = 0x30,
};

#define BASE_ENABLED     (1ull << 11)
#define BASE_X2APIC      (1ull << 10)
#define SPURIOUS_ENABLED 0x100u
#define MASKED           0x10000u
#define DELIVER_NMI      0x400u
#define TIMER_DEADLINE   0x40000u
#define DIVIDE_BY_1      0xbu
#define COMMAND_SELF     0x40000u

static volatile uint32_t *registers; // nullptr: x2APIC

static uint32_t register_read(unsigned offset) {
    return registers != nullptr ? registers[offset / 4] : (uint32_t)msr_read(MSR_X2APIC + offset / 16);
}

static void register_write(unsigned offset, uint32_t value) {
    if (registers != nullptr)
        registers[offset / 4] = value;
    else
        msr_write(MSR_X2APIC + offset / 16, value);
}

static void registers_find(uint64_t physical) {
    uint64_t base = msr_read(MSR_APIC_BASE);
    if ((base & BASE_ENABLED) == 0)
        msr_write(MSR_APIC_BASE, base | BASE_ENABLED);
    if ((base & BASE_X2APIC) != 0)
        return;
    // The MSR is what the processor obeys; the tables only say the same.
    uint64_t address = base & align_down(cpu_features.physical_limit - 1, PAGE_SIZE);
    registers = mmio_map(address != 0 ? address : physical, PAGE_SIZE);
    platform_reserve(address != 0 ? address : physical, PAGE_SIZE);
}

void local_apic_start(uint64_t physical, unsigned nmi_pin) {
    if (!cpu_features.local_apic)
        panic("expected a processor with a local APIC");
    registers_find(physical);
    unsigned last_entry = register_read(REGISTER_VERSION) >> 16 & 0xff;
    register_write(REGISTER_PRIORITY, 0);
    register_write(REGISTER_TIMER, MASKED | VECTOR_TIMER);
    if (last_entry >= 5)
        register_write(REGISTER_THERMAL, MASKED);
    if (last_entry >= 4)
        register_write(REGISTER_COUNTERS, MASKED);
    register_write(REGISTER_PIN0, nmi_pin == 0 ? DELIVER_NMI : MASKED);
    register_write(REGISTER_PIN1, nmi_pin == 1 ? DELIVER_NMI : MASKED);
    register_write(REGISTER_ERROR, MASKED);
    register_write(REGISTER_SPURIOUS, SPURIOUS_ENABLED | VECTOR_SPURIOUS);
    register_write(REGISTER_ERROR_STATUS, 0);
    // What was in service when the loader left would keep lower priorities out.
    register_write(REGISTER_END, 0);
    register_write(REGISTER_DIVIDE, DIVIDE_BY_1);
    register_write(REGISTER_TIMER, VECTOR_TIMER);
}

void local_apic_end_of_interrupt(void) {
    register_write(REGISTER_END, 0);
}

uint32_t local_apic_id(void) {
    uint32_t id = register_read(REGISTER_ID);
    return registers != nullptr ? id >> 24 : id;
}

void local_apic_raise(unsigned vector) {
    if (registers != nullptr)
        register_write(REGISTER_COMMAND, COMMAND_SELF | vector);
    else
        msr_write(MSR_X2APIC + REGISTER_COMMAND / 16, COMMAND_SELF | vector);
}

void local_apic_timer_set(uint32_t ticks) {
    register_write(REGISTER_INITIAL, ticks);
}

uint32_t local_apic_timer_left(void) {
    return register_read(REGISTER_CURRENT);
}

void local_apic_timer_use_deadline(void) {
    register_write(REGISTER_TIMER, TIMER_DEADLINE | VECTOR_TIMER);
    // The mode must be set before the first deadline is (SDM 3A, 10.5.4.1).
    __asm__ volatile("mfence; lfence" : : : "memory");
}

void local_apic_deadline_set(uint64_t tsc) {
    msr_write(MSR_TSC_DEADLINE, tsc);
}
