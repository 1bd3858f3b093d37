// SPDX-License-Identifier: MIT
//
// base/acpi.c on a small physical memory: each length that lies, fields and entries that reach beyond their
// table. What is made of tables is tested with their users: test_kernel_acpi, test_boot_acpi,
// test_power_acpi.

#include "unit.h"
#include "acpi_seal.h"
#include <base/acpi.h>
#include <string.h>

enum { BASE = 0x9000, SIZE = 0x400, RSDP = 0x10, TABLE = 0x100 };

static uint8_t bytes[SIZE];

static bool read_bytes(void *context, uint64_t physical, void *buffer, size_t length) {
    (void)context;
    if (physical < BASE || !range_within(physical - BASE, length, SIZE))
        return false;
    memcpy(buffer, bytes + (physical - BASE), length);
    return true;
}

static const struct acpi_memory memory = {.read = read_bytes};

static void put(size_t at, uint64_t value, size_t size) {
    memcpy(bytes + at, &value, size);
}

static void seal(size_t at, size_t length, size_t sum_at) {
    acpi_seal(bytes + at, length, sum_at);
}

static void put_table(const char *name, uint32_t length) {
    memcpy(bytes + TABLE, name, 4);
    put(TABLE + 4, length, 4);
    seal(TABLE, length, 9);
}

static int start(void **state) {
    (void)state;
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes + RSDP, "RSD PTR ", 8);
    bytes[RSDP + 15] = 2;
    put(RSDP + 16, 0x80000004, 4);
    put(RSDP + 24, 0x1'0000'0008, 8);
    seal(RSDP, 20, 8);
    seal(RSDP, 36, 32);
    return 0;
}

static void test_root_pointer(void **state) {
    (void)state;
    struct acpi_rsdp rsdp;
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + RSDP), ACPI_OK);
    assert_int_equal(rsdp.rsdt, 0x80000004);
    assert_int_equal(rsdp.xsdt, 0x1'0000'0008);
    assert_int_equal(rsdp.length, 36);
    bytes[RSDP + 33] ^= 1;
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + RSDP), ACPI_OK);
    assert_int_equal(rsdp.extended, ACPI_CHECKSUM);
    assert_int_equal(rsdp.xsdt, 0);
    assert_int_equal(rsdp.length, 20);
    bytes[RSDP + 15] = 0;
    seal(RSDP, 20, 8);
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + RSDP), ACPI_OK);
    assert_int_equal(rsdp.extended, ACPI_OK);
    assert_int_equal(rsdp.length, 20);
    bytes[RSDP + 12] ^= 1;
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + RSDP), ACPI_CHECKSUM);
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + RSDP + 1), ACPI_SIGNATURE);
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + SIZE - 19), ACPI_UNREADABLE);
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, 0), ACPI_NO_RSDP);
    // Its first part is the last thing in memory.
    memcpy(bytes + SIZE - 20, bytes + RSDP, 20);
    bytes[SIZE - 20 + 15] = 2;
    seal(SIZE - 20, 20, 8);
    assert_int_equal(acpi_rsdp_open(&rsdp, &memory, BASE + SIZE - 20), ACPI_OK);
    assert_int_equal(rsdp.extended, ACPI_UNREADABLE);
}

static void test_header(void **state) {
    (void)state;
    struct acpi_table table;
    put_table("AB\1D", 40);
    assert_int_equal(acpi_table_open(&table, &memory, BASE + TABLE), ACPI_OK);
    assert_string_equal(table.name, "AB?D");
    assert_int_equal(table.length, 40);
    assert_int_equal(acpi_table_check(&table), ACPI_OK);
    static const uint32_t lengths[] = {0, 35, (16 << 20) + 1, UINT32_MAX};
    for (size_t i = 0; i < array_length(lengths); i++) {
        put(TABLE + 4, lengths[i], 4);
        assert_int_equal(acpi_table_open(&table, &memory, BASE + TABLE), ACPI_LENGTH);
        assert_int_equal(table.length, 0);
        assert_string_equal(table.name, "AB?D");
    }
    put(TABLE + 4, SIZE - TABLE + 1, 4); // reaches beyond memory
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, nullptr), ACPI_UNREADABLE);
    assert_int_equal(table.length, 0);
    assert_int_equal(acpi_table_open(&table, &memory, 0), ACPI_UNREADABLE);
    assert_string_equal(table.name, "????");
    assert_int_equal(acpi_table_open(&table, &memory, UINT64_MAX - 3), ACPI_UNREADABLE);
}

static void test_find(void **state) {
    (void)state;
    struct acpi_table table;
    put_table("ABCD", 40);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "ABCD"), ACPI_OK);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, nullptr), ACPI_OK);
    assert_int_equal(table.length, 40);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "ABCE"), ACPI_SIGNATURE);
    assert_int_equal(table.length, 0);
    bytes[TABLE + 39] ^= 1;
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "ABCD"), ACPI_CHECKSUM);
    assert_int_equal(table.length, 0);
}

static void test_fields_stay_inside(void **state) {
    (void)state;
    struct acpi_table table;
    put(TABLE + 36, 0x1122334455667788, 8);
    put_table("FACP", 44);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "FACP"), ACPI_OK);
    assert_int_equal(acpi_table_number(&table, 36, 8), 0x1122334455667788);
    assert_int_equal(acpi_table_number(&table, 40, 4), 0x11223344);
    assert_int_equal(acpi_table_number(&table, 37, 8), 0);
    assert_int_equal(acpi_table_number(&table, 44, 1), 0);
    assert_int_equal(acpi_table_number(&table, UINT64_MAX, 2), 0);
    assert_int_equal(acpi_fadt_address(&table, 36, ACPI_FADT_X_DSDT), 0x55667788);
    assert_int_equal(acpi_fadt_address(&table, 40, 36), 0x1122334455667788);
}

static void test_roots(void **state) {
    (void)state;
    struct acpi_table table;
    put(TABLE + 36, 0x1'0000'0002, 8);
    put(TABLE + 44, 3, 8);
    put_table("XSDT", 51); // a part of an entry does not count
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "XSDT"), ACPI_OK);
    assert_int_equal(acpi_root_count(&table), 1);
    assert_int_equal(acpi_root_entry(&table, 0), 0x1'0000'0002);
    put_table("RSDT", 51);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "RSDT"), ACPI_OK);
    assert_int_equal(acpi_root_count(&table), 3);
    assert_int_equal(acpi_root_entry(&table, 1), 1);
    assert_int_equal(acpi_root_entry(&table, 2), 3);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "XSDT"), ACPI_SIGNATURE);
    assert_int_equal(acpi_root_count(&table), 0);
}

// Entries with a byte of type and a byte of length: how many are good, and how it ends.
static enum acpi_error walk(const char *entries, uint32_t length, unsigned *count) {
    static const struct acpi_layout layout = {36, 1, 1, 1};
    struct acpi_table table;
    struct acpi_entry entry = {};
    enum acpi_error error;
    start(nullptr);
    memcpy(bytes + TABLE + 36, entries, length);
    put_table("APIC", 36 + length);
    assert_int_equal(acpi_table_find(&table, &memory, BASE + TABLE, "APIC"), ACPI_OK);
    for (*count = 0; (error = acpi_entry_next(&table, &layout, &entry)) == ACPI_OK; ++*count)
        assert_true(entry.at >= 36 && range_within(entry.at, entry.length, 36 + length));
    return error;
}

static void test_entries(void **state) {
    (void)state;
    static const struct {
        const char *entries;
        uint32_t length;
        unsigned count;
        enum acpi_error error;
    } cases[] = {
        {"", 0, 0, ACPI_END},
        {"\1\2\1\4..\2\3.", 9, 3, ACPI_END},
        {"\1\2\1", 3, 1, ACPI_ENTRY},     // no room for a length
        {"\1\2\1\0..", 6, 1, ACPI_ENTRY}, // would stay where it is
        {"\1\2\1\1..", 6, 1, ACPI_ENTRY}, // shorter than its own header
        {"\1\2\1\5..", 6, 1, ACPI_ENTRY}, // a byte too long
        {"\1\377..", 4, 0, ACPI_ENTRY},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        unsigned count;
        assert_int_equal(walk(cases[i].entries, cases[i].length, &count), cases[i].error);
        assert_int_equal(count, cases[i].count);
    }
}

static void test_texts(void **state) {
    (void)state;
    for (unsigned error = 0; error <= ACPI_VALUE; error++)
        for (unsigned other = 0; other < error; other++)
            assert_string_not_equal(acpi_error_text(error), acpi_error_text(other));
    assert_string_equal(acpi_error_text((enum acpi_error)1000), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_root_pointer, start),
        cmocka_unit_test_setup(test_header, start),
        cmocka_unit_test_setup(test_find, start),
        cmocka_unit_test_setup(test_fields_stay_inside, start),
        cmocka_unit_test_setup(test_roots, start),
        cmocka_unit_test_setup(test_entries, start),
        cmocka_unit_test_setup(test_texts, start),
    };
    return cmocka_run_group_tests_name("acpi", tests, NULL, NULL);
}
