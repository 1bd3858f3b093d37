// SPDX-License-Identifier: MIT
//
// Walking ACPI's tables (see acpi.h). Source: ACPI 6.5, 5.2.9 (FADT), 5.2.10 (FACS), 5.2.12 (MADT); VT-d 4.0,
// 8.1 to 8.3 (DMAR); AMD I/O Virtualization 3.07, 5.2.1 and 5.2.2 (IVRS).

#include "acpi.h"
#include "platform.h"
#include <base/acpi.h>
#include <base/string.h>

static bool memory_read(void *context, uint64_t address, void *buffer, size_t length) {
    (void)context;
    const void *bytes = platform_memory(address, length);
    if (bytes == nullptr)
        return false;
    memcpy(buffer, bytes, length);
    return true;
}

static const struct acpi_memory physical = {.read = memory_read};

// The table at an address; its length is 0 when there is none, or it is damaged.
static struct acpi_table table_find(uint64_t address, const char *name) {
    struct acpi_table table;
    (void)acpi_table_find(&table, &physical, address, name);
    return table;
}

static bool add_mapped(struct memory_map *map, uint64_t base, uint64_t length) {
    return memory_map_add_pages(map, base, length, LIMINE_MEMORY_RESERVED_MAPPED);
}

// FACS and DSDT, each with a 32-bit and a 64-bit address; the FACS has no checksum.
static bool walk_fadt(const struct acpi_table *fadt, struct memory_map *map) {
    uint64_t facs[] = {acpi_table_number(fadt, ACPI_FADT_FACS, 4),
                       acpi_table_number(fadt, ACPI_FADT_X_FACS, 8)};
    uint64_t dsdt[] = {acpi_table_number(fadt, ACPI_FADT_DSDT, 4),
                       acpi_table_number(fadt, ACPI_FADT_X_DSDT, 8)};
    for (size_t i = 0; i < 2; i++) {
        if (platform_memory(facs[i], ACPI_FACS_SIZE) != nullptr && !add_mapped(map, facs[i], ACPI_FACS_SIZE))
            return false;
        if (!add_mapped(map, dsdt[i], table_find(dsdt[i], nullptr).length))
            return false;
    }
    return true;
}

static bool walk_table(uint64_t address, struct acpi_tables *tables, struct memory_map *map) {
    struct acpi_table table = table_find(address, nullptr);
    if (!add_mapped(map, address, table.length))
        return false;
    if (table.length == 0)
        return true;
    if (acpi_table_is(&table, "APIC"))
        tables->madt = address;
    if (acpi_table_is(&table, "DMAR"))
        tables->dmar = address;
    if (acpi_table_is(&table, "IVRS"))
        tables->ivrs = address;
    if (!acpi_table_is(&table, "FACP"))
        return true;
    tables->fadt = address;
    return walk_fadt(&table, map);
}

static bool walk_root(uint64_t address, const char *name, struct acpi_tables *tables,
                      struct memory_map *map) {
    struct acpi_table root = table_find(address, name);
    if (!add_mapped(map, address, root.length))
        return false;
    uint32_t count = (uint32_t)min_u64(acpi_root_count(&root), ACPI_TABLES_MOST);
    for (uint32_t i = 0; i < count; i++)
        if (!walk_table(acpi_root_entry(&root, i), tables, map))
            return false;
    return true;
}

bool acpi_walk(uint64_t address, struct acpi_tables *tables, struct memory_map *map) {
    struct acpi_rsdp rsdp;
    *tables = (struct acpi_tables){0};
    if (acpi_rsdp_open(&rsdp, &physical, address) != ACPI_OK)
        return true;
    return add_mapped(map, address, rsdp.length) && walk_root(rsdp.xsdt, "XSDT", tables, map) &&
           walk_root(rsdp.rsdt, "RSDT", tables, map);
}

uint16_t acpi_timer_port(const struct acpi_tables *tables) {
    struct acpi_table fadt = table_find(tables->fadt, "FACP");
    return (uint16_t)acpi_table_number(&fadt, ACPI_FADT_TIMER, 4);
}

static const struct acpi_layout madt_layout = {44, 1, 1, 1};
static const struct acpi_layout dmar_layout = {48, 2, 2, 2};
static const struct acpi_layout ivrs_layout = {48, 1, 2, 2};

// MADT, 5.2.12.2 and 5.2.12.12: local APIC and local x2APIC, each with a flag that says whether it is
// enabled.
static bool read_processor(const struct acpi_table *madt, const struct acpi_entry *entry,
                           struct acpi_processor *processor) {
    bool wide = entry->type == 9;
    if ((entry->type != 0 || entry->length < 8) && (!wide || entry->length < 16))
        return false;
    *processor = (struct acpi_processor){
        .uid = (uint32_t)(wide ? acpi_table_number(madt, entry->at + 12, 4)
                               : acpi_table_number(madt, entry->at + 2, 1)),
        .apic_id = (uint32_t)(wide ? acpi_table_number(madt, entry->at + 4, 4)
                                   : acpi_table_number(madt, entry->at + 3, 1)),
    };
    return (acpi_table_number(madt, entry->at + (wide ? 8 : 4), 4) & 1) != 0;
}

bool acpi_processor(const struct acpi_tables *tables, size_t index, struct acpi_processor *processor) {
    struct acpi_table madt = table_find(tables->madt, nullptr);
    struct acpi_entry entry = {};
    while (acpi_entry_next(&madt, &madt_layout, &entry) == ACPI_OK)
        if (read_processor(&madt, &entry, processor) && index-- == 0)
            return true;
    return false;
}

// 5.2.12.7 and 5.2.12.13: local APIC NMI and local x2APIC NMI.
static bool read_local_nmi(const struct acpi_table *madt, const struct acpi_entry *entry,
                           struct acpi_local_nmi *nmi) {
    bool wide = entry->type == 10;
    if ((entry->type != 4 || entry->length < 6) && (!wide || entry->length < 12))
        return false;
    uint32_t uid = (uint32_t)(wide ? acpi_table_number(madt, entry->at + 4, 4)
                                   : acpi_table_number(madt, entry->at + 2, 1));
    *nmi = (struct acpi_local_nmi){
        .uid = !wide && uid == UINT8_MAX ? ACPI_ALL_PROCESSORS : uid,
        .flags = (uint16_t)acpi_table_number(madt, entry->at + (wide ? 2 : 3), 2),
        .pin = (uint8_t)acpi_table_number(madt, entry->at + (wide ? 8 : 5), 1),
    };
    return nmi->pin <= 1;
}

bool acpi_local_nmi(const struct acpi_tables *tables, size_t index, struct acpi_local_nmi *nmi) {
    struct acpi_table madt = table_find(tables->madt, nullptr);
    struct acpi_entry entry = {};
    while (acpi_entry_next(&madt, &madt_layout, &entry) == ACPI_OK)
        if (read_local_nmi(&madt, &entry, nmi) && index-- == 0)
            return true;
    return false;
}

typedef bool entry_filter(uint64_t type);

static bool is_io_apic(uint64_t type) {
    return type == 1;
}

static bool is_remapping_unit(uint64_t type) {
    return type == 0;
}

static bool is_amd_iommu(uint64_t type) {
    return type == 0x10 || type == 0x11 || type == 0x40;
}

// A field of the entry number `index` of those that the filter lets pass and that have the field; else 0.
static uint64_t entry_field(uint64_t address, const struct acpi_layout *layout, entry_filter *is_wanted,
                            size_t index, uint32_t field, uint32_t field_size) {
    struct acpi_table table = table_find(address, nullptr);
    struct acpi_entry entry = {};
    while (acpi_entry_next(&table, layout, &entry) == ACPI_OK)
        if (is_wanted(entry.type) && entry.length >= field + field_size && index-- == 0)
            return acpi_table_number(&table, entry.at + field, field_size);
    return 0;
}

uint64_t acpi_io_apic(const struct acpi_tables *tables, size_t index) {
    return entry_field(tables->madt, &madt_layout, is_io_apic, index, 4, 4);
}

uint64_t acpi_remapping_unit(const struct acpi_tables *tables, size_t index) {
    return entry_field(tables->dmar, &dmar_layout, is_remapping_unit, index, 8, 8);
}

uint64_t acpi_amd_iommu(const struct acpi_tables *tables, size_t index) {
    return entry_field(tables->ivrs, &ivrs_layout, is_amd_iommu, index, 8, 8);
}

uint64_t acpi_rsdp_search(uint64_t start, uint64_t end) {
    struct acpi_rsdp rsdp;
    for (uint64_t address = align_up(start, 16); address + ACPI_RSDP_SIZE <= end; address += 16)
        if (acpi_rsdp_open(&rsdp, &physical, address) == ACPI_OK)
            return address;
    return 0;
}
