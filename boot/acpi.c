// SPDX-License-Identifier: MIT
//
// Walking ACPI's tables (see acpi.h). Source: ACPI 6.5, 5.2.5 (RSDP), 5.2.6 (header), 5.2.7 and 5.2.8 (RSDT,
// XSDT), 5.2.9 (FADT), 5.2.10 (FACS), 5.2.12 (MADT); VT-d 4.0, 8.1 to 8.3 (DMAR); AMD I/O
// Virtualization 3.07, 5.2.1 and 5.2.2 (IVRS). Fields are read byte-wise
// by offset because tables are not aligned.

#include "acpi.h"
#include "platform.h"
#include <base/string.h>

#define TABLE_LENGTH_MAX (16 * MIB)
#define TABLES_MAX       256
#define HEADER_SIZE      36
#define RSDP_SIZE        20 // as of ACPI 1.0
#define RSDP_SIZE_2      36 // from revision 2 on
#define FACS_SIZE        64

struct table {
    const uint8_t *bytes; // null: there is no such table, or it is damaged
    uint32_t length;
};

static uint64_t read_field(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    memcpy(&value, bytes, size);
    return value;
}

static bool sums_to_zero(const uint8_t *bytes, size_t length) {
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

static struct table table_open(uint64_t address) {
    const uint8_t *header = platform_memory(address, HEADER_SIZE);
    if (header == nullptr)
        return (struct table){0};
    uint32_t length = (uint32_t)read_field(header + 4, 4);
    if (length < HEADER_SIZE || length > TABLE_LENGTH_MAX)
        return (struct table){0};
    const uint8_t *bytes = platform_memory(address, length);
    if (bytes == nullptr || !sums_to_zero(bytes, length))
        return (struct table){0};
    return (struct table){bytes, length};
}

// A field, 0 when the table is too short to have it.
static uint64_t table_field(const struct table *table, size_t offset, size_t size) {
    return offset + size <= table->length ? read_field(table->bytes + offset, size) : 0;
}

static bool table_is(const struct table *table, const char *signature) {
    return memcmp(table->bytes, signature, 4) == 0;
}

static bool add_mapped(struct memory_map *map, uint64_t base, uint64_t length) {
    return memory_map_add_pages(map, base, length, LIMINE_MEMORY_RESERVED_MAPPED);
}

// FACS and DSDT, each with a 32-bit and a 64-bit address; the FACS has no checksum.
static bool walk_fadt(const struct table *fadt, struct memory_map *map) {
    uint64_t facs[] = {table_field(fadt, 36, 4), table_field(fadt, 132, 8)};
    uint64_t dsdt[] = {table_field(fadt, 40, 4), table_field(fadt, 140, 8)};
    for (size_t i = 0; i < 2; i++) {
        if (platform_memory(facs[i], FACS_SIZE) != nullptr && !add_mapped(map, facs[i], FACS_SIZE))
            return false;
        if (!add_mapped(map, dsdt[i], table_open(dsdt[i]).length))
            return false;
    }
    return true;
}

static bool walk_table(uint64_t address, struct acpi_tables *tables, struct memory_map *map) {
    struct table table = table_open(address);
    if (table.bytes == nullptr)
        return true;
    if (!add_mapped(map, address, table.length))
        return false;
    if (table_is(&table, "APIC"))
        tables->madt = address;
    if (table_is(&table, "DMAR"))
        tables->dmar = address;
    if (table_is(&table, "IVRS"))
        tables->ivrs = address;
    if (!table_is(&table, "FACP"))
        return true;
    tables->fadt = address;
    return walk_fadt(&table, map);
}

static bool walk_root(uint64_t address, const char *signature, size_t entry_size, struct acpi_tables *tables,
                      struct memory_map *map) {
    struct table root = table_open(address);
    if (root.bytes == nullptr || !table_is(&root, signature))
        return true;
    if (!add_mapped(map, address, root.length))
        return false;
    size_t count = min_u64((root.length - HEADER_SIZE) / entry_size, TABLES_MAX);
    for (size_t i = 0; i < count; i++)
        if (!walk_table(read_field(root.bytes + HEADER_SIZE + i * entry_size, entry_size), tables, map))
            return false;
    return true;
}

bool acpi_walk(uint64_t rsdp, struct acpi_tables *tables, struct memory_map *map) {
    *tables = (struct acpi_tables){0};
    const uint8_t *pointer = platform_memory(rsdp, RSDP_SIZE);
    if (pointer == nullptr || memcmp(pointer, "RSD PTR ", 8) != 0 || !sums_to_zero(pointer, RSDP_SIZE))
        return true;
    bool extended = pointer[15] >= 2 && platform_memory(rsdp, RSDP_SIZE_2) != nullptr;
    if (!add_mapped(map, rsdp, extended ? RSDP_SIZE_2 : RSDP_SIZE))
        return false;
    if (extended && !walk_root(read_field(pointer + 24, 8), "XSDT", 8, tables, map))
        return false;
    return walk_root(read_field(pointer + 16, 4), "RSDT", 4, tables, map);
}

uint16_t acpi_timer_port(const struct acpi_tables *tables) {
    struct table fadt = table_open(tables->fadt);
    return (uint16_t)table_field(&fadt, 76, 4);
}

// How a table is made of structures: where they begin, and where each has its type and length.
struct layout {
    size_t first;
    size_t type_size;
    size_t length_at;
    size_t length_size;
};

static const struct layout madt_layout = {44, 1, 1, 1};
static const struct layout dmar_layout = {48, 2, 2, 2};
static const struct layout ivrs_layout = {48, 1, 2, 2};

struct structure {
    const uint8_t *bytes;
    uint64_t type;
    uint64_t size;
};

// The structure at `*offset`, which moves on behind it. False behind the last, or where a length makes no
// sense.
static bool next_structure(const struct table *table, const struct layout *layout, size_t *offset,
                           struct structure *structure) {
    size_t header = layout->length_at + layout->length_size;
    if (*offset + header > table->length)
        return false;
    structure->bytes = table->bytes + *offset;
    structure->type = read_field(structure->bytes, layout->type_size);
    structure->size = read_field(structure->bytes + layout->length_at, layout->length_size);
    if (structure->size < header || structure->size > table->length - *offset)
        return false;
    *offset += structure->size;
    return true;
}

typedef bool structure_filter(uint64_t type);

static bool is_io_apic(uint64_t type) {
    return type == 1;
}

static bool is_remapping_unit(uint64_t type) {
    return type == 0;
}

static bool is_amd_iommu(uint64_t type) {
    return type == 0x10 || type == 0x11 || type == 0x40;
}

// A field of the structure number `index` of those that the filter lets pass and that have the field; else 0.
static uint64_t structure_field(uint64_t address, const struct layout *layout, structure_filter *is_wanted,
                                size_t index, size_t field, size_t field_size) {
    struct table table = table_open(address);
    struct structure structure;
    for (size_t offset = layout->first; next_structure(&table, layout, &offset, &structure);)
        if (is_wanted(structure.type) && structure.size >= field + field_size && index-- == 0)
            return read_field(structure.bytes + field, field_size);
    return 0;
}

uint64_t acpi_io_apic(const struct acpi_tables *tables, size_t index) {
    return structure_field(tables->madt, &madt_layout, is_io_apic, index, 4, 4);
}

uint64_t acpi_remapping_unit(const struct acpi_tables *tables, size_t index) {
    return structure_field(tables->dmar, &dmar_layout, is_remapping_unit, index, 8, 8);
}

uint64_t acpi_amd_iommu(const struct acpi_tables *tables, size_t index) {
    return structure_field(tables->ivrs, &ivrs_layout, is_amd_iommu, index, 8, 8);
}

uint64_t acpi_rsdp_search(uint64_t start, uint64_t end) {
    for (uint64_t address = align_up(start, 16); address + RSDP_SIZE <= end; address += 16) {
        const uint8_t *bytes = platform_memory(address, RSDP_SIZE);
        if (bytes != nullptr && memcmp(bytes, "RSD PTR ", 8) == 0 && sums_to_zero(bytes, RSDP_SIZE))
            return address;
    }
    return 0;
}
