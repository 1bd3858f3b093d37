// SPDX-License-Identifier: MIT
//
// kernel/dev/acpi.c: tables built here are read back, and every named defect is provoked; the last test fails
// when an error exists that no test has seen.

#include "unit.h"
#include "acpi_seal.h"
#include <base/types.h>
#include <dev/acpi.h>
#include <string.h>

enum { MEMORY = 0x10000, RSDP = 0x100, XSDT = 0x1000, RSDT = 0x2000, TABLES = 0x3000, SPACING = 0x400 };

static uint8_t memory[MEMORY];
static unsigned table_count;
static struct acpi acpi;
static bool seen[ACPI_VALUE + 1];

static bool read_memory(void *context, uint64_t physical, void *buffer, size_t length) {
    (void)context;
    if (!range_within(physical, length, MEMORY))
        return false;
    memcpy(buffer, memory + physical, length);
    return true;
}

static void put(uint64_t at, uint64_t value, unsigned bytes) {
    memcpy(memory + at, &value, bytes);
}

static void seal(uint64_t at, uint32_t length, unsigned checksum_at) {
    acpi_seal(memory + at, length, checksum_at);
}

static void table_seal(uint64_t at) {
    uint32_t length;
    memcpy(&length, memory + at + 4, 4);
    seal(at, length, 9);
}

// Starts a table, known to both roots.
static uint64_t table_add(const char *name, uint32_t length) {
    uint64_t at = TABLES + table_count * SPACING;
    memcpy(memory + at, name, 4);
    put(at + 4, length, 4);
    table_seal(at);
    put(XSDT + 36 + 8 * table_count, at, 8);
    put(RSDT + 36 + 4 * table_count, at, 4);
    table_count++;
    put(XSDT + 4, 36 + 8 * table_count, 4);
    put(RSDT + 4, 36 + 4 * table_count, 4);
    table_seal(XSDT);
    table_seal(RSDT);
    return at;
}

static void pointer_seal(void) {
    seal(RSDP, 20, 8);
    seal(RSDP, 36, 32);
}

static int start(void **state) {
    (void)state;
    memset(memory, 0, sizeof(memory));
    table_count = 0;
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    put(RSDP + 16, RSDT, 4);
    put(RSDP + 20, 36, 4);
    put(RSDP + 24, XSDT, 8);
    pointer_seal();
    memcpy(memory + XSDT, "XSDT", 4);
    memcpy(memory + RSDT, "RSDT", 4);
    put(XSDT + 4, 36, 4);
    put(RSDT + 4, 36, 4);
    table_seal(XSDT);
    table_seal(RSDT);
    return 0;
}

static enum acpi_error parse(void) {
    enum acpi_error error = acpi_parse(&acpi, read_memory, nullptr, RSDP);
    seen[error] = true;
    for (size_t i = 0; i < acpi.defect_count; i++)
        seen[acpi.defects[i].error] = true;
    return error;
}

static bool has_defect(const char *table, enum acpi_error error) {
    for (size_t i = 0; i < acpi.defect_count; i++)
        if (strcmp(acpi.defects[i].table, table) == 0 && acpi.defects[i].error == error)
            return true;
    return false;
}

// A MADT with these entries.
static uint64_t madt_add(const uint8_t *entries, uint32_t length) {
    uint64_t at = table_add("APIC", 44 + length);
    put(at + 36, 0xfee00000, 4);
    memcpy(memory + at + 44, entries, length);
    table_seal(at);
    return at;
}

static const uint8_t two_cpus[] =
    {
        0, 8,  0, 0,    1,    0, 0, 0, // enabled
        0, 8,  1, 1,    0,    0, 0, 0, // not
        9, 16, 0, 0,    2,    1, 0, 0, 1,    0, 0,  0, 0,    0, 0, 0, 1,   12, 7,
        0, 0,  0, 0xc0, 0xfe, 0, 0, 0, 0,    2, 10, 0, 0,    2, 0, 0, 0,   0,  0,
        2, 10, 0, 9,    9,    0, 0, 0, 0x0d, 0, 4,  6, 0xff, 0, 0, 1, 200, 3,  1, // unknown
};

static void test_madt(void **state) {
    (void)state;
    madt_add(two_cpus, sizeof(two_cpus));
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.defect_count, 0);
    assert_true(acpi.has_madt);
    assert_int_equal(acpi.local_apic, 0xfee00000);
    assert_int_equal(acpi.cpu_count, 2);
    assert_int_equal(acpi.io_apic_count, 1);
    assert_int_equal(acpi.io_apics[0].address, 0xfec00000);
    assert_int_equal(acpi.override_count, 2);
    assert_int_equal(acpi.overrides[0].source, 0);
    assert_int_equal(acpi.overrides[0].line, 2);
    assert_int_equal(acpi.overrides[1].flags & 0xc, ACPI_LINE_LEVEL);
    assert_true(acpi.nmi_known);
    assert_int_equal(acpi.nmi_pin, 1);
}

static void test_madt_broken_entries(void **state) {
    static const uint8_t zero_length[] = {0, 8, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
    static const uint8_t too_short[] = {0, 8, 0, 0, 1, 0, 0, 0, 1, 4, 0, 0};
    static const uint8_t beyond[] = {0, 8, 0, 0, 1, 0, 0, 0, 1, 12, 0, 0};
    static const uint8_t cut[] = {0, 8, 0, 0, 1, 0, 0, 0, 1};
    static const struct {
        const uint8_t *entries;
        uint32_t length;
    } cases[] = {{zero_length, sizeof(zero_length)},
                 {too_short, sizeof(too_short)},
                 {beyond, sizeof(beyond)},
                 {cut, sizeof(cut)}};
    for (size_t i = 0; i < array_length(cases); i++) {
        start(state);
        madt_add(cases[i].entries, cases[i].length);
        assert_int_equal(parse(), ACPI_OK);
        assert_true(has_defect("APIC", ACPI_ENTRY));
        assert_int_equal(acpi.cpu_count, 1); // what came before counts
        assert_int_equal(acpi.io_apic_count, 0);
    }
}

static void test_too_many_entries(void **state) {
    (void)state;
    uint8_t entries[12 * (ACPI_IO_APICS_MOST + 2)];
    for (unsigned i = 0; i < ACPI_IO_APICS_MOST + 2; i++) {
        memset(entries + 12 * i, 0, 12);
        entries[12 * i] = 1;
        entries[12 * i + 1] = 12;
    }
    madt_add(entries, sizeof(entries));
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("APIC", ACPI_TOO_MANY));
    assert_int_equal(acpi.io_apic_count, ACPI_IO_APICS_MOST);
}

static void test_clocks(void **state) {
    (void)state;
    uint64_t hpet = table_add("HPET", 56);
    put(hpet + 44, 0xfed00000, 8);
    table_seal(hpet);
    uint64_t fadt = table_add("FACP", 244);
    put(fadt + 76, 0x608, 4);
    put(fadt + 91, 4, 1);
    put(fadt + 112, 1u << 8, 4);
    table_seal(fadt);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.hpet, 0xfed00000);
    assert_true(acpi.pm_timer.is_port);
    assert_int_equal(acpi.pm_timer.address, 0x608);
    assert_true(acpi.pm_timer_32);
    put(fadt + 208, 1, 1); // the extended address counts for more
    put(fadt + 212, 0x708, 8);
    table_seal(fadt);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.pm_timer.address, 0x708);
    // Root pointer, root, and both tables; then also the two that the FADT names.
    assert_int_equal(acpi.extent_count, 4);
    put(fadt + 40, 0x8000, 4);
    put(fadt + 132, 0x8400, 8);
    put(0x8004, 0x123, 4);
    put(0x8404, 64, 4);
    table_seal(fadt);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.extent_count, 6);
    bool seen_dsdt = false;
    for (size_t i = 0; i < acpi.extent_count; i++)
        seen_dsdt |= acpi.extents[i].base == 0x8000 && acpi.extents[i].length == 0x123;
    assert_true(seen_dsdt);
    put(hpet + 40, 1, 1); // a HPET behind a port makes no sense
    table_seal(hpet);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.hpet, 0);
    assert_true(has_defect("HPET", ACPI_VALUE));
}

static void test_pci_windows(void **state) {
    (void)state;
    uint64_t mcfg = table_add("MCFG", 44 + 16);
    put(mcfg + 44, 0xb0000000, 8);
    put(mcfg + 55, 255, 1);
    table_seal(mcfg);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.window_count, 1);
    assert_int_equal(acpi.windows[0].base, 0xb0000000);
    assert_int_equal(acpi.windows[0].bus_last, 255);
    put(mcfg + 4, 44 + 20, 4);
    table_seal(mcfg);
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("MCFG", ACPI_ENTRY));
}

static void test_roots(void **state) {
    (void)state;
    seen[acpi_parse(&acpi, read_memory, nullptr, 0)] = true;
    assert_true(seen[ACPI_NO_RSDP]);
    assert_int_equal(acpi_parse(&acpi, read_memory, nullptr, MEMORY - 8), ACPI_UNREADABLE);
    madt_add(two_cpus, sizeof(two_cpus));
    memory[XSDT + 9]++; // the XSDT is broken: the RSDT serves
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("XSDT", ACPI_CHECKSUM));
    assert_true(acpi.has_madt);
    memory[RSDT]++;
    table_seal(RSDT);
    assert_int_equal(parse(), ACPI_SIGNATURE);
    memory[RSDP + 8]++;
    assert_int_equal(parse(), ACPI_CHECKSUM);
    memory[RSDP] = 'X';
    assert_int_equal(parse(), ACPI_SIGNATURE);
}

static void test_first_version_has_no_xsdt(void **state) {
    (void)state;
    madt_add(two_cpus, sizeof(two_cpus));
    memory[RSDP + 15] = 0;
    put(RSDP + 24, 0xdead0000, 8);
    seal(RSDP, 20, 8);
    assert_int_equal(parse(), ACPI_OK);
    assert_int_equal(acpi.defect_count, 0);
    assert_true(acpi.has_madt);
}

static void test_broken_tables_are_left_out(void **state) {
    (void)state;
    uint64_t madt = madt_add(two_cpus, sizeof(two_cpus));
    memory[madt + 50] ^= 1;
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("APIC", ACPI_CHECKSUM));
    assert_false(acpi.has_madt);
    put(madt + 4, 0, 4);
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("APIC", ACPI_LENGTH));
    put(XSDT + 36, MEMORY + 8, 8);
    table_seal(XSDT);
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("????", ACPI_UNREADABLE));
}

static void test_twice_and_loops(void **state) {
    (void)state;
    madt_add(two_cpus, sizeof(two_cpus));
    madt_add(two_cpus, sizeof(two_cpus));
    put(XSDT + 36 + 16, XSDT, 8); // the root names itself
    put(XSDT + 4, 36 + 24, 4);
    table_seal(XSDT);
    assert_int_equal(parse(), ACPI_OK);
    assert_true(has_defect("APIC", ACPI_TWICE));
    assert_int_equal(acpi.cpu_count, 2);
}

static void test_every_error_was_seen(void **state) {
    (void)state;
    for (unsigned error = 0; error <= ACPI_VALUE; error++) {
        // What the parser never says: it looks for no single table, and the end of the entries is no defect.
        bool is_foreign = error == ACPI_ABSENT || error == ACPI_END;
        if (seen[error] == is_foreign)
            fail_msg("%s: %s", is_foreign ? "told" : "no test provokes", acpi_error_text(error));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_madt, start),
        cmocka_unit_test_setup(test_madt_broken_entries, start),
        cmocka_unit_test_setup(test_too_many_entries, start),
        cmocka_unit_test_setup(test_clocks, start),
        cmocka_unit_test_setup(test_pci_windows, start),
        cmocka_unit_test_setup(test_roots, start),
        cmocka_unit_test_setup(test_first_version_has_no_xsdt, start),
        cmocka_unit_test_setup(test_broken_tables_are_left_out, start),
        cmocka_unit_test_setup(test_twice_and_loops, start),
        cmocka_unit_test(test_every_error_was_seen),
    };
    return cmocka_run_group_tests_name("kernel_acpi", tests, NULL, NULL);
}
