// SPDX-License-Identifier: MIT
//
// Memory under UEFI, up to leaving the firmware with the map that the kernel is told of. Source:
// UEFI 2.10, 7.2 (memory services), 7.4.6 (ExitBootServices).

#include "../platform.h"
#include "firmware.h"
#include <base/string.h>

#define ALLOCATE_ANY_PAGES   0U
#define ALLOCATE_MAX_ADDRESS 1U
// Descriptors that the map may grow by until the firmware is left: our own allocations split ranges.
#define MAP_SPARE      64
#define LEAVE_ATTEMPTS 4
#define OWN_RANGES     4 // that platform_map_read() adds to the firmware's

static struct platform_raw_map raw_map;
static uint64_t raw_map_room;

const void *platform_memory(uint64_t address, uint64_t length) {
    return address != 0 && range_within(address, length, UINT64_MAX) ? (const void *)(uintptr_t)address
                                                                     : nullptr;
}

static bool allocate(uint32_t how, uint64_t pages, uint64_t *base) {
    // UEFI takes a size of 0 for an error; callers of ours may ask for an empty file.
    pages = max_u64(pages, 1);
    if (firmware.has_left)
        return false;
    if (firmware.system->boot->allocate_pages(how, EFI_LOADER_DATA, pages, base) != EFI_SUCCESS)
        return false;
    memset((void *)(uintptr_t)*base, 0, pages * PAGE_SIZE);
    return true;
}

bool platform_pages_allocate(uint64_t pages, uint64_t *base) {
    return allocate(ALLOCATE_ANY_PAGES, pages, base);
}

bool platform_low_pages_allocate(uint64_t pages, uint64_t limit, uint64_t *base) {
    *base = limit - 1;
    return allocate(ALLOCATE_MAX_ADDRESS, pages, base);
}

// Fetches the map into the buffer of the first call; grows nothing, so it is allowed right before leaving.
static efi_status_t fetch_map(uint64_t *key) {
    raw_map.size = raw_map_room;
    return firmware.system->boot->get_memory_map(&raw_map.size, (void *)(uintptr_t)raw_map.map, key,
                                                 &raw_map.descriptor_size, &raw_map.descriptor_version);
}

size_t platform_map_bound(void) {
    uint64_t key, base;
    if (raw_map.map == 0) {
        if (fetch_map(&key) != EFI_BUFFER_TOO_SMALL ||
            raw_map.descriptor_size < sizeof(struct efi_memory_descriptor))
            return 0;
        uint64_t room = raw_map.size + MAP_SPARE * raw_map.descriptor_size;
        uint64_t pages = (room + PAGE_SIZE - 1) / PAGE_SIZE;
        if (!platform_pages_allocate(pages, &base))
            return 0;
        raw_map.map = base;
        raw_map_room = pages * PAGE_SIZE;
    }
    return raw_map_room / raw_map.descriptor_size + OWN_RANGES;
}

// PROTOCOL.md, "EFI Memory Map Entry Type to Limine Memory Map Type"; runtime services as of base revision 5.
static enum limine_memory_type limine_type(const struct efi_memory_descriptor *descriptor) {
    switch (descriptor->type) {
    case EFI_LOADER_CODE:
    case EFI_LOADER_DATA:
    case EFI_BOOT_SERVICES_CODE:
    case EFI_BOOT_SERVICES_DATA:
        return LIMINE_MEMORY_LOADER_RECLAIMABLE;
    case EFI_RUNTIME_SERVICES_CODE:
    case EFI_RUNTIME_SERVICES_DATA:
        return LIMINE_MEMORY_RESERVED_MAPPED;
    case EFI_CONVENTIONAL_MEMORY:
        return descriptor->attribute & EFI_MEMORY_SPECIFIC_PURPOSE ? LIMINE_MEMORY_RESERVED
                                                                   : LIMINE_MEMORY_USABLE;
    case EFI_UNUSABLE_MEMORY:
        return LIMINE_MEMORY_BAD;
    case EFI_ACPI_RECLAIM_MEMORY:
        return LIMINE_MEMORY_ACPI_RECLAIMABLE;
    case EFI_ACPI_MEMORY_NVS:
        return LIMINE_MEMORY_ACPI_NVS;
    default:
        return LIMINE_MEMORY_RESERVED;
    }
}

static uint64_t vendor_size(const efi_char_t *vendor) {
    uint64_t length = 0;
    while (vendor != nullptr && vendor[length] != 0)
        length++;
    return (length + 1) * sizeof *vendor;
}

bool platform_map_read(struct memory_map *map) {
    uint64_t key;
    if (!firmware.has_left && fetch_map(&key) != EFI_SUCCESS)
        return false;
    for (uint64_t offset = 0; offset + raw_map.descriptor_size <= raw_map.size;
         offset += raw_map.descriptor_size) {
        const struct efi_memory_descriptor *descriptor =
            (const struct efi_memory_descriptor *)(uintptr_t)(raw_map.map + offset);
        uint64_t length;
        if (ckd_mul(&length, descriptor->pages, PAGE_SIZE))
            length = UINT64_MAX;
        if (!memory_map_add(map, descriptor->physical, length, limine_type(descriptor)))
            return false;
    }
    // The kernel may be given the system table: it stays wherever firmware put it, with what it points at and
    // what is still valid.
    const struct efi_system_table *system = firmware.system;
    return memory_map_add_pages(map, (uint64_t)(uintptr_t)system, system->header.size,
                                LIMINE_MEMORY_RESERVED_MAPPED) &&
           memory_map_add_pages(map, (uint64_t)(uintptr_t)system->runtime, system->runtime->header.size,
                                LIMINE_MEMORY_RESERVED_MAPPED) &&
           memory_map_add_pages(map, (uint64_t)(uintptr_t)system->vendor, vendor_size(system->vendor),
                                LIMINE_MEMORY_RESERVED_MAPPED) &&
           memory_map_add_pages(map, (uint64_t)(uintptr_t)system->tables,
                                system->table_count * sizeof *system->tables, LIMINE_MEMORY_RESERVED_MAPPED);
}

// The first attempt may change the map (timers signal drivers that allocate), which makes the key stale.
bool platform_finish(void) {
    uint64_t key;
    for (unsigned i = 0; i < LEAVE_ATTEMPTS; i++) {
        if (fetch_map(&key) != EFI_SUCCESS)
            return false;
        if (firmware.system->boot->exit_boot_services(firmware.image, key) == EFI_SUCCESS) {
            firmware.has_left = true;
            return true;
        }
    }
    return false;
}

void platform_raw_map_get(struct platform_raw_map *raw) {
    *raw = raw_map;
}
