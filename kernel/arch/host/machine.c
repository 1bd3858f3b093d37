// SPDX-License-Identifier: MIT
//
// Host: the machine as it is at power-on, and what a boot loader would tell of it. Memory has two usable runs
// with a hole between them, memory that is reclaimed after boot, and firmware tables, so that nothing in the
// kernel may rely on one run from one address.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <arch/memory.h>
#include <kernel/panic.h>
#include "machine.h"

#define MIB            0x100000ull
#define HOLE_SIZE      0x40000ull
#define FIRMWARE_SIZE  0x10000ull
#define RECLAIM_SIZE   0x80000ull
#define DEFAULT_MEMORY (32 * MIB)

uint8_t *host_memory;
uint64_t host_memory_end;

static struct boot_parameters parameters;

const struct boot_parameters *host_boot_parameters(void) {
    return &parameters;
}

static uint64_t page_round(uint64_t bytes) {
    return (bytes + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static uint64_t range_add(uint64_t base, uint64_t length, enum boot_memory_kind kind) {
    parameters.memory[parameters.memory_count++] =
        (struct boot_memory){.base = base, .length = length, .kind = kind};
    return base + length;
}

static void hole_make(uint64_t base) {
    if (mprotect(host_memory + (base - HOST_MEMORY_BASE), HOLE_SIZE, PROT_NONE) != 0)
        abort();
}

static void initrd_place(const struct host_configuration *configuration, uint64_t base) {
    parameters.initrd = paddr(base);
    parameters.initrd_size = configuration->initrd_size;
    memcpy(host_memory + (base - HOST_MEMORY_BASE), configuration->initrd, configuration->initrd_size);
}

void host_machine_create(const struct host_configuration *configuration) {
    uint64_t usable = configuration->memory_bytes != 0 ? configuration->memory_bytes : DEFAULT_MEMORY;
    uint64_t first = page_round(usable / 3), initrd = page_round(configuration->initrd_size);
    uint64_t size = usable + HOLE_SIZE + RECLAIM_SIZE + 2 * FIRMWARE_SIZE + initrd;
    ASSERT(usable % PAGE_SIZE == 0 && host_memory == nullptr);
    host_memory =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host_memory == MAP_FAILED)
        abort();
    host_memory_end = HOST_MEMORY_BASE + size;

    uint64_t next = range_add(HOST_MEMORY_BASE, first, BOOT_MEMORY_USABLE);
    hole_make(next);
    next = range_add(next + HOLE_SIZE, RECLAIM_SIZE, BOOT_MEMORY_RECLAIM);
    next = range_add(next, usable - first, BOOT_MEMORY_USABLE);
    next = range_add(next, FIRMWARE_SIZE, BOOT_MEMORY_ACPI);
    next = range_add(next, FIRMWARE_SIZE, BOOT_MEMORY_ACPI_NVS);
    if (initrd != 0)
        initrd_place(configuration, next);
    parameters.boot_seconds = 1'000'000'000;
    strcpy(parameters.loader, "host");
    if (configuration->command_line != nullptr)
        strncpy(parameters.command_line, configuration->command_line, sizeof(parameters.command_line) - 1);

    host_is_free_run = configuration->free_run;
    host_devices_create(configuration->seed);
    host_cpu_create();
}
