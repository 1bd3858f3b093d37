// SPDX-License-Identifier: MIT
//
// user/servers/power/acpi.c on a small physical memory with tables that the test makes: both root tables,
// damage of each byte, lengths that lie, a DSDT with and without \_S5.

#include "unit.h"
#include "acpi.h"
#include <string.h>

enum {
    BASE = 0xe0000,
    SIZE = 4096,
    RSDP = 0,
    ROOT = 64,
    RSDT = 192,
    FADT = 256,
    DSDT = 1024,
    FADT_SIZE = 244
};

static uint8_t memory[SIZE];
static struct acpi_power power;

// Only bytes inside the memory can be read.
static bool read_memory(void *context, uint64_t address, void *buffer, size_t length) {
    (void)context;
    if (address < BASE || !range_within(address - BASE, length, SIZE))
        return false;
    memcpy(buffer, memory + (address - BASE), length);
    return true;
}

static enum acpi_error read_tables(void) {
    return acpi_power_read(&power, BASE + RSDP, read_memory, NULL);
}

static void put(size_t offset, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++)
        memory[offset + i] = (uint8_t)(value >> (8 * i));
}

static void sum(size_t start, size_t length, size_t field) {
    uint8_t total = 0;
    memory[field] = 0;
    for (size_t i = 0; i < length; i++)
        total = (uint8_t)(total + memory[start + i]);
    memory[field] = (uint8_t)-total;
}

static void table(size_t at, const char *signature, uint32_t length) {
    memcpy(memory + at, signature, 4);
    put(at + 4, length, 4);
    sum(at, length, at + 9);
}

static void rsdp(uint8_t revision) {
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = revision;
    put(RSDP + 16, revision < 2 ? BASE + ROOT : 0, 4);
    put(RSDP + 20, 36, 4);
    put(RSDP + 24, revision < 2 ? 0 : BASE + ROOT, 8);
    sum(RSDP, 20, RSDP + 8);
    sum(RSDP, 36, RSDP + 32);
}

static const uint8_t sleep_state[] = {0x08, '_',  'S',  '5',  '_',  0x12, 0x06,
                                      0x04, 0x0a, 0x05, 0x01, 0x00, 0x00};

static void fill(uint8_t revision) {
    memset(memory, 0, sizeof(memory));
    rsdp(revision);
    put(ROOT + 36, BASE + FADT, revision < 2 ? 4 : 8);
    table(ROOT, revision < 2 ? "RSDT" : "XSDT", 36 + (revision < 2 ? 4 : 8));
    put(FADT + 40, BASE + DSDT, 4);
    put(FADT + 48, 0xb2, 4);
    memory[FADT + 52] = 0xf1;
    put(FADT + 64, 0x604, 4);
    put(FADT + 112, 1 << 10, 4);
    memory[FADT + 116] = 1;
    put(FADT + 120, 0xcf9, 8);
    memory[FADT + 128] = 0x0f;
    table(FADT, "FACP", FADT_SIZE);
    memcpy(memory + DSDT + 50, sleep_state, sizeof(sleep_state));
    table(DSDT, "DSDT", 100);
}

static void all_is_found(void) {
    assert_int_equal(read_tables(), ACPI_OK);
    assert_true(power.has_off);
    assert_int_equal(power.pm1a_control, 0x604);
    assert_int_equal(power.pm1b_control, 0);
    assert_int_equal(power.sleep_a, 5 << 10);
    assert_int_equal(power.sleep_b, 1 << 10);
    assert_int_equal(power.smi_command, 0xb2);
    assert_int_equal(power.enable_value, 0xf1);
    assert_true(power.has_reset);
    assert_int_equal(power.reset_port, 0xcf9);
    assert_int_equal(power.reset_value, 0x0f);
}

static void test_both_root_tables(void **state) {
    (void)state;
    fill(0);
    all_is_found();
    fill(2);
    all_is_found();
}

static void test_dsdt_by_its_long_address(void **state) {
    (void)state;
    fill(2);
    put(FADT + 40, 0, 4);
    put(FADT + 140, BASE + DSDT, 8);
    table(FADT, "FACP", FADT_SIZE);
    all_is_found();
}

static void test_no_sleep_state(void **state) {
    (void)state;
    fill(2);
    memory[DSDT + 51] = 'X';
    table(DSDT, "DSDT", 100);
    assert_int_equal(read_tables(), ACPI_OK);
    assert_false(power.has_off);
    assert_true(power.has_reset);
    // Cut short behind each byte of the name and its package.
    for (uint32_t length = 50; length < 50 + sizeof(sleep_state); length++) {
        fill(2);
        table(DSDT, "DSDT", length);
        assert_int_equal(read_tables(), ACPI_OK);
        assert_int_equal(power.has_off, length > 50 + 10);
    }
}

static void expect(enum acpi_error error, const char *about) {
    assert_int_equal(read_tables(), error);
    assert_string_equal(power.table, about);
    assert_false(power.has_off || power.has_reset);
}

static void test_each_defect_is_named(void **state) {
    (void)state;
    fill(2);
    assert_int_equal(acpi_power_read(&power, 0, read_memory, NULL), ACPI_NO_RSDP);
    assert_int_equal(acpi_power_read(&power, 1, read_memory, NULL), ACPI_UNREADABLE);
    memory[RSDP] = 'X';
    expect(ACPI_SIGNATURE, "RSDP");
    fill(2);
    memory[RSDP + 33]++; // the root pointer's second part, and with it the XSDT
    expect(ACPI_UNREADABLE, "RSDT");
    fill(0);
    memory[ROOT + 20]++;
    expect(ACPI_CHECKSUM, "RSDT");
    fill(2);
    table(FADT, "FACS", FADT_SIZE);
    expect(ACPI_ABSENT, "FACP");
    fill(2);
    table(FADT, "FACP", 100);
    expect(ACPI_LENGTH, "FACP");
}

// A damaged XSDT: the RSDT serves.
static void test_either_root_table_will_do(void **state) {
    (void)state;
    fill(2);
    memcpy(memory + RSDT, memory + ROOT, 40); // its one entry is below 4 GiB
    table(RSDT, "RSDT", 40);
    put(RSDP + 16, BASE + RSDT, 4);
    sum(RSDP, 20, RSDP + 8);
    sum(RSDP, 36, RSDP + 32);
    memory[ROOT + 20]++;
    all_is_found();
    memory[RSDP + 33]++;
    all_is_found();
}

static void test_lengths_that_lie(void **state) {
    (void)state;
    static const uint32_t lengths[] = {0, 1, 35, SIZE, SIZE + 1, 0x7fffffff, UINT32_MAX};
    static const size_t tables[] = {ROOT, FADT, DSDT};
    for (size_t i = 0; i < array_length(lengths); i++) {
        for (size_t j = 0; j < array_length(tables); j++) {
            fill(2);
            put(tables[j] + 4, lengths[i], 4);
            enum acpi_error error = read_tables();
            assert_true(error != ACPI_OK || !power.has_off);
        }
    }
}

static void test_damage_of_each_byte(void **state) {
    (void)state;
    for (size_t at = 0; at < DSDT + 100; at++) {
        fill(2);
        memory[at] ^= 0xff;
        // Whatever it says, it comes back.
        enum acpi_error error = read_tables();
        assert_string_not_equal(acpi_error_text(error), "unknown error");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_root_tables),
        cmocka_unit_test(test_dsdt_by_its_long_address),
        cmocka_unit_test(test_no_sleep_state),
        cmocka_unit_test(test_each_defect_is_named),
        cmocka_unit_test(test_lengths_that_lie),
        cmocka_unit_test(test_damage_of_each_byte),
        cmocka_unit_test(test_either_root_table_will_do),
    };
    return cmocka_run_group_tests_name("power_acpi", tests, NULL, NULL);
}
