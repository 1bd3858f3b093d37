// SPDX-License-Identifier: MIT
//
// Walking ACPI's tables (see acpi.h). Source: ACPI 6.5, 5.2.5 (RSDP), 5.2.6 (header), 5.2.7 and 5.2.8 (RSDT,
// XSDT), 5.2.9 (FADT), 5.2.10 (FACS), 5.2.12 (MADT); VT-d 4.0, 8.1 to 8.3 (DMAR). Fields are read byte-wise
// by offset because tables are not aligned.

#include "acpi.h"
#include "platform.h"
#include <base/string.h>

#define TABLE_LENGTH_MAX (16 * MIB)
#define HEADER_SIZE      36

static const void *at(uint64_t address) {
    return (const void *)(uintptr_t)address;
}

static uint64_t read_field(uint64_t address, size_t size) {
    uint64_t value = 0;
    memcpy(&value, at(address), size);
    return value;
}

static bool is_reachable(uint64_t address, uint64_t length) {
    return address != 0 && range_within(address, length, platform_physical_limit);
}

static bool sums_to_zero(uint64_t address, uint64_t length) {
    const uint8_t *bytes = at(address);
    uint8_t sum = 0;
    for (uint64_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

// The length of a table with an intact header and checksum, else 0.
static uint32_t table_length(uint64_t table) {
    if (!is_reachable(table, HEADER_SIZE))
        return 0;
    uint32_t length = (uint32_t)read_field(table + 4, 4);
    if (length < HEADER_SIZE || length > TABLE_LENGTH_MAX || !is_reachable(table, length))
        return 0;
    return sums_to_zero(table, length) ? length : 0;
}

static bool table_is(uint64_t table, const char *signature) {
    return memcmp(at(table), signature, 4) == 0;
}

static bool add_mapped(struct memory_map *map, uint64_t base, uint64_t length) {
    return memory_map_add_pages(map, base, length, LIMINE_MEMORY_RESERVED_MAPPED);
}

// A field of the FADT, 0 when the table is too short to have it.
static uint64_t fadt_field(uint64_t fadt, size_t offset, size_t size) {
    return offset + size <= table_length(fadt) ? read_field(fadt + offset, size) : 0;
}

// FACS and DSDT, each with a 32-bit and a 64-bit address; the FACS has no checksum.
static bool walk_fadt(uint64_t fadt, struct memory_map *map) {
    uint64_t facs[] = {fadt_field(fadt, 36, 4), fadt_field(fadt, 132, 8)};
    uint64_t dsdt[] = {fadt_field(fadt, 40, 4), fadt_field(fadt, 140, 8)};
    for (size_t i = 0; i < 2; i++) {
        if (is_reachable(facs[i], 64) && !add_mapped(map, facs[i], 64))
            return false;
        uint32_t length = table_length(dsdt[i]);
        if (length > 0 && !add_mapped(map, dsdt[i], length))
            return false;
    }
    return true;
}

static bool walk_table(uint64_t table, struct acpi_tables *tables, struct memory_map *map) {
    uint32_t length = table_length(table);
    if (length == 0)
        return true;
    if (table_is(table, "APIC"))
        tables->madt = table;
    if (table_is(table, "DMAR"))
        tables->dmar = table;
    if (!add_mapped(map, table, length))
        return false;
    if (!table_is(table, "FACP"))
        return true;
    tables->fadt = table;
    return walk_fadt(table, map);
}

static bool walk_root(uint64_t root, size_t entry_size, struct acpi_tables *tables, struct memory_map *map) {
    uint32_t length = table_length(root);
    if (length == 0)
        return true;
    if (!add_mapped(map, root, length))
        return false;
    for (uint64_t offset = HEADER_SIZE; offset + entry_size <= length; offset += entry_size)
        if (!walk_table(read_field(root + offset, entry_size), tables, map))
            return false;
    return true;
}

bool acpi_walk(uint64_t rsdp, struct acpi_tables *tables, struct memory_map *map) {
    *tables = (struct acpi_tables){0};
    if (!is_reachable(rsdp, 20))
        return true;
    bool extended = read_field(rsdp + 15, 1) >= 2 && is_reachable(rsdp, HEADER_SIZE);
    if (!add_mapped(map, rsdp, extended ? 36 : 20))
        return false;
    if (extended && read_field(rsdp + 24, 8) != 0 && !walk_root(read_field(rsdp + 24, 8), 8, tables, map))
        return false;
    return walk_root(read_field(rsdp + 16, 4), 4, tables, map);
}

uint16_t acpi_timer_port(const struct acpi_tables *tables) {
    return tables->fadt == 0 ? 0 : (uint16_t)fadt_field(tables->fadt, 76, 4);
}

// Number `index` of the structures with type `type`, from `offset` on; types and lengths have `width` bytes.
static uint64_t find_structure(uint64_t table, uint64_t offset, size_t width, uint64_t type, size_t least,
                               size_t index) {
    uint32_t length = table == 0 ? 0 : table_length(table);
    while (offset + 2 * width <= length) {
        uint64_t size = read_field(table + offset + width, width);
        if (size < 2 * width || size > length - offset)
            break;
        if (read_field(table + offset, width) == type && size >= least && index-- == 0)
            return table + offset;
        offset += size;
    }
    return 0;
}

uint64_t acpi_io_apic(const struct acpi_tables *tables, size_t index) {
    uint64_t structure = find_structure(tables->madt, 44, 1, 1, 12, index);
    return structure == 0 ? 0 : read_field(structure + 4, 4);
}

uint64_t acpi_remapping_unit(const struct acpi_tables *tables, size_t index) {
    uint64_t structure = find_structure(tables->dmar, 48, 2, 0, 16, index);
    return structure == 0 ? 0 : read_field(structure + 8, 8);
}

uint64_t acpi_rsdp_search(uint64_t start, uint64_t end) {
    for (uint64_t address = align_up(start, 16); address + 20 <= end; address += 16)
        if (memcmp(at(address), "RSD PTR ", 8) == 0 && sums_to_zero(address, 20))
            return address;
    return 0;
}
