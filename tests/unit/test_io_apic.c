// SPDX-License-Identifier: MIT
//
// kernel/dev/io_apic.c against a model of the chip (82093AA data sheet, section 3.2).

#include "unit.h"
#include <dev/io_apic.h>
#include <string.h>
#include "fake_registers.h"

enum { INDEX = 0, DATA = 4, LINES = 24, LOG_MOST = 256 };

#define ENTRY(pin)       (0x10 + 2 * (pin))
#define IN_ENTRIES(at)   ((at) >= ENTRY(0) && (at) < ENTRY(LINES))
#define REGISTER_VERSION 1
#define VERSION          (0x11u | (LINES - 1) << 16)
#define MASKED           (1u << 16)
#define LEVEL            (1u << 15)
#define LOW              (1u << 13)
#define READ_ONLY        (1u << 12 | 1u << 14) // delivery status, remote IRR
#define VECTOR           0x41

static struct io_apic apic;
static struct {
    uint32_t index, entries[ENTRY(LINES)];
    bool unlocked; // an entry was accessed without the lock
    bool stray;    // or something that is none
    unsigned log_count;
    struct {
        uint32_t index, value;
    } log[LOG_MOST]; // writes
} chip;

static void chip_write(uint32_t value) {
    if (chip.log_count < LOG_MOST) {
        chip.log[chip.log_count].index = chip.index;
        chip.log[chip.log_count++].value = value;
    }
    if (IN_ENTRIES(chip.index))
        chip.entries[chip.index] = (value & ~READ_ONLY) | (chip.entries[chip.index] & READ_ONLY);
}

static void before(volatile void *page, size_t offset, bool writes) {
    size_t at = offset / sizeof(uint32_t);
    if (!atomic_flag_test_and_set(&apic.busy)) {
        atomic_flag_clear(&apic.busy);
        chip.unlocked |= at == DATA && IN_ENTRIES(chip.index);
    }
    chip.stray |= offset % 16 != 0 || (at != DATA && (at != INDEX || !writes));
    chip.stray |= at == DATA && !IN_ENTRIES(chip.index) && (writes || chip.index != REGISTER_VERSION);
    ((volatile uint32_t *)page)[DATA] = IN_ENTRIES(chip.index) ? chip.entries[chip.index] : VERSION;
}

static void written(volatile void *page, size_t offset) {
    if (offset / sizeof(uint32_t) == INDEX)
        chip.index = ((volatile uint32_t *)page)[INDEX];
    else
        chip_write(((volatile uint32_t *)page)[DATA]);
}

// As firmware may leave it: some lines open, one of them in service.
static void chip_make(void) {
    static const struct fake_registers model = {before, written};
    memset(&chip, 0, sizeof(chip));
    memset(&apic, 0, sizeof(apic));
    for (unsigned pin = 0; pin < LINES; pin++) {
        chip.entries[ENTRY(pin)] = 0x30 + pin + (pin % 2 == 0 ? MASKED : 0);
        chip.entries[ENTRY(pin) + 1] = 0xff000000;
    }
    chip.entries[ENTRY(9)] |= READ_ONLY | LEVEL;
    io_apic_init(&apic, fake_registers_page(&model), 100);
}

static void chip_check(void) {
    assert_false(chip.stray);
    assert_false(chip.unlocked);
}

static void init_masks_every_line(void **state) {
    (void)state;
    chip_make();
    assert_int_equal(apic.line_base, 100);
    assert_int_equal(apic.line_count, LINES);
    for (unsigned pin = 0; pin < LINES; pin++) {
        uint32_t kept = pin == 9 ? READ_ONLY | LEVEL : 0;
        assert_int_equal(chip.entries[ENTRY(pin)], (0x30 + pin) | MASKED | kept);
    }
    chip_check();
}

// Between the halves the line is closed: no interrupt goes to the new processor by the old vector.
static void route_writes_the_halves_behind_the_mask(void **state) {
    (void)state;
    chip_make();
    io_apic_mask(&apic, 5, false);
    chip.log_count = 0;
    io_apic_route(&apic, 5, VECTOR, 0xfe, true, true);
    assert_int_equal(chip.entries[ENTRY(5) + 1], 0xfe000000);
    assert_int_equal(chip.entries[ENTRY(5)], VECTOR | MASKED | LEVEL | LOW);
    bool masked = false;
    for (unsigned i = 0; i < chip.log_count; i++) {
        bool is_low = chip.log[i].index == ENTRY(5);
        assert_true(is_low || chip.log[i].index == ENTRY(5) + 1);
        assert_true(is_low ? (chip.log[i].value & MASKED) != 0 : masked);
        masked |= is_low;
    }
    io_apic_route(&apic, LINES - 1, 0xfe, 0, false, false);
    assert_int_equal(chip.entries[ENTRY(LINES - 1)], 0xfe | MASKED);
    assert_int_equal(chip.entries[ENTRY(LINES - 1) + 1], 0);
    chip_check();
}

static void mask_changes_one_bit(void **state) {
    (void)state;
    chip_make();
    io_apic_route(&apic, 7, VECTOR, 3, true, false);
    uint32_t before[ENTRY(LINES)];
    memcpy(before, chip.entries, sizeof(before));
    io_apic_mask(&apic, 7, false);
    assert_int_equal(chip.entries[ENTRY(7)], VECTOR | LEVEL);
    io_apic_mask(&apic, 7, false);
    assert_int_equal(chip.entries[ENTRY(7)], VECTOR | LEVEL);
    io_apic_mask(&apic, 7, true);
    assert_memory_equal(chip.entries, before, sizeof(before));
    chip_check();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_masks_every_line),
        cmocka_unit_test(route_writes_the_halves_behind_the_mask),
        cmocka_unit_test(mask_changes_one_bit),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
