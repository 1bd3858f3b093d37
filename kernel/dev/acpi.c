// SPDX-License-Identifier: MIT
//
// See acpi.h. Tables: ACPI 6.5, 5.2.5 (RSDP), 5.2.7/8 (RSDT, XSDT), 5.2.9 (FADT), 5.2.12 (MADT); IA-PC
// HPET 1.0a, 3.2.4; PCI Firmware 3.3, 4.1.2 (MCFG). Fields are read one by one through the callback, so a
// table of any length needs no memory. No table points at another but the root's, and each is read once:
// there is no way into a loop.

#include "acpi.h"
#include <base/string.h>
#include <base/types.h>

#define HEADER_SIZE       36u
#define TABLE_SIZE_MOST   (1u << 20)
#define TABLES_MOST       256u
#define RSDP_SIZE_1       20u
#define RSDP_SIZE_2       36u
#define ADDRESS_SIZE      12u // generic address structure
#define SPACE_MEMORY      0
#define SPACE_PORT        1
#define FADT_FACS         36
#define FADT_DSDT         40
#define FADT_TIMER        76
#define FADT_TIMER_LENGTH 91
#define FADT_FLAGS        112
#define FADT_X_FACS       132
#define FADT_X_DSDT       140
#define FADT_X_TIMER      208
#define FADT_TIMER_32     (1u << 8)

struct reader {
    struct acpi *acpi;
    acpi_read_t *read;
    void *context;
};

struct table {
    const struct reader *reader;
    char name[5];
    uint64_t address;
    uint32_t length;
};

const char *acpi_error_text(enum acpi_error error) {
    static const char *const texts[] = {
        [ACPI_OK] = "no error",
        [ACPI_NO_RSDP] = "the loader found no root pointer",
        [ACPI_UNREADABLE] = "not in readable memory",
        [ACPI_SIGNATURE] = "wrong signature",
        [ACPI_LENGTH] = "impossible length",
        [ACPI_CHECKSUM] = "wrong checksum",
        [ACPI_TWICE] = "there is a second one, ignored",
        [ACPI_ENTRY] = "a malformed entry, the rest is ignored",
        [ACPI_TOO_MANY] = "too many entries, the rest is ignored",
        [ACPI_VALUE] = "a field that makes no sense",
    };
    return error < array_length(texts) ? texts[error] : "unknown error";
}

static enum acpi_error defect(struct acpi *acpi, const char *table, enum acpi_error error) {
    if (acpi->defect_count < ACPI_DEFECTS_MOST) {
        struct acpi_defect *entry = &acpi->defects[acpi->defect_count++];
        for (size_t i = 0; i < 4; i++) // the name comes from the table
            entry->table[i] = table[i] >= ' ' && table[i] <= '~' ? table[i] : '?';
        entry->table[4] = '\0';
        entry->error = error;
    }
    return error;
}

// Fields inside a table; the caller has checked the offset against the length.
static uint64_t table_number(const struct table *table, uint32_t offset, unsigned bytes) {
    uint64_t value = 0;
    (void)table->reader->read(table->reader->context, table->address + offset, &value, bytes);
    return value;
}

static void extent_add(struct acpi *acpi, uint64_t base, uint64_t length) {
    if (acpi->extent_count < ACPI_EXTENTS_MOST)
        acpi->extents[acpi->extent_count++] = (struct acpi_extent){base, length};
    else
        defect(acpi, "RSDT", ACPI_TOO_MANY);
}

static bool checksum_is_right(const struct reader *reader, uint64_t address, uint32_t length) {
    uint8_t sum = 0;
    uint8_t chunk[64];
    for (uint32_t at = 0; at < length; at += sizeof(chunk)) {
        uint32_t part = (uint32_t)min_u64(sizeof(chunk), length - at);
        if (!reader->read(reader->context, address + at, chunk, part))
            return false;
        for (uint32_t i = 0; i < part; i++)
            sum = (uint8_t)(sum + chunk[i]);
    }
    return sum == 0;
}

// Reads the header; the length is as the table says.
static enum acpi_error table_open(struct table *table, const struct reader *reader, uint64_t address) {
    uint8_t header[8];
    uint64_t end;
    *table = (struct table){.reader = reader, .address = address};
    memcpy(table->name, "????", 4);
    if (address == 0 || !reader->read(reader->context, address, header, sizeof(header)))
        return ACPI_UNREADABLE;
    memcpy(table->name, header, 4);
    memcpy(&table->length, header + 4, 4);
    if (table->length < HEADER_SIZE || table->length > TABLE_SIZE_MOST ||
        ckd_add(&end, address, (uint64_t)table->length))
        return ACPI_LENGTH;
    extent_add(reader->acpi, address, table->length);
    return ACPI_OK;
}

static enum acpi_error table_check(const struct table *table) {
    return checksum_is_right(table->reader, table->address, table->length) ? ACPI_OK : ACPI_CHECKSUM;
}

// A memory or port address; neither: 0.
static struct acpi_register register_get(const struct table *table, uint32_t offset) {
    uint64_t space = table_number(table, offset, 1);
    struct acpi_register result = {.address = table_number(table, offset + 4, 8),
                                   .is_port = space == SPACE_PORT};
    if ((space != SPACE_MEMORY && space != SPACE_PORT) || (result.is_port && result.address > 0xfffc))
        result.address = 0;
    return result;
}

// A table that the FADT names, by its 64-bit field if there is one.
static void fadt_table_note(const struct table *fadt, uint32_t offset, uint32_t wide_offset) {
    struct table table;
    uint64_t address = fadt->length >= wide_offset + 8 ? table_number(fadt, wide_offset, 8) : 0;
    if (address == 0)
        address = table_number(fadt, offset, 4);
    if (address != 0)
        (void)table_open(&table, fadt->reader, address);
}

static enum acpi_error fadt_parse(struct acpi *acpi, const struct table *table) {
    if (table->length < FADT_FLAGS + 4)
        return ACPI_LENGTH;
    fadt_table_note(table, FADT_FACS, FADT_X_FACS);
    fadt_table_note(table, FADT_DSDT, FADT_X_DSDT);
    if (table_number(table, FADT_TIMER_LENGTH, 1) != 4)
        return ACPI_OK; // no timer
    acpi->pm_timer_32 = (table_number(table, FADT_FLAGS, 4) & FADT_TIMER_32) != 0;
    if (table->length >= FADT_X_TIMER + ADDRESS_SIZE)
        acpi->pm_timer = register_get(table, FADT_X_TIMER);
    if (acpi->pm_timer.address == 0) {
        uint64_t port = table_number(table, FADT_TIMER, 4);
        acpi->pm_timer = (struct acpi_register){.address = port <= 0xfffc ? port : 0, .is_port = true};
    }
    return ACPI_OK;
}

static enum acpi_error hpet_parse(struct acpi *acpi, const struct table *table) {
    if (table->length < HEADER_SIZE + 20)
        return ACPI_LENGTH;
    struct acpi_register base = register_get(table, 40);
    if (base.is_port || base.address == 0 || !is_aligned(base.address, 8))
        return ACPI_VALUE;
    acpi->hpet = base.address;
    return ACPI_OK;
}

static enum acpi_error mcfg_parse(struct acpi *acpi, const struct table *table) {
    for (uint32_t at = HEADER_SIZE + 8; at < table->length; at += 16) {
        if (table->length - at < 16)
            return ACPI_ENTRY;
        if (acpi->window_count == ACPI_WINDOWS_MOST)
            return ACPI_TOO_MANY;
        struct acpi_window window = {
            .base = table_number(table, at, 8),
            .segment = (uint16_t)table_number(table, at + 8, 2),
            .bus_first = (uint8_t)table_number(table, at + 10, 1),
            .bus_last = (uint8_t)table_number(table, at + 11, 1),
        };
        if (window.bus_last < window.bus_first || window.base == 0)
            return ACPI_VALUE;
        acpi->windows[acpi->window_count++] = window;
    }
    return ACPI_OK;
}

static enum acpi_error io_apic_add(struct acpi *acpi, const struct table *table, uint32_t at) {
    if (acpi->io_apic_count == ACPI_IO_APICS_MOST)
        return ACPI_TOO_MANY;
    acpi->io_apics[acpi->io_apic_count++] = (struct acpi_io_apic){
        .id = (uint8_t)table_number(table, at + 2, 1),
        .address = table_number(table, at + 4, 4),
        .line_base = (uint32_t)table_number(table, at + 8, 4),
    };
    return ACPI_OK;
}

static enum acpi_error override_add(struct acpi *acpi, const struct table *table, uint32_t at) {
    if (acpi->override_count == ACPI_OVERRIDES_MOST)
        return ACPI_TOO_MANY;
    acpi->overrides[acpi->override_count++] = (struct acpi_override){
        .source = (uint8_t)table_number(table, at + 3, 1),
        .line = (uint32_t)table_number(table, at + 4, 4),
        .flags = (uint16_t)table_number(table, at + 8, 2),
    };
    return ACPI_OK;
}

// Enabled, or can be (ACPI 6.5, table 5.22).
static void cpu_add(struct acpi *acpi, const struct table *table, uint32_t flags_at) {
    if ((table_number(table, flags_at, 4) & 1) != 0)
        acpi->cpu_count++;
}

// Shortest entry of each type that is read.
static const uint8_t madt_lengths[] = {[0] = 8, [1] = 12, [2] = 10, [4] = 6, [5] = 12, [9] = 16};

static enum acpi_error madt_entry(struct acpi *acpi, const struct table *table, uint32_t at, unsigned type) {
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
        acpi->nmi_pin = (uint8_t)table_number(table, at + 5, 1) & 1;
        break;
    case 5:
        acpi->local_apic = table_number(table, at + 4, 8);
        break;
    case 9:
        cpu_add(acpi, table, at + 8);
        break;
    default:
        break;
    }
    return ACPI_OK;
}

static enum acpi_error madt_parse(struct acpi *acpi, const struct table *table) {
    enum acpi_error result = ACPI_OK;
    if (table->length < HEADER_SIZE + 8)
        return ACPI_LENGTH;
    acpi->has_madt = true;
    acpi->local_apic = table_number(table, HEADER_SIZE, 4);
    for (uint32_t at = HEADER_SIZE + 8; at < table->length;) {
        uint32_t room = table->length - at;
        unsigned type = (unsigned)table_number(table, at, 1);
        uint32_t length = room < 2 ? 0 : (uint32_t)table_number(table, at + 1, 1);
        // A length of 0 would stay here for ever.
        if (length < 2 || length > room || (type < array_length(madt_lengths) && length < madt_lengths[type]))
            return ACPI_ENTRY;
        enum acpi_error error = madt_entry(acpi, table, at, type);
        if (error != ACPI_OK)
            result = error;
        at += length;
    }
    return result;
}

typedef enum acpi_error table_parse_t(struct acpi *acpi, const struct table *table);

static const struct {
    char name[5];
    table_parse_t *parse;
} parsers[] = {{"APIC", madt_parse}, {"FACP", fadt_parse}, {"HPET", hpet_parse}, {"MCFG", mcfg_parse}};

static void table_visit(struct reader *reader, uint64_t address, unsigned *seen) {
    struct table table;
    enum acpi_error error = table_open(&table, reader, address);
    for (unsigned i = 0; i < array_length(parsers); i++) {
        if (memcmp(table.name, parsers[i].name, 4) != 0)
            continue;
        if (error == ACPI_OK && (*seen & 1u << i) != 0)
            error = ACPI_TWICE;
        if (error == ACPI_OK)
            error = table_check(&table);
        if (error == ACPI_OK) {
            *seen |= 1u << i;
            error = parsers[i].parse(reader->acpi, &table);
        }
    }
    // Of tables that nobody reads, only unreadable ones are worth a word.
    if (error != ACPI_OK)
        defect(reader->acpi, table.name, error);
}

static enum acpi_error root_visit(struct reader *reader, uint64_t address, const char *name,
                                  unsigned entry_size) {
    struct table root;
    unsigned seen = 0;
    enum acpi_error error = table_open(&root, reader, address);
    if (error == ACPI_OK && memcmp(root.name, name, 4) != 0)
        error = ACPI_SIGNATURE;
    if (error == ACPI_OK)
        error = table_check(&root);
    if (error != ACPI_OK)
        return defect(reader->acpi, name, error);
    uint32_t count = (root.length - HEADER_SIZE) / entry_size;
    if (count > TABLES_MOST) {
        defect(reader->acpi, name, ACPI_TOO_MANY);
        count = TABLES_MOST;
    }
    for (uint32_t i = 0; i < count; i++)
        table_visit(reader, table_number(&root, HEADER_SIZE + i * entry_size, entry_size), &seen);
    return ACPI_OK;
}

enum acpi_error acpi_parse(struct acpi *acpi, acpi_read_t *read, void *context, uint64_t rsdp) {
    struct reader reader = {.acpi = acpi, .read = read, .context = context};
    uint8_t pointer[RSDP_SIZE_2];
    uint32_t rsdt;
    uint64_t xsdt = 0;
    *acpi = (struct acpi){};
    if (rsdp == 0)
        return ACPI_NO_RSDP;
    if (!read(context, rsdp, pointer, RSDP_SIZE_1))
        return defect(acpi, "RSDP", ACPI_UNREADABLE);
    if (memcmp(pointer, "RSD PTR ", 8) != 0)
        return defect(acpi, "RSDP", ACPI_SIGNATURE);
    if (!checksum_is_right(&reader, rsdp, RSDP_SIZE_1))
        return defect(acpi, "RSDP", ACPI_CHECKSUM);
    memcpy(&rsdt, pointer + 16, 4);
    extent_add(acpi, rsdp, pointer[15] >= 2 ? RSDP_SIZE_2 : RSDP_SIZE_1);
    if (pointer[15] >= 2) {
        if (checksum_is_right(&reader, rsdp, RSDP_SIZE_2) && read(context, rsdp, pointer, RSDP_SIZE_2))
            memcpy(&xsdt, pointer + 24, 8);
        else
            defect(acpi, "RSDP", ACPI_CHECKSUM);
    }
    if (xsdt != 0 && root_visit(&reader, xsdt, "XSDT", 8) == ACPI_OK)
        return ACPI_OK;
    return root_visit(&reader, rsdt, "RSDT", 4);
}
