// SPDX-License-Identifier: MIT
//
// See io_apic.h.

#include "io_apic.h"
#include <arch/cpu.h>

#define INDEX             0 // in 32-bit words
#define DATA              4
#define REGISTER_VERSION  1
#define REGISTER_ENTRY(n) (0x10 + 2 * (n))

#define ENTRY_LOW    (1u << 13)
#define ENTRY_LEVEL  (1u << 15)
#define ENTRY_MASKED (1u << 16)

static void acquire(struct io_apic *apic) {
    while (atomic_flag_test_and_set_explicit(&apic->busy, memory_order_acquire)) // before the index is set
        cpu_relax();
}

static void release(struct io_apic *apic) {
    atomic_flag_clear_explicit(&apic->busy, memory_order_release); // after the data was moved
}

static uint32_t register_read(struct io_apic *apic, unsigned index) {
    apic->registers[INDEX] = index;
    return apic->registers[DATA];
}

static void register_write(struct io_apic *apic, unsigned index, uint32_t value) {
    apic->registers[INDEX] = index;
    apic->registers[DATA] = value;
}

void io_apic_init(struct io_apic *apic, volatile uint32_t *registers, unsigned line_base) {
    apic->registers = registers;
    apic->line_base = line_base;
    apic->line_count = (register_read(apic, REGISTER_VERSION) >> 16 & 0xff) + 1;
    for (unsigned pin = 0; pin < apic->line_count; pin++)
        io_apic_mask(apic, pin, true);
}

void io_apic_route(struct io_apic *apic, unsigned pin, uint8_t vector, uint8_t processor, bool level,
                   bool low) {
    uint32_t entry = vector | ENTRY_MASKED | (level ? ENTRY_LEVEL : 0) | (low ? ENTRY_LOW : 0);
    acquire(apic);
    register_write(apic, REGISTER_ENTRY(pin), ENTRY_MASKED);
    register_write(apic, REGISTER_ENTRY(pin) + 1, (uint32_t)processor << 24);
    register_write(apic, REGISTER_ENTRY(pin), entry);
    release(apic);
}

void io_apic_mask(struct io_apic *apic, unsigned pin, bool masked) {
    acquire(apic);
    uint32_t entry = register_read(apic, REGISTER_ENTRY(pin));
    register_write(apic, REGISTER_ENTRY(pin), masked ? entry | ENTRY_MASKED : entry & ~ENTRY_MASKED);
    release(apic);
}
