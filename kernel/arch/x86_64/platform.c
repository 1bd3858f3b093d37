// SPDX-License-Identifier: MIT
//
// x86-64: ports, early console on COM1, power, and which physical ranges drivers may have. The ranges are set
// at boot and immutable afterwards.

#include "platform.h"
#include <arch/cpu.h>
#include <arch/platform.h>
#include <base/types.h>
#include <dev/screen.h>
#include <dev/uart16550.h>
#include <kernel/panic.h>
#include "asm.h"
#include "cpu.h"

#define PORTS         65536u
#define COM1          0x3f8
#define COM1_PORTS    8
#define RESERVED_MOST 16

static struct boot_memory ram[BOOT_MEMORY_MOST];
static size_t ram_count;
static struct {
    uint64_t base, length;
} reserved[RESERVED_MOST];
static size_t reserved_count;

uint64_t port_count(void) {
    return PORTS;
}

uint64_t port_read(uint64_t port, unsigned width) {
    switch (width) {
    case 1:
        return port_read8((uint16_t)port);
    case 2:
        return port_read16((uint16_t)port);
    default:
        return port_read32((uint16_t)port);
    }
}

void port_write(uint64_t port, unsigned width, uint64_t value) {
    switch (width) {
    case 1:
        port_write8((uint16_t)port, (uint8_t)value);
        break;
    case 2:
        port_write16((uint16_t)port, (uint16_t)value);
        break;
    default:
        port_write32((uint16_t)port, (uint32_t)value);
    }
}

static uint8_t com1_read(const struct uart16550 *uart, unsigned index) {
    return port_read8((uint16_t)(uart->base + index));
}

static void com1_write(const struct uart16550 *uart, unsigned index, uint8_t value) {
    port_write8((uint16_t)(uart->base + index), value);
}

static struct uart16550 console = {.read = com1_read, .write = com1_write, .base = COM1};
static bool console_taken;

void early_console_start(void) {
    uart16550_init(&console);
}

void early_console_write(const char *text, size_t length) {
    if (!console_taken)
        uart16550_write(&console, text, length);
    screen_write(text, length);
}

void early_console_taken(uint64_t port_base, uint64_t count) {
    if (port_base < COM1 + COM1_PORTS && port_base + count > COM1)
        console_taken = true;
}

void early_screen_taken(uint64_t base, uint64_t length) {
    screen_taken(base, length);
}

void early_console_panic(void) {
    screen_panic();
    if (console_taken) {
        console_taken = false;
        uart16550_init(&console); // whatever the driver had set
    }
}

void arch_power_halt(void) {
    // Power-off goes through AML and so through the power driver; without it the machine stands still.
    arch_halt();
}

void platform_ram_set(const struct memory_map *map) {
    ram_count = 0;
    for (size_t i = 0; i < map->count; i++)
        if (map->ranges[i].kind == BOOT_MEMORY_USABLE || map->ranges[i].kind == BOOT_MEMORY_RECLAIM)
            ram[ram_count++] = map->ranges[i];
}

void platform_reserve(uint64_t base, uint64_t length) {
    ASSERT(reserved_count < RESERVED_MOST);
    reserved[reserved_count].base = base;
    reserved[reserved_count].length = length;
    reserved_count++;
}

static bool overlaps(uint64_t base, uint64_t length, uint64_t other, uint64_t other_length) {
    return base < other + other_length && other < base + length;
}

bool physical_range_is_device(uint64_t base, uint64_t length) {
    if (length == 0 || !range_within(base, length, cpu_features.physical_limit))
        return false;
    for (size_t i = 0; i < ram_count; i++)
        if (overlaps(base, length, ram[i].base, ram[i].length))
            return false;
    for (size_t i = 0; i < reserved_count; i++)
        if (overlaps(base, length, reserved[i].base, reserved[i].length))
            return false;
    return true;
}
