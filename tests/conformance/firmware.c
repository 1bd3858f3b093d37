// SPDX-License-Identifier: MIT
//
// What firmware leaves behind: ACPI, SMBIOS, EFI's tables and map, the TPM's log. Which address is physical
// and which memory holds it depends on the base revision: PROTOCOL.md, "Base Revision Changes Summary". The
// tables' own layout: ACPI 6.5, 5.2; SMBIOS 3.7, 5.2; UEFI 2.10, 4.3 and 7.2; TCG PC Client Platform
// Firmware Profile 1.05, 10.2.

#include "console.h"
#include "kernel.h"

// An address that is physical up to base revision `last`, and in the direct map from then on.
static uint64_t physical_since(const char *name, uint64_t address, uint64_t last) {
    bool physical = revision() <= last;
    check(name, physical == !is_in_direct_map((void *)address), address);
    return physical ? address : physical_of((void *)address);
}

static const uint8_t *low(uint64_t physical) {
    return (const uint8_t *)device(physical);
}

static const uint8_t *rsdp_bytes(void) {
    const struct word_response *response = answer(&rsdp);
    if (response == NULL)
        return NULL;
    uint64_t address = response->word;
    return low(is_in_direct_map((void *)address) ? physical_of((void *)address) : address);
}

void acpi_each(void (*call)(uint64_t physical, const uint8_t *table)) {
    const uint8_t *pointer = rsdp_bytes();
    if (pointer == NULL)
        return;
    bool extended = pointer[15] >= 2;
    uint64_t root = extended ? field(pointer, 24, 8) : field(pointer, 16, 4);
    size_t step = extended ? 8 : 4;
    call(root, low(root));
    for (size_t at = 36; at < field(low(root), 4, 4); at += step) {
        uint64_t address = field(low(root), at, step);
        const uint8_t *table = low(address);
        call(address, table);
        if (begins(table, "FACP")) {
            call(field(table, 36, 4), low(field(table, 36, 4)));
            call(field(table, 40, 4), low(field(table, 40, 4)));
        }
    }
}

static const char *wanted;
static const uint8_t *found;

static void compare(uint64_t physical, const uint8_t *table) {
    (void)physical;
    if (begins(table, wanted))
        found = table;
}

const uint8_t *acpi_table(const char *signature) {
    wanted = signature;
    found = NULL;
    acpi_each(compare);
    return found;
}

static struct check tables_mapped = {.name = "acpi-tables-lie-in-mapped-memory"};

static void check_table(uint64_t physical, const uint8_t *table) {
    uint64_t size = field(table, 4, 4);
    for (uint64_t at = physical & ~(PAGE - 1); physical != 0 && at < physical + size; at += PAGE) {
        const struct range *range = range_at(at < physical ? physical : at);
        bool good = range != NULL && (range->type == ACPI_RECLAIMABLE || range->type == ACPI_NVS ||
                                      range->type == RESERVED_MAPPED);
        check_that(&tables_mapped, good, physical);
    }
}

static void check_acpi(void) {
    const struct word_response *response = answer(&rsdp);
    check("rsdp-answered", response != NULL, 0);
    if (response == NULL)
        return;
    uint64_t physical = physical_since("rsdp-address-kind", response->word, 3);
    check("rsdp-is-one", begins(low(physical), "RSD PTR "), physical);
    if (revision() < 4)
        return;
    const struct range *range = range_at(physical);
    check_that(&tables_mapped, range != NULL && range->type != USABLE && range->type != RESERVED, physical);
    acpi_each(check_table);
    check_end(&tables_mapped);
}

static void check_smbios_entry(const char *name, uint64_t address, const char *anchor, size_t table_at,
                               size_t width, size_t length_at) {
    uint64_t physical = physical_since(name, address, 4);
    const uint8_t *entry = low(physical);
    check("smbios-entry-is-one", begins(entry, anchor), physical);
    if (revision() < 5)
        return;
    uint64_t table = field(entry, table_at, width);
    uint64_t length = field(entry, length_at, width == 8 ? 4 : 2);
    check("smbios-entry-is-reserved-mapped", lies_in(virtual_of(physical), 24, RESERVED_MAPPED), physical);
    check("smbios-table-is-reserved-mapped", lies_in(virtual_of(table), length, RESERVED_MAPPED), table);
}

static void check_smbios(void) {
    const struct smbios_response *response = answer(&smbios);
    check("smbios-answered", response != NULL && (response->entry_32 | response->entry_64) != 0, 0);
    if (response == NULL)
        return;
    if (response->entry_32 != 0)
        check_smbios_entry("smbios-32-address-kind", response->entry_32, "_SM_", 0x18, 4, 0x16);
    if (response->entry_64 != 0)
        check_smbios_entry("smbios-64-address-kind", response->entry_64, "_SM3_", 0x10, 8, 0x0c);
}

// System table: vendor 24, runtime services 88, number of tables 104, tables 112.
static void check_system_table(void) {
    const struct word_response *response = answer(&efi_system_table);
    check("efi-system-table-answered-under-efi-only", (response != NULL) == is_efi(), 0);
    if (response == NULL)
        return;
    uint64_t physical = physical_since("efi-system-table-address-kind", response->word, 4);
    const uint8_t *table = low(physical);
    check("efi-system-table-is-one", begins(table, "IBI SYST"), physical);
    if (revision() < 5)
        return;
    uint64_t runtime = field(table, 88, 8);
    check("efi-system-table-is-reserved-mapped",
          lies_in(virtual_of(physical), field(table, 12, 4), RESERVED_MAPPED), 0);
    check("efi-vendor-is-reserved-mapped", lies_in(virtual_of(field(table, 24, 8)), 2, RESERVED_MAPPED),
          field(table, 24, 8));
    check("efi-runtime-table-is-reserved-mapped",
          lies_in(virtual_of(runtime), field(low(runtime), 12, 4), RESERVED_MAPPED), runtime);
    check("efi-table-list-is-reserved-mapped",
          lies_in(virtual_of(field(table, 112, 8)), field(table, 104, 8) * 24, RESERVED_MAPPED),
          field(table, 112, 8));
}

// Which Limine type a page of each EFI type may have: the one of the table, or one of a rule that comes
// first.
static bool agrees(uint32_t efi, enum memory_type type) {
    switch (efi) {
    case 1 ... 4:
        return type == RECLAIMABLE || type == EXECUTABLE_AND_MODULES ||
               (type == RESERVED_MAPPED && revision() >= 4) || type == RESERVED;
    case 5 ... 6:
        return type == (revision() >= 5 ? RESERVED_MAPPED : RESERVED) ||
               (type == RESERVED_MAPPED && revision() >= 4);
    case 7:
        return type == USABLE || type == RESERVED;
    case 9:
        return type == ACPI_RECLAIMABLE;
    case 10:
        return type == ACPI_NVS;
    default:
        return type != USABLE && type != RECLAIMABLE;
    }
}

static void check_descriptors(const struct efi_map_response *map) {
    struct check types = {.name = "memory-map-follows-efi-map"};
    for (uint64_t at = 0; at + map->descriptor_size <= map->size; at += map->descriptor_size) {
        uint32_t efi = (uint32_t)field(map->map + at, 0, 4);
        uint64_t base = field(map->map + at, 8, 8);
        uint64_t size = field(map->map + at, 24, 8) * PAGE;
        for (uint64_t page = base; page < base + size && base < 1ULL << 32; page += PAGE) {
            const struct range *range = range_at(page);
            check_that(&types, range == NULL ? efi > 10 : agrees(efi, range->type), page);
        }
    }
    check_end(&types);
}

static void check_efi_map(void) {
    const struct efi_map_response *map = answer(&efi_memory_map);
    check("efi-map-answered-under-efi-only", (map != NULL) == is_efi(), 0);
    if (map == NULL)
        return;
    bool whole = map->descriptor_size >= 40 && map->size >= map->descriptor_size &&
                 map->size % map->descriptor_size == 0;
    check("efi-map-is-whole", whole && map->descriptor_version == 1, map->size);
    check("efi-map-lies-in-reclaimable-memory", lies_in(map->map, map->size, RECLAIMABLE), 0);
    if (whole)
        check_descriptors(map);
}

// The first event of a TCG 2 log is in the old format: PCR 0, type EV_NO_ACTION (3), and names the format.
static void check_event_log(void) {
    const struct event_log_response *log = answer(&event_log);
    fact("event-log", log == NULL ? 0 : log->format);
    if (log == NULL)
        return;
    check("event-log-format", log->format == 1 || log->format == 2, log->format);
    check("event-log-lies-in-reclaimable-memory",
          log->size == 0 ? log->address == NULL : lies_in(log->address, log->size, RECLAIMABLE), log->size);
    if (log->format == 2 && log->size > 48)
        check("event-log-begins-with-its-header",
              field(log->address, 4, 4) == 3 && begins(log->address + 32, "Spec ID Event03"),
              field(log->address, 4, 4));
    fact("event-log-size", log->size);
}

void check_firmware(void) {
    check_acpi();
    check_smbios();
    check_system_table();
    check_efi_map();
    check_event_log();
}
