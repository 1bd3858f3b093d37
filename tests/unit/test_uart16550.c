// SPDX-License-Identifier: MIT
//
// kernel/dev/uart16550.c against a small model of the chip: one that works, one that is not there, one that
// hangs.

#include "unit.h"
#include <dev/uart16550.h>
#include <string.h>

static struct {
    uint8_t registers[8];
    uint8_t divisor[2];
    char sent[256];
    size_t sent_length;
    bool is_there, has_room;
    unsigned polls;
} chip;

static uint8_t chip_read(const struct uart16550 *uart, unsigned index) {
    (void)uart;
    if (!chip.is_there)
        return 0xff;
    if (index == 5) {
        chip.polls++;
        return chip.has_room ? 0x60 : 0;
    }
    return chip.registers[index];
}

static void chip_write(const struct uart16550 *uart, unsigned index, uint8_t value) {
    (void)uart;
    bool divisor = (chip.registers[3] & 0x80) != 0;
    if (divisor && index < 2)
        chip.divisor[index] = value;
    else if (index == 0)
        chip.sent[chip.sent_length++] = (char)value;
    else
        chip.registers[index] = value;
}

static struct uart16550 uart;

static int start(void **state) {
    (void)state;
    memset(&chip, 0, sizeof(chip));
    chip.is_there = chip.has_room = true;
    uart = (struct uart16550){.read = chip_read, .write = chip_write};
    return 0;
}

static void test_set_up_and_write(void **state) {
    (void)state;
    uart16550_init(&uart);
    assert_true(uart.present);
    assert_int_equal(chip.divisor[0], 1);
    assert_int_equal(chip.divisor[1], 0);
    assert_int_equal(chip.registers[3], 0x03);
    assert_int_equal(chip.registers[1], 0); // no interrupts
    uart16550_write(&uart, "a\nb", 3);
    assert_int_equal(chip.sent_length, 4);
    assert_memory_equal(chip.sent, "a\r\nb", 4);
}

static void test_absent(void **state) {
    (void)state;
    chip.is_there = false;
    uart16550_init(&uart);
    assert_false(uart.present);
    uart16550_write(&uart, "a", 1);
    assert_int_equal(chip.sent_length, 0);
}

static void test_stuck_is_waited_for_once(void **state) {
    (void)state;
    uart16550_init(&uart);
    chip.has_room = false;
    uart16550_write(&uart, "abc", 3);
    unsigned polls = chip.polls;
    assert_true(polls < 1'000'000);
    uart16550_write(&uart, "abc", 3);
    assert_int_equal(chip.polls, polls);
    assert_int_equal(chip.sent_length, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_set_up_and_write, start),
        cmocka_unit_test_setup(test_absent, start),
        cmocka_unit_test_setup(test_stuck_is_waited_for_once, start),
    };
    return cmocka_run_group_tests_name("uart16550", tests, NULL, NULL);
}
