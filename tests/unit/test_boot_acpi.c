// SPDX-License-Identifier: MIT
//
// boot/acpi.c on tables built here, at made-up physical addresses: what is found, what is mapped, and that
// every kind of damage is passed over.

#include "unit.h"
#include "acpi_seal.h"
#include "../../boot/acpi.h"
#include "../../boot/platform.h"
#include <string.h>

enum { MEMORY_BASE = 0x7f000000, MEMORY_SIZE = 0x8000, RANGES = 64 };
enum {
    RSDP = 0x10,
    RSDT = 0x100,
    XSDT = 0x200,
    FADT = 0x400,
    MADT = 0x800,
    DMAR = 0xa00,
    IVRS = 0xb00,
    DSDT = 0x1000,
    FACS = 0x3000
};

static uint8_t memory[MEMORY_SIZE];
static struct limine_memory_range ranges[RANGES];
static struct memory_map map;
static struct acpi_tables tables;

const void *platform_memory(uint64_t address, uint64_t length) {
    if (address < MEMORY_BASE || !range_within(address - MEMORY_BASE, length, MEMORY_SIZE))
        return NULL;
    return memory + (address - MEMORY_BASE);
}

static void put(size_t at, uint64_t value, size_t size) {
    memcpy(memory + at, &value, size);
}

static void seal(size_t at, size_t length, size_t sum_at) {
    acpi_seal(memory + at, length, sum_at);
}

static void put_table(size_t at, const char *signature, size_t length) {
    memcpy(memory + at, signature, 4);
    put(at + 4, length, 4);
    seal(at, length, 9);
}

static int start(void **state) {
    (void)state;
    memset(memory, 0, sizeof memory);
    map = (struct memory_map){ranges, 0, RANGES};
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    put(RSDP + 16, MEMORY_BASE + RSDT, 4);
    put(RSDP + 24, MEMORY_BASE + XSDT, 8);
    seal(RSDP, 20, 8);
    seal(RSDP, 36, 32);
    put(RSDT + 36, MEMORY_BASE + FADT, 4);
    put_table(RSDT, "RSDT", 40);
    put(XSDT + 36, MEMORY_BASE + FADT, 8);
    put(XSDT + 44, MEMORY_BASE + MADT, 8);
    put(XSDT + 52, MEMORY_BASE + DMAR, 8);
    put(XSDT + 60, MEMORY_BASE + IVRS, 8);
    put_table(XSDT, "XSDT", 68);
    put(FADT + 36, MEMORY_BASE + FACS, 4);
    put(FADT + 76, 0x608, 4);
    put(FADT + 140, MEMORY_BASE + DSDT, 8);
    put_table(FADT, "FACP", 244);
    put_table(DSDT, "DSDT", 0x1100);
    // A local APIC (type 0), then two I/O APICs (type 1).
    put(MADT + 44, 0x0800, 2);
    put(MADT + 52, 0x0c01, 2);
    put(MADT + 56, 0xfec00000, 4);
    put(MADT + 64, 0x0c01, 2);
    put(MADT + 68, 0xfec10000, 4);
    put_table(MADT, "APIC", 76);
    put(DMAR + 48, 0x00100000, 4);
    put(DMAR + 56, 0xfed90000, 8);
    put_table(DMAR, "DMAR", 64);
    // Memory (type 0x20), then the same IOMMU in an old and a new form.
    put(IVRS + 48, 0x00200020, 4);
    put(IVRS + 80, 0x00180010, 4);
    put(IVRS + 88, 0xfd000000, 8);
    put(IVRS + 104, 0x00280011, 4);
    put(IVRS + 112, 0xfd100000, 8);
    put_table(IVRS, "IVRS", 144);
    return 0;
}

static bool is_mapped(uint64_t address) {
    for (size_t i = 0; i < map.count; i++)
        if (address >= ranges[i].base && address - ranges[i].base < ranges[i].length)
            return ranges[i].type == LIMINE_MEMORY_RESERVED_MAPPED;
    return false;
}

static void walk(void) {
    map.count = 0;
    assert_true(acpi_walk(MEMORY_BASE + RSDP, &tables, &map));
}

static void test_everything_is_found(void **state) {
    (void)state;
    walk();
    assert_int_equal(tables.fadt, MEMORY_BASE + FADT);
    assert_int_equal(tables.madt, MEMORY_BASE + MADT);
    assert_int_equal(tables.dmar, MEMORY_BASE + DMAR);
    static const uint64_t all[] = {RSDP, RSDT, XSDT, FADT, MADT, DMAR, DSDT, DSDT + 0x10ff, FACS, FACS + 63};
    for (size_t i = 0; i < array_length(all); i++)
        assert_true(is_mapped(MEMORY_BASE + all[i]));
    assert_int_equal(acpi_timer_port(&tables), 0x608);
    assert_int_equal(acpi_io_apic(&tables, 0), 0xfec00000);
    assert_int_equal(acpi_io_apic(&tables, 1), 0xfec10000);
    assert_int_equal(acpi_io_apic(&tables, 2), 0);
    assert_int_equal(acpi_remapping_unit(&tables, 0), 0xfed90000);
    assert_int_equal(acpi_remapping_unit(&tables, 1), 0);
    assert_int_equal(acpi_amd_iommu(&tables, 0), 0xfd000000);
    assert_int_equal(acpi_amd_iommu(&tables, 1), 0xfd100000);
    assert_int_equal(acpi_amd_iommu(&tables, 2), 0);
}

// Type 0 and 9, of which one of each is disabled; type 4 for all processors, type 10 for one.
static void test_processors(void **state) {
    (void)state;
    static const uint8_t entries[] = {
        0,  8,  5,   7, 1, 0, 0, 0,                          //
        0,  8,  6,   8, 0, 0, 0, 0,                          //
        9,  16, 0,   0, 0, 1, 0, 0, 1, 0, 0, 0, 9,  0, 0, 0, //
        9,  16, 0,   0, 1, 1, 0, 0, 2, 0, 0, 0, 10, 0, 0, 0, //
        4,  6,  255, 5, 0, 1,                                //
        10, 12, 15,  0, 9, 0, 0, 0, 0, 0, 0, 0,              //
        4,  6,  1,   0, 0, 2,                                // a pin that does not exist
        0,  6,  1,   2, 1, 0,                                // too short
    };
    memcpy(memory + MADT + 44, entries, sizeof entries);
    put_table(MADT, "APIC", 44 + sizeof entries);
    walk();
    struct acpi_processor processor;
    assert_true(acpi_processor(&tables, 0, &processor));
    assert_int_equal(processor.uid, 5);
    assert_int_equal(processor.apic_id, 7);
    assert_true(acpi_processor(&tables, 1, &processor));
    assert_int_equal(processor.uid, 9);
    assert_int_equal(processor.apic_id, 0x100);
    assert_false(acpi_processor(&tables, 2, &processor));
    struct acpi_local_nmi nmi;
    assert_true(acpi_local_nmi(&tables, 0, &nmi));
    assert_int_equal(nmi.uid, ACPI_ALL_PROCESSORS);
    assert_int_equal(nmi.flags, 5);
    assert_int_equal(nmi.pin, 1);
    assert_true(acpi_local_nmi(&tables, 1, &nmi));
    assert_int_equal(nmi.uid, 9);
    assert_int_equal(nmi.flags, 15);
    assert_int_equal(nmi.pin, 0);
    assert_false(acpi_local_nmi(&tables, 2, &nmi));
}

static void test_acpi_1(void **state) {
    (void)state;
    memory[RSDP + 15] = 0;
    seal(RSDP, 20, 8);
    walk();
    assert_int_equal(tables.fadt, MEMORY_BASE + FADT);
    assert_int_equal(tables.madt, 0);
}

static void test_without_acpi(void **state) {
    (void)state;
    assert_true(acpi_walk(0, &tables, &map));
    assert_int_equal(map.count, 0);
    assert_int_equal(tables.fadt, 0);
    assert_int_equal(acpi_timer_port(&tables), 0);
    assert_int_equal(acpi_io_apic(&tables, 0), 0);
    assert_int_equal(acpi_remapping_unit(&tables, 0), 0);
}

static void test_damaged_rsdp(void **state) {
    (void)state;
    memory[RSDP + 33] ^= 1; // only the part that names the XSDT
    walk();
    assert_int_equal(tables.fadt, MEMORY_BASE + FADT);
    assert_int_equal(tables.madt, 0);
    memory[RSDP + 10] ^= 1;
    walk();
    assert_int_equal(map.count, 0);
    start(NULL);
    memory[RSDP] = 'X';
    seal(RSDP, 20, 8);
    walk();
    assert_int_equal(map.count, 0);
    assert_true(acpi_walk(MEMORY_BASE + MEMORY_SIZE - 10, &tables, &map));
    assert_int_equal(map.count, 0);
}

static void test_damaged_tables_are_passed_over(void **state) {
    (void)state;
    memory[MADT + 50] ^= 1;
    walk();
    assert_int_equal(tables.madt, 0);
    assert_int_equal(tables.fadt, MEMORY_BASE + FADT);
    start(NULL);
    put(MADT + 4, 0, 4);
    walk();
    assert_int_equal(tables.madt, 0);
    start(NULL);
    put(MADT + 4, UINT32_MAX, 4);
    walk();
    assert_int_equal(tables.madt, 0);
    start(NULL);
    put(XSDT + 44, UINT64_MAX - 4, 8);
    seal(XSDT, 68, 9);
    walk();
    assert_int_equal(tables.madt, 0);
    assert_int_equal(tables.dmar, MEMORY_BASE + DMAR);
    start(NULL);
    put_table(XSDT, "RSDT", 68);
    put_table(RSDT, "XSDT", 40);
    walk();
    assert_int_equal(tables.fadt, 0);
}

// A root table that names itself, and the FADT as its own DSDT: no loop.
static void test_cycles(void **state) {
    (void)state;
    put(XSDT + 52, MEMORY_BASE + XSDT, 8);
    seal(XSDT, 68, 9);
    put(FADT + 140, MEMORY_BASE + FADT, 8);
    seal(FADT, 244, 9);
    walk();
    assert_int_equal(tables.madt, MEMORY_BASE + MADT);
}

static void test_structures_of_bad_length(void **state) {
    (void)state;
    put(MADT + 44, 0x0000, 2);
    put_table(MADT, "APIC", 76);
    walk();
    assert_int_equal(acpi_io_apic(&tables, 0), 0);
    start(NULL);
    put(MADT + 52, 0xff01, 2);
    put_table(MADT, "APIC", 76);
    walk();
    assert_int_equal(acpi_io_apic(&tables, 0), 0);
    start(NULL);
    put(MADT + 52, 0x0601, 2);
    put(MADT + 58, 0x0601, 2);
    put_table(MADT, "APIC", 76);
    walk();
    assert_int_equal(acpi_io_apic(&tables, 0), 0xfec10000);
}

static void test_short_fadt(void **state) {
    (void)state;
    put_table(FADT, "FACP", 78);
    walk();
    assert_int_equal(acpi_timer_port(&tables), 0);
    assert_true(is_mapped(MEMORY_BASE + FACS));
    assert_false(is_mapped(MEMORY_BASE + DSDT + 0x1000));
}

static void test_full_map(void **state) {
    (void)state;
    walk();
    size_t needed = map.count;
    for (size_t capacity = 0; capacity < needed; capacity++) {
        map = (struct memory_map){ranges, 0, capacity};
        assert_false(acpi_walk(MEMORY_BASE + RSDP, &tables, &map));
    }
    map = (struct memory_map){ranges, 0, needed};
    assert_true(acpi_walk(MEMORY_BASE + RSDP, &tables, &map));
}

static void test_search(void **state) {
    (void)state;
    assert_int_equal(acpi_rsdp_search(MEMORY_BASE, MEMORY_BASE + 0x1000), MEMORY_BASE + RSDP);
    assert_int_equal(acpi_rsdp_search(MEMORY_BASE + 0x11, MEMORY_BASE + 0x1000), 0);
    assert_int_equal(acpi_rsdp_search(MEMORY_BASE, MEMORY_BASE + RSDP + 19), 0);
    memory[RSDP + 9] ^= 1;
    assert_int_equal(acpi_rsdp_search(MEMORY_BASE, MEMORY_BASE + 0x1000), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_everything_is_found, start),
        cmocka_unit_test_setup(test_processors, start),
        cmocka_unit_test_setup(test_acpi_1, start),
        cmocka_unit_test_setup(test_without_acpi, start),
        cmocka_unit_test_setup(test_damaged_rsdp, start),
        cmocka_unit_test_setup(test_damaged_tables_are_passed_over, start),
        cmocka_unit_test_setup(test_cycles, start),
        cmocka_unit_test_setup(test_structures_of_bad_length, start),
        cmocka_unit_test_setup(test_short_fadt, start),
        cmocka_unit_test_setup(test_full_map, start),
        cmocka_unit_test_setup(test_search, start),
    };
    return cmocka_run_group_tests_name("boot_acpi", tests, NULL, NULL);
}
