// SPDX-License-Identifier: MIT
//
// See acpi.h. \_S5 is found by its bytes in the DSDT instead of by an AML interpreter: NameOp "_S5_"
// PackageOp, as all firmware that we know writes it. Fields are read byte by byte, since tables have no
// alignment.

#include "acpi.h"
#include <base/string.h>

enum {
    HEADER_SIZE = 36,
    RSDP_SIZE_1 = 20,
    RSDP_SIZE_2 = 36,
    TABLE_SIZE_MAX = 16 << 20,
    FADT_SIZE_MIN = 116,
    FADT_DSDT = 40,
    FADT_SMI_COMMAND = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PM1A_CONTROL = 64,
    FADT_PM1B_CONTROL = 68,
    FADT_FLAGS = 112,
    FADT_RESET_REGISTER = 116,
    FADT_RESET_VALUE = 128,
    FADT_X_DSDT = 140,
    FLAG_RESET_SUPPORTED = 1 << 10,
    ADDRESS_SPACE_IO = 1,
    SLEEP_TYPE_SHIFT = 10,
};

static const char *const error_texts[] = {
    [ACPI_OK] = "no error",
    [ACPI_ERROR_NO_RSDP] = "the firmware gave no ACPI tables",
    [ACPI_ERROR_RSDP] = "the RSDP is damaged or cannot be read",
    [ACPI_ERROR_ROOT_TABLE] = "the XSDT or RSDT is damaged or cannot be read",
    [ACPI_ERROR_NO_FADT] = "there is no FADT",
    [ACPI_ERROR_FADT] = "the FADT is damaged",
};

const char *acpi_error_text(enum acpi_error error) {
    return (size_t)error < array_length(error_texts) ? error_texts[error] : "unknown error";
}

struct reader {
    acpi_physical_t *physical;
    void *context;
};

struct table {
    const uint8_t *bytes;
    uint32_t length;
};

static uint64_t get(const uint8_t *bytes, size_t offset, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[offset + i] << (8 * i);
    return value;
}

static bool sum_is_zero(const uint8_t *bytes, size_t length) {
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

// A whole table with a good checksum.
static bool table_read(const struct reader *reader, uint64_t address, struct table *table) {
    const uint8_t *header = reader->physical(reader->context, address, HEADER_SIZE);
    if (header == nullptr)
        return false;
    table->length = (uint32_t)get(header, 4, 4);
    if (table->length < HEADER_SIZE || table->length > TABLE_SIZE_MAX)
        return false;
    table->bytes = reader->physical(reader->context, address, table->length);
    return table->bytes != nullptr && sum_is_zero(table->bytes, table->length);
}

static enum acpi_error root_read(const struct reader *reader, uint64_t rsdp, struct table *root,
                                 size_t *entry_size) {
    if (rsdp == 0)
        return ACPI_ERROR_NO_RSDP;
    const uint8_t *bytes = reader->physical(reader->context, rsdp, RSDP_SIZE_1);
    if (bytes == nullptr || memcmp(bytes, "RSD PTR ", 8) != 0 || !sum_is_zero(bytes, RSDP_SIZE_1))
        return ACPI_ERROR_RSDP;
    uint64_t address = get(bytes, 16, 4);
    *entry_size = 4;
    if (bytes[15] >= 2) {
        bytes = reader->physical(reader->context, rsdp, RSDP_SIZE_2);
        if (bytes == nullptr || !sum_is_zero(bytes, RSDP_SIZE_2))
            return ACPI_ERROR_RSDP;
        if (get(bytes, 24, 8) != 0) {
            address = get(bytes, 24, 8);
            *entry_size = 8;
        }
    }
    const char *signature = *entry_size == 8 ? "XSDT" : "RSDT";
    if (!table_read(reader, address, root) || memcmp(root->bytes, signature, 4) != 0)
        return ACPI_ERROR_ROOT_TABLE;
    return ACPI_OK;
}

static bool fadt_find(const struct reader *reader, const struct table *root, size_t entry_size,
                      struct table *fadt) {
    for (size_t at = HEADER_SIZE; at + entry_size <= root->length; at += entry_size) {
        if (table_read(reader, get(root->bytes, at, entry_size), fadt) && memcmp(fadt->bytes, "FACP", 4) == 0)
            return true;
    }
    return false;
}

// One small integer of AML at *at (ACPI 6.5, section 20.2.3).
static bool aml_integer(const struct table *table, size_t *at, uint8_t *value) {
    enum { ZERO = 0x00, ONE = 0x01, BYTE_PREFIX = 0x0a };
    if (*at >= table->length)
        return false;
    uint8_t op = table->bytes[(*at)++];
    if (op == ZERO || op == ONE) {
        *value = op;
        return true;
    }
    if (op != BYTE_PREFIX || *at >= table->length)
        return false;
    *value = table->bytes[(*at)++];
    return true;
}

// The package behind "_S5_": PackageOp, its length (one to four bytes), the count, then SLP_TYPa and
// SLP_TYPb.
static bool sleep_package(const struct table *dsdt, size_t at, struct acpi_power *power) {
    enum { PACKAGE_OP = 0x12 };
    if (at + 2 > dsdt->length || dsdt->bytes[at] != PACKAGE_OP)
        return false;
    at += 2 + (size_t)(dsdt->bytes[at + 1] >> 6);
    at++; // the count of elements
    uint8_t a, b;
    if (!aml_integer(dsdt, &at, &a) || !aml_integer(dsdt, &at, &b))
        return false;
    power->sleep_a = (uint16_t)((a & 7) << SLEEP_TYPE_SHIFT);
    power->sleep_b = (uint16_t)((b & 7) << SLEEP_TYPE_SHIFT);
    return true;
}

static bool sleep_find(const struct table *dsdt, struct acpi_power *power) {
    enum { NAME_OP = 0x08 };
    for (size_t at = HEADER_SIZE + 2; at + 4 <= dsdt->length; at++) {
        const uint8_t *name = dsdt->bytes + at;
        if (memcmp(name, "_S5_", 4) != 0)
            continue;
        bool is_name = name[-1] == NAME_OP || (name[-2] == NAME_OP && name[-1] == '\\');
        if (is_name && sleep_package(dsdt, at + 4, power))
            return true;
    }
    return false;
}

static void reset_read(const struct table *fadt, struct acpi_power *power) {
    if (fadt->length <= FADT_RESET_VALUE || !(get(fadt->bytes, FADT_FLAGS, 4) & FLAG_RESET_SUPPORTED))
        return;
    uint64_t port = get(fadt->bytes, FADT_RESET_REGISTER + 4, 8);
    if (fadt->bytes[FADT_RESET_REGISTER] != ADDRESS_SPACE_IO || port == 0 || port > UINT16_MAX)
        return;
    power->has_reset = true;
    power->reset_port = (uint16_t)port;
    power->reset_value = fadt->bytes[FADT_RESET_VALUE];
}

static void off_read(const struct reader *reader, const struct table *fadt, struct acpi_power *power) {
    power->pm1a_control = (uint16_t)get(fadt->bytes, FADT_PM1A_CONTROL, 4);
    power->pm1b_control = (uint16_t)get(fadt->bytes, FADT_PM1B_CONTROL, 4);
    power->smi_command = (uint16_t)get(fadt->bytes, FADT_SMI_COMMAND, 4);
    power->enable_value = fadt->bytes[FADT_ACPI_ENABLE];
    uint64_t address = get(fadt->bytes, FADT_DSDT, 4);
    if (fadt->length >= FADT_X_DSDT + 8 && get(fadt->bytes, FADT_X_DSDT, 8) != 0)
        address = get(fadt->bytes, FADT_X_DSDT, 8);
    struct table dsdt;
    power->has_off = power->pm1a_control != 0 && table_read(reader, address, &dsdt) &&
                     memcmp(dsdt.bytes, "DSDT", 4) == 0 && sleep_find(&dsdt, power);
}

enum acpi_error acpi_read(struct acpi_power *power, uint64_t rsdp, acpi_physical_t *physical, void *context) {
    struct reader reader = {physical, context};
    *power = (struct acpi_power){};
    struct table root;
    size_t entry_size;
    enum acpi_error error = root_read(&reader, rsdp, &root, &entry_size);
    if (error != ACPI_OK)
        return error;
    struct table fadt;
    if (!fadt_find(&reader, &root, entry_size, &fadt))
        return ACPI_ERROR_NO_FADT;
    if (fadt.length < FADT_SIZE_MIN)
        return ACPI_ERROR_FADT;
    reset_read(&fadt, power);
    off_read(&reader, &fadt, power);
    return ACPI_OK;
}
