// SPDX-License-Identifier: MIT
//
// See acpi.h. Tables: ACPI 6.5, 5.2.9 (FADT), 5.2.12 (MADT); IA-PC HPET 1.0a, 3.2.4; PCI Firmware 3.3, 4.1.2
// (MCFG). No table points at another but the root's and the FADT, and each is read once: there is no way into
// a loop.

#include "acpi.h"
#include <base/string.h>
#include <base/types.h>

#define FADT_TIMER_32 (1u << 8)

static enum acpi_error defect(struct acpi *acpi, const char *table, enum acpi_error error) {
    if (acpi->defect_count < ACPI_DEFECTS_MOST) {
        struct acpi_defect *entry = &acpi->defects[acpi->defect_count++];
        memcpy(entry->table, table, 4);
        entry->error = error;
    }
    return error;
}

static void extent_add(struct acpi *acpi, uint64_t base, uint64_t length) {
    if (acpi->extent_count < ACPI_EXTENTS_MOST)
        acpi->extents[acpi->extent_count++] = (struct acpi_extent){base, length};
    else
        defect(acpi, "RSDT", ACPI_TOO_MANY);
}

// Opens a table, and remembers where it is.
static enum acpi_error table_note(struct acpi *acpi, struct acpi_table *table,
                                  const struct acpi_memory *memory, uint64_t address) {
    enum acpi_error error = acpi_table_open(table, memory, address);
    if (error == ACPI_OK)
        extent_add(acpi, address, table->length);
    return error;
}

// A memory or port address; neither: 0.
static struct acpi_register register_get(const struct acpi_table *table, uint32_t offset) {
    uint64_t space = acpi_table_number(table, offset, 1);
    struct acpi_register result = {.address = acpi_table_number(table, offset + ACPI_REGISTER_ADDRESS, 8),
                                   .is_port = space == ACPI_SPACE_PORT};
    if ((space != ACPI_SPACE_MEMORY && space != ACPI_SPACE_PORT) ||
        (result.is_port && result.address > 0xfffc))
        result.address = 0;
    return result;
}

static void fadt_table_note(struct acpi *acpi, const struct acpi_table *fadt, uint32_t field,
                            uint32_t wide_field) {
    struct acpi_table table;
    uint64_t address = acpi_fadt_address(fadt, field, wide_field);
    if (address != 0)
        (void)table_note(acpi, &table, fadt->memory, address);
}

static enum acpi_error fadt_parse(struct acpi *acpi, const struct acpi_table *table) {
    if (table->length < ACPI_FADT_FLAGS + 4)
        return ACPI_LENGTH;
    fadt_table_note(acpi, table, ACPI_FADT_FACS, ACPI_FADT_X_FACS);
    fadt_table_note(acpi, table, ACPI_FADT_DSDT, ACPI_FADT_X_DSDT);
    if (acpi_table_number(table, ACPI_FADT_TIMER_LENGTH, 1) != 4)
        return ACPI_OK; // no timer
    acpi->pm_timer_32 = (acpi_table_number(table, ACPI_FADT_FLAGS, 4) & FADT_TIMER_32) != 0;
    if (table->length >= ACPI_FADT_X_TIMER + ACPI_REGISTER_SIZE)
        acpi->pm_timer = register_get(table, ACPI_FADT_X_TIMER);
    if (acpi->pm_timer.address == 0) {
        uint64_t port = acpi_table_number(table, ACPI_FADT_TIMER, 4);
        acpi->pm_timer = (struct acpi_register){.address = port <= 0xfffc ? port : 0, .is_port = true};
    }
    return ACPI_OK;
}

static enum acpi_error hpet_parse(struct acpi *acpi, const struct acpi_table *table) {
    if (table->length < ACPI_HEADER_SIZE + 20)
        return ACPI_LENGTH;
    struct acpi_register base = register_get(table, 40);
    if (base.is_port || base.address == 0 || !is_aligned(base.address, 8))
        return ACPI_VALUE;
    acpi->hpet = base.address;
    return ACPI_OK;
}

static enum acpi_error mcfg_parse(struct acpi *acpi, const struct acpi_table *table) {
    for (uint32_t at = ACPI_HEADER_SIZE + 8; at < table->length; at += 16) {
        if (table->length - at < 16)
            return ACPI_ENTRY;
        if (acpi->window_count == ACPI_WINDOWS_MOST)
            return ACPI_TOO_MANY;
        struct acpi_window window = {
            .base = acpi_table_number(table, at, 8),
            .segment = (uint16_t)acpi_table_number(table, at + 8, 2),
            .bus_first = (uint8_t)acpi_table_number(table, at + 10, 1),
            .bus_last = (uint8_t)acpi_table_number(table, at + 11, 1),
        };
        if (window.bus_last < window.bus_first || window.base == 0)
            return ACPI_VALUE;
        acpi->windows[acpi->window_count++] = window;
    }
    return ACPI_OK;
}

static enum acpi_error io_apic_add(struct acpi *acpi, const struct acpi_table *table, uint32_t at) {
    if (acpi->io_apic_count == ACPI_IO_APICS_MOST)
        return ACPI_TOO_MANY;
    acpi->io_apics[acpi->io_apic_count++] = (struct acpi_io_apic){
        .id = (uint8_t)acpi_table_number(table, at + 2, 1),
        .address = acpi_table_number(table, at + 4, 4),
        .line_base = (uint32_t)acpi_table_number(table, at + 8, 4),
    };
    return ACPI_OK;
}

static enum acpi_error override_add(struct acpi *acpi, const struct acpi_table *table, uint32_t at) {
    if (acpi->override_count == ACPI_OVERRIDES_MOST)
        return ACPI_TOO_MANY;
    acpi->overrides[acpi->override_count++] = (struct acpi_override){
        .source = (uint8_t)acpi_table_number(table, at + 3, 1),
        .line = (uint32_t)acpi_table_number(table, at + 4, 4),
        .flags = (uint16_t)acpi_table_number(table, at + 8, 2),
    };
    return ACPI_OK;
}

// Enabled, or can be (ACPI 6.5, table 5.22).
static void cpu_add(struct acpi *acpi, const struct acpi_table *table, uint32_t flags_at) {
    if ((acpi_table_number(table, flags_at, 4) & 1) != 0)
        acpi->cpu_count++;
}

static const struct acpi_layout madt_layout = {ACPI_HEADER_SIZE + 8, 1, 1, 1};

// Shortest entry of each type that is read.
static const uint8_t madt_lengths[] = {[0] = 8, [1] = 12, [2] = 10, [4] = 6, [5] = 12, [9] = 16};

static enum acpi_error madt_entry(struct acpi *acpi, const struct acpi_table *table, uint32_t at,
                                  unsigned type) {
    switch (type) {
    case 0:
        cpu_add(acpi, table, at + 4);
        break;
    case 1:
        return io_apic_add(acpi, table, at);
    case 2:
        return override_add(acpi, table, at);
    case 4:
        acpi->nmi_known = true;
        acpi->nmi_pin = (uint8_t)acpi_table_number(table, at + 5, 1) & 1;
        break;
    case 5:
        acpi->local_apic = acpi_table_number(table, at + 4, 8);
        break;
    case 9:
        cpu_add(acpi, table, at + 8);
        break;
    default:
        break;
    }
    return ACPI_OK;
}

static enum acpi_error madt_parse(struct acpi *acpi, const struct acpi_table *table) {
    enum acpi_error result = ACPI_OK;
    if (table->length < ACPI_HEADER_SIZE + 8)
        return ACPI_LENGTH;
    acpi->has_madt = true;
    acpi->local_apic = acpi_table_number(table, ACPI_HEADER_SIZE, 4);
    struct acpi_entry entry = {};
    enum acpi_error error;
    while ((error = acpi_entry_next(table, &madt_layout, &entry)) == ACPI_OK) {
        if (entry.type < array_length(madt_lengths) && entry.length < madt_lengths[entry.type])
            return ACPI_ENTRY;
        enum acpi_error taken = madt_entry(acpi, table, entry.at, entry.type);
        if (taken != ACPI_OK)
            result = taken;
    }
    return error == ACPI_END ? result : error;
}

typedef enum acpi_error table_parse_t(struct acpi *acpi, const struct acpi_table *table);

static const struct {
    char name[5];
    table_parse_t *parse;
} parsers[] = {{"APIC", madt_parse}, {"FACP", fadt_parse}, {"HPET", hpet_parse}, {"MCFG", mcfg_parse}};

static void table_visit(struct acpi *acpi, const struct acpi_memory *memory, uint64_t address,
                        unsigned *seen) {
    struct acpi_table table;
    enum acpi_error error = table_note(acpi, &table, memory, address);
    for (unsigned i = 0; i < array_length(parsers); i++) {
        if (!acpi_table_is(&table, parsers[i].name))
            continue;
        if (error == ACPI_OK && (*seen & 1u << i) != 0)
            error = ACPI_TWICE;
        if (error == ACPI_OK)
            error = acpi_table_check(&table);
        if (error == ACPI_OK) {
            *seen |= 1u << i;
            error = parsers[i].parse(acpi, &table);
        }
    }
    // Of tables that nobody reads, only unreadable ones are worth a word.
    if (error != ACPI_OK)
        defect(acpi, table.name, error);
}

static enum acpi_error root_visit(struct acpi *acpi, const struct acpi_memory *memory, uint64_t address,
                                  const char *name) {
    struct acpi_table root;
    unsigned seen = 0;
    enum acpi_error error = acpi_table_find(&root, memory, address, name);
    if (error != ACPI_OK)
        return defect(acpi, name, error);
    extent_add(acpi, address, root.length);
    uint32_t count = acpi_root_count(&root);
    if (count > ACPI_TABLES_MOST) {
        defect(acpi, name, ACPI_TOO_MANY);
        count = ACPI_TABLES_MOST;
    }
    for (uint32_t i = 0; i < count; i++)
        table_visit(acpi, memory, acpi_root_entry(&root, i), &seen);
    return ACPI_OK;
}

enum acpi_error acpi_parse(struct acpi *acpi, acpi_read_t *read, void *context, uint64_t address) {
    struct acpi_memory memory = {.read = read, .context = context};
    struct acpi_rsdp rsdp;
    *acpi = (struct acpi){};
    enum acpi_error error = acpi_rsdp_open(&rsdp, &memory, address);
    if (error == ACPI_NO_RSDP)
        return error;
    if (error != ACPI_OK)
        return defect(acpi, "RSDP", error);
    extent_add(acpi, address, rsdp.length);
    if (rsdp.extended != ACPI_OK)
        defect(acpi, "RSDP", rsdp.extended);
    if (rsdp.xsdt != 0 && root_visit(acpi, &memory, rsdp.xsdt, "XSDT") == ACPI_OK)
        return ACPI_OK;
    return root_visit(acpi, &memory, rsdp.rsdt, "RSDT");
}
