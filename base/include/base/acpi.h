// SPDX-License-Identifier: MIT
//
// Reading ACPI's static tables: what loader, kernel and power server have in common. Memory is read through a
// callback that copies, so that it can be mapped in any way, and so that no table needs to be aligned.
// Nothing that stands in a table is believed: lengths are bounded, checksums compared, and a field or an
// entry that reaches beyond its table is not read. Nothing is stored here; a table is a name, a place and a
// length. Each use decides for itself what a damaged table means to it.
//
// Source: ACPI 6.5, 5.2.5 (RSDP), 5.2.6 (header), 5.2.7 (RSDT), 5.2.8 (XSDT), 5.2.9 (FADT).

#ifndef BASE_ACPI_H
#define BASE_ACPI_H

#include <base/types.h>

// Copies [physical, physical + length); false if there is no such memory.
typedef bool acpi_read_t(void *context, uint64_t physical, void *buffer, size_t length);

struct acpi_memory {
    acpi_read_t *read;
    void *context;
};

enum acpi_error {
    ACPI_OK,
    ACPI_NO_RSDP,
    ACPI_UNREADABLE,
    ACPI_SIGNATURE,
    ACPI_LENGTH,
    ACPI_CHECKSUM,
    ACPI_ABSENT,
    ACPI_TWICE,
    ACPI_END,      // behind the last entry
    ACPI_ENTRY,    // an entry is too short or reaches beyond its table; what came before it counts
    ACPI_TOO_MANY, // the rest was left out
    ACPI_VALUE,    // a field makes no sense
};

// English, lower case; never nullptr.
const char *acpi_error_text(enum acpi_error error);

enum {
    ACPI_HEADER_SIZE = 36,
    ACPI_TABLES_MOST = 256, // that a root table may name
    ACPI_FACS_SIZE = 64,
    ACPI_RSDP_SIZE = 20, // as of ACPI 1.0
};

// Where fields of the FADT stand; X: 64-bit addresses, from ACPI 2.0 on.
enum {
    ACPI_FADT_FACS = 36,
    ACPI_FADT_DSDT = 40,
    ACPI_FADT_SMI_COMMAND = 48,
    ACPI_FADT_ACPI_ENABLE = 52,
    ACPI_FADT_PM1A_CONTROL = 64,
    ACPI_FADT_PM1B_CONTROL = 68,
    ACPI_FADT_TIMER = 76,
    ACPI_FADT_TIMER_LENGTH = 91,
    ACPI_FADT_FLAGS = 112,
    ACPI_FADT_RESET_REGISTER = 116,
    ACPI_FADT_RESET_VALUE = 128,
    ACPI_FADT_X_FACS = 132,
    ACPI_FADT_X_DSDT = 140,
    ACPI_FADT_X_TIMER = 208,
};

// A generic address structure (5.2.3.2): address space, width, offset, size of access, then the address.
enum {
    ACPI_REGISTER_SIZE = 12,
    ACPI_REGISTER_ADDRESS = 4,
    ACPI_SPACE_MEMORY = 0,
    ACPI_SPACE_PORT = 1,
};

struct acpi_rsdp {
    uint32_t length; // 20 in ACPI 1.0, else 36
    uint64_t rsdt;
    uint64_t xsdt;            // 0: none
    enum acpi_error extended; // what is wrong with the part that has `xsdt`, which is then 0
};

// An error only where there is nothing to go on. The address 0 means that nobody found one.
[[nodiscard]] enum acpi_error acpi_rsdp_open(struct acpi_rsdp *rsdp, const struct acpi_memory *memory,
                                             uint64_t address);

struct acpi_table {
    const struct acpi_memory *memory;
    uint64_t address;
    uint32_t length; // 0 when the table could not be opened
    char name[5];    // '?' for each character that cannot be printed
};

// Reads name and length; the name is there also when the length is wrong, "????" when nothing can be read.
[[nodiscard]] enum acpi_error acpi_table_open(struct acpi_table *table, const struct acpi_memory *memory,
                                              uint64_t address);
bool acpi_table_is(const struct acpi_table *table, const char *name);
// The checksum over all of the table.
[[nodiscard]] enum acpi_error acpi_table_check(const struct acpi_table *table);
// All three: opens the table, which must have the given name (nullptr: any), and checks it. On an error the
// length is 0.
[[nodiscard]] enum acpi_error acpi_table_find(struct acpi_table *table, const struct acpi_memory *memory,
                                              uint64_t address, const char *name);
// A field of at most eight bytes; 0 when the table is too short to have it.
uint64_t acpi_table_number(const struct acpi_table *table, uint64_t offset, unsigned bytes);

// The tables that an RSDT or XSDT names; index < acpi_root_count().
uint32_t acpi_root_count(const struct acpi_table *root);
uint64_t acpi_root_entry(const struct acpi_table *root, uint32_t index);

// The address of another table that the FADT names by its 64-bit field if there is one, else by the other.
uint64_t acpi_fadt_address(const struct acpi_table *fadt, uint32_t field, uint32_t wide_field);

// How the rest of a table is made of entries: where they begin, and where each has its type and length.
struct acpi_layout {
    uint32_t first;
    uint32_t type_size;
    uint32_t length_at;
    uint32_t length_size;
};

struct acpi_entry {
    uint32_t at; // from the beginning of the table
    uint32_t type;
    uint32_t length;
};

// Moves to the next entry, the first one if `entry` is all zero. ACPI_END behind the last; ACPI_ENTRY when a
// length makes no sense, and there is no way on from there.
[[nodiscard]] enum acpi_error acpi_entry_next(const struct acpi_table *table,
                                              const struct acpi_layout *layout, struct acpi_entry *entry);

#endif
