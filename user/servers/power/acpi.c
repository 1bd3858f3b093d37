// SPDX-License-Identifier: MIT
//
// See acpi.h. \_S5 is found by its bytes in the DSDT instead of by an AML interpreter: NameOp "_S5_"
// PackageOp, as all firmware that we know writes it.

#include "acpi.h"

enum {
    FADT_SIZE_MIN = 116,
    FLAG_RESET_SUPPORTED = 1 << 10,
    SLEEP_TYPE_SHIFT = 10,
};

static uint8_t byte_at(const struct acpi_table *table, uint32_t at) {
    return (uint8_t)acpi_table_number(table, at, 1);
}

static enum acpi_error fadt_find(const struct acpi_table *root, struct acpi_table *fadt) {
    uint32_t count = (uint32_t)min_u64(acpi_root_count(root), ACPI_TABLES_MOST);
    for (uint32_t i = 0; i < count; i++) {
        if (acpi_table_find(fadt, root->memory, acpi_root_entry(root, i), "FACP") == ACPI_OK)
            return fadt->length < FADT_SIZE_MIN ? ACPI_LENGTH : ACPI_OK;
    }
    return ACPI_ABSENT;
}

// One small integer of AML at *at (ACPI 6.5, section 20.2.3).
static bool aml_integer(const struct acpi_table *table, uint32_t *at, uint8_t *value) {
    enum { ZERO = 0x00, ONE = 0x01, BYTE_PREFIX = 0x0a };
    if (*at >= table->length)
        return false;
    uint8_t op = byte_at(table, (*at)++);
    if (op == ZERO || op == ONE) {
        *value = op;
        return true;
    }
    if (op != BYTE_PREFIX || *at >= table->length)
        return false;
    *value = byte_at(table, (*at)++);
    return true;
}

// The package behind "_S5_": PackageOp, its length (one to four bytes), the count, then SLP_TYPa and
// SLP_TYPb.
static bool sleep_package(const struct acpi_table *dsdt, uint32_t at, struct acpi_power *power) {
    enum { PACKAGE_OP = 0x12 };
    if (byte_at(dsdt, at) != PACKAGE_OP)
        return false;
    at += 2u + (byte_at(dsdt, at + 1) >> 6);
    at++; // the count of elements
    uint8_t a, b;
    if (!aml_integer(dsdt, &at, &a) || !aml_integer(dsdt, &at, &b))
        return false;
    power->sleep_a = (uint16_t)((a & 7) << SLEEP_TYPE_SHIFT);
    power->sleep_b = (uint16_t)((b & 7) << SLEEP_TYPE_SHIFT);
    return true;
}

static bool sleep_find(const struct acpi_table *dsdt, struct acpi_power *power) {
    enum { NAME_OP = 0x08 };
    static const uint64_t name = 0x5f35535f; // "_S5_"
    for (uint32_t at = ACPI_HEADER_SIZE + 2; at + 4 <= dsdt->length; at++) {
        if (acpi_table_number(dsdt, at, 4) != name)
            continue;
        uint8_t before = byte_at(dsdt, at - 1);
        bool is_name = before == NAME_OP || (before == '\\' && byte_at(dsdt, at - 2) == NAME_OP);
        if (is_name && sleep_package(dsdt, at + 4, power))
            return true;
    }
    return false;
}

static void reset_read(const struct acpi_table *fadt, struct acpi_power *power) {
    if (fadt->length <= ACPI_FADT_RESET_VALUE ||
        !(acpi_table_number(fadt, ACPI_FADT_FLAGS, 4) & FLAG_RESET_SUPPORTED))
        return;
    uint64_t port = acpi_table_number(fadt, ACPI_FADT_RESET_REGISTER + ACPI_REGISTER_ADDRESS, 8);
    if (byte_at(fadt, ACPI_FADT_RESET_REGISTER) != ACPI_SPACE_PORT || port == 0 || port > UINT16_MAX)
        return;
    power->has_reset = true;
    power->reset_port = (uint16_t)port;
    power->reset_value = byte_at(fadt, ACPI_FADT_RESET_VALUE);
}

static void off_read(const struct acpi_table *fadt, struct acpi_power *power) {
    power->pm1a_control = (uint16_t)acpi_table_number(fadt, ACPI_FADT_PM1A_CONTROL, 4);
    power->pm1b_control = (uint16_t)acpi_table_number(fadt, ACPI_FADT_PM1B_CONTROL, 4);
    power->smi_command = (uint16_t)acpi_table_number(fadt, ACPI_FADT_SMI_COMMAND, 4);
    power->enable_value = byte_at(fadt, ACPI_FADT_ACPI_ENABLE);
    uint64_t address = acpi_fadt_address(fadt, ACPI_FADT_DSDT, ACPI_FADT_X_DSDT);
    struct acpi_table dsdt;
    power->has_off = power->pm1a_control != 0 &&
                     acpi_table_find(&dsdt, fadt->memory, address, "DSDT") == ACPI_OK &&
                     sleep_find(&dsdt, power);
}

// The XSDT, or the RSDT where there is none.
static enum acpi_error root_find(const struct acpi_memory *memory, uint64_t address, struct acpi_power *power,
                                 struct acpi_table *root) {
    struct acpi_rsdp rsdp;
    power->table = "RSDP";
    enum acpi_error error = acpi_rsdp_open(&rsdp, memory, address);
    if (error != ACPI_OK)
        return error;
    power->table = "XSDT";
    if (rsdp.xsdt != 0 && acpi_table_find(root, memory, rsdp.xsdt, "XSDT") == ACPI_OK)
        return ACPI_OK;
    power->table = "RSDT";
    return acpi_table_find(root, memory, rsdp.rsdt, "RSDT");
}

enum acpi_error acpi_power_read(struct acpi_power *power, uint64_t rsdp, acpi_read_t *read, void *context) {
    struct acpi_memory memory = {read, context};
    struct acpi_table root, fadt;
    *power = (struct acpi_power){};
    enum acpi_error error = root_find(&memory, rsdp, power, &root);
    if (error != ACPI_OK)
        return error;
    power->table = "FACP";
    error = fadt_find(&root, &fadt);
    if (error != ACPI_OK)
        return error;
    reset_read(&fadt, power);
    off_read(&fadt, power);
    return ACPI_OK;
}
