// SPDX-License-Identifier: MIT
//
// The memory map of one boot (see layout.h).

#include "layout.h"
#include "arena.h"
#include "message.h"
#include <base/string.h>

#define OVERLAYS_MAX 512

// Too large for a firmware's stack.
static struct limine_memory_range overlay_ranges[OVERLAYS_MAX];

static void overlay(struct boot *boot, uint64_t base, uint64_t length, enum limine_memory_type type) {
    if (!memory_map_add_pages(&boot->overlays, base, length, type))
        stop("too many firmware tables and modules (at most %d)", OVERLAYS_MAX);
}

// SMBIOS 3.7, 5.2.1 and 5.2.2: each entry point names where its table lies and how long it is at most.
static void overlay_smbios(struct boot *boot) {
    const uint8_t *entry_32 = platform_memory(boot->tables.smbios_32, 0x1f);
    const uint8_t *entry_64 = platform_memory(boot->tables.smbios_64, 0x18);
    if (entry_32 != nullptr) {
        uint32_t address;
        uint16_t length;
        memcpy(&length, entry_32 + 0x16, sizeof length);
        memcpy(&address, entry_32 + 0x18, sizeof address);
        overlay(boot, boot->tables.smbios_32, 0x1f, LIMINE_MEMORY_RESERVED_MAPPED);
        overlay(boot, address, length, LIMINE_MEMORY_RESERVED_MAPPED);
    }
    if (entry_64 != nullptr) {
        uint64_t address;
        uint32_t maximum;
        memcpy(&maximum, entry_64 + 0x0c, sizeof maximum);
        memcpy(&address, entry_64 + 0x10, sizeof address);
        overlay(boot, boot->tables.smbios_64, 0x18, LIMINE_MEMORY_RESERVED_MAPPED);
        overlay(boot, address, maximum, LIMINE_MEMORY_RESERVED_MAPPED);
    }
}

// What the loader knows of memory beyond the platform's own map.
void layout_overlays_find(struct boot *boot) {
    boot->overlays = (struct memory_map){overlay_ranges, 0, OVERLAYS_MAX};
    // Nobody gets page 0: it makes null pointers of the direct map visible, and firmware may still look
    // there.
    overlay(boot, 0, PAGE_SIZE, LIMINE_MEMORY_RESERVED);
    overlay(boot, boot->image.physical_base, boot->image.size, LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    for (size_t i = 0; i < boot->module_count; i++)
        overlay(boot, (uint64_t)(uintptr_t)boot->modules[i].file.data, boot->modules[i].file.size,
                LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    if (boot->has_framebuffer)
        overlay(boot, boot->framebuffer.address, (uint64_t)boot->framebuffer.pitch * boot->framebuffer.height,
                LIMINE_MEMORY_FRAMEBUFFER);
    size_t plain = boot->overlays.count;
    if (!acpi_walk(boot->tables.rsdp, &boot->acpi, &boot->overlays))
        stop("too many ACPI tables (at most %d)", OVERLAYS_MAX);
    // Base revision 3 has no type for mapped firmware tables.
    if (boot->base_revision < 4)
        boot->overlays.count = plain;
    else if (boot->base_revision >= 5)
        overlay_smbios(boot);
}

static void add_overlays(struct boot *boot) {
    for (size_t i = 0; i < boot->overlays.count; i++)
        boot->raw.ranges[boot->raw.count++] = boot->overlays.ranges[i];
}

void layout_reserve(struct boot *boot) {
    size_t bound = platform_map_bound() + OVERLAYS_MAX;
    boot->raw.capacity = bound;
    boot->map.capacity = 2 * bound + 1;
    boot->raw.ranges = (struct limine_memory_range *)(uintptr_t)arena_pages(
        bound * sizeof(struct limine_memory_range), "the memory map");
    boot->map.ranges = (struct limine_memory_range *)(uintptr_t)arena_pages(
        boot->map.capacity * sizeof(struct limine_memory_range), "the memory map");
}

void layout_build(struct boot *boot) {
    boot->raw.count = 0;
    if (!platform_map_read(&boot->raw) || boot->raw.count > boot->raw.capacity - boot->overlays.count)
        stop("the firmware's memory map has more than %u ranges",
             (unsigned)boot->raw.capacity - OVERLAYS_MAX);
    // Runtime services are ordinary reserved memory until base revision 5.
    for (size_t i = 0; i < boot->raw.count && boot->base_revision < 5; i++)
        if (boot->raw.ranges[i].type == LIMINE_MEMORY_RESERVED_MAPPED)
            boot->raw.ranges[i].type = LIMINE_MEMORY_RESERVED;
    add_overlays(boot);
    if (!memory_map_build(&boot->map, &boot->raw))
        stop("the memory map does not fit the memory put aside for it");
}
