// SPDX-License-Identifier: MIT
//
// base/hex.c: every byte value decodes, every malformed string is refused.

#include "unit.h"
#include <base/hex.h>
#include <stdio.h>
#include <string.h>

static void test_every_byte_decodes(void **state) {
    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        char lower[3];
        char upper[3];
        uint8_t byte = 0;
        size_t length = 0;
        snprintf(lower, sizeof(lower), "%02x", value);
        snprintf(upper, sizeof(upper), "%02X", value);
        assert_true(hex_decode(lower, 2, &byte, 1, &length));
        assert_int_equal(byte, value);
        assert_int_equal(length, 1);
        assert_true(hex_decode(upper, 2, &byte, 1, &length));
        assert_int_equal(byte, value);
    }
}

static void test_only_hex_digits_are_digits(void **state) {
    (void)state;
    int digits = 0;
    for (int character = 0; character < 256; character++) {
        int value = hex_digit((char)character);
        assert_int_equal(value >= 0, character != 0 && strchr("0123456789abcdefABCDEF", character) != NULL);
        digits += value >= 0;
    }
    assert_int_equal(digits, 22);
}

static void test_malformed_is_refused(void **state) {
    (void)state;
    uint8_t bytes[2];
    size_t length;
    assert_false(hex_decode("abc", 3, bytes, 2, &length));
    assert_false(hex_decode("g0", 2, bytes, 2, &length));
    assert_false(hex_decode("0g", 2, bytes, 2, &length));
    assert_false(hex_decode("000000", 6, bytes, 2, &length));
    assert_true(hex_decode("", 0, bytes, 2, &length));
    assert_int_equal(length, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_decodes),
        cmocka_unit_test(test_only_hex_digits_are_digits),
        cmocka_unit_test(test_malformed_is_refused),
    };
    return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
