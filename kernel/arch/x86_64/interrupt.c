// SPDX-License-Identifier: MIT
//
// x86-64: interrupt lines. A line's number is ACPI's global system interrupt; its vector is VECTOR_LINE_FIRST
// + line. All go to the boot CPU. The kernel itself uses no line: its timer is the local APIC's.
//
// A level-triggered line is masked at the I/O APIC while it waits for its driver. An edge-triggered one must
// not be: an edge that comes while the pin is masked is lost (82093AA, 3.4.2). It is masked in software; an
// edge that comes meanwhile is remembered, the pin is then masked too (one memory is enough, and a wild
// device can cost no more than that), and unmasking raises the vector again through the local APIC.
//
// Lines are changed by the CPU that has the interrupt's object locked, or by the boot CPU on arrival.

#include "interrupt.h"
#include <arch/interrupt.h>
#include <base/types.h>
#include <dev/io_apic.h>
#include <kernel/log.h>
#include <kernel/trap.h>
#include <abi/constants.h>
#include "asm.h"
#include "clock.h"
#include "cpu.h"
#include "local_apic.h"
#include "paging.h"
#include "platform.h"

#define LINES_MOST (VECTOR_TIMER - VECTOR_LINE_FIRST)
#define ISA_LINES  16

#define PIC_MASTER 0x20
#define PIC_SLAVE  0xa0
// Where the 8259s would deliver if they were not masked: vectors that are ignored.
#define PIC_VECTOR 0x20

struct line {
    struct io_apic *apic; // nullptr: no controller has it
    uint8_t pin;
    bool wired_level, wired_low; // as the firmware says
    bool level;
    bool masked;
    bool pending; // an edge came while it was masked
};

static struct io_apic apics[ACPI_IO_APICS_MOST];
static size_t apic_count;
static struct line lines[LINES_MOST];
static unsigned line_count;
static bool unexpected_seen;

// Both 8259s: initialised so that a spurious interrupt has a harmless vector, then masked.
static void legacy_mask(void) {
    static const uint8_t commands[][2] = {{0, 0x11}, {1, PIC_VECTOR}, {1, 4}, {1, 1}, {1, 0xff}};
    for (unsigned i = 0; i < array_length(commands); i++) {
        uint8_t value = commands[i][1];
        port_write8((uint16_t)(PIC_MASTER + commands[i][0]), value);
        if (i == 1)
            value = PIC_VECTOR + 8;
        else if (i == 2)
            value = 2; // cascade identity
        port_write8((uint16_t)(PIC_SLAVE + commands[i][0]), value);
    }
}

// ISA lines are edge-triggered and active high, PCI's level and low, unless an override says otherwise.
static void wiring_set(const struct acpi *acpi) {
    for (unsigned i = 0; i < line_count; i++)
        lines[i].wired_level = lines[i].wired_low = i >= ISA_LINES;
    for (size_t i = 0; i < acpi->override_count; i++) {
        const struct acpi_override *override = &acpi->overrides[i];
        if (override->line >= line_count)
            continue;
        lines[override->line].wired_low = (override->flags & 0x3) == ACPI_LINE_LOW;
        lines[override->line].wired_level = (override->flags & 0xc) == ACPI_LINE_LEVEL;
    }
}

static void io_apic_add(const struct acpi_io_apic *entry) {
    struct io_apic *apic = &apics[apic_count++];
    io_apic_init(apic, mmio_map(entry->address, PAGE_SIZE), entry->line_base);
    platform_reserve(align_down(entry->address, PAGE_SIZE), PAGE_SIZE);
    for (unsigned pin = 0; pin < apic->line_count; pin++) {
        uint64_t line = (uint64_t)entry->line_base + pin;
        if (line >= LINES_MOST || lines[line].apic != nullptr)
            continue;
        lines[line] = (struct line){.apic = apic, .pin = (uint8_t)pin, .masked = true};
        if (line_count <= line)
            line_count = (unsigned)line + 1;
    }
}

void interrupt_start(const struct acpi *acpi) {
    legacy_mask();
    local_apic_start(acpi->local_apic, acpi->nmi_known ? acpi->nmi_pin : 2);
    for (size_t i = 0; i < acpi->io_apic_count; i++)
        io_apic_add(&acpi->io_apics[i]);
    wiring_set(acpi);
    log_line(LOG_INFO, "interrupt: local APIC %u, %zu I/O APICs, %u lines", local_apic_id(), apic_count,
             line_count);
    if (acpi->cpu_count > 1)
        log_line(LOG_WARNING, "cpu: the machine has %u processors; one is used", acpi->cpu_count);
}

unsigned interrupt_line_count(void) {
    return line_count;
}

status_t interrupt_line_open(unsigned line, uint64_t flags) {
    uint32_t processor = local_apic_id();
    // An I/O APIC cannot name a processor above 255.
    if (line >= line_count || lines[line].apic == nullptr || processor > 0xff)
        return STATUS_OUT_OF_RANGE;
    struct line *entry = &lines[line];
    bool wired = (flags & INTERRUPT_AS_WIRED) != 0;
    bool low = wired ? entry->wired_low : (flags & INTERRUPT_LOW) != 0;
    entry->level = wired ? entry->wired_level : (flags & INTERRUPT_LEVEL) != 0;
    entry->masked = true;
    entry->pending = false;
    io_apic_route(entry->apic, entry->pin, (uint8_t)(VECTOR_LINE_FIRST + line), (uint8_t)processor,
                  entry->level, low);
    // From now on an edge is remembered, though nobody asked for it yet.
    if (!entry->level)
        io_apic_mask(entry->apic, entry->pin, false);
    return STATUS_OK;
}

void interrupt_line_close(unsigned line) {
    struct line *entry = &lines[line];
    io_apic_mask(entry->apic, entry->pin, true);
    entry->masked = true;
    entry->pending = false;
}

void interrupt_line_mask(unsigned line) {
    struct line *entry = &lines[line];
    entry->masked = true;
    if (entry->level)
        io_apic_mask(entry->apic, entry->pin, true);
}

void interrupt_line_unmask(unsigned line) {
    struct line *entry = &lines[line];
    entry->masked = false;
    if (entry->level || entry->pending)
        io_apic_mask(entry->apic, entry->pin, false);
    if (entry->pending) {
        entry->pending = false;
        local_apic_raise(VECTOR_LINE_FIRST + line);
    }
}

static void line_arrived(unsigned line) {
    struct line *entry = &lines[line];
    bool deliver = !entry->masked;
    if (!deliver && !entry->level)
        entry->pending = true;
    if (entry->level || !deliver)
        io_apic_mask(entry->apic, entry->pin, true);
    entry->masked = true;
    local_apic_end_of_interrupt();
    if (deliver)
        trap_interrupt(line);
}

void interrupt_dispatch(unsigned vector) {
    unsigned line = vector - VECTOR_LINE_FIRST;
    if (vector == VECTOR_TIMER) {
        local_apic_end_of_interrupt();
        clock_timer_arrived();
    } else if (vector >= VECTOR_LINE_FIRST && line < line_count && lines[line].apic != nullptr) {
        line_arrived(line);
    } else if (vector >= VECTOR_LINE_FIRST && vector != VECTOR_SPURIOUS) {
        local_apic_end_of_interrupt();
        if (!unexpected_seen)
            log_line(LOG_WARNING, "interrupt: unexpected vector %u; ignored, now and from now on", vector);
        unexpected_seen = true;
    }
}
