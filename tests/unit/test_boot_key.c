// SPDX-License-Identifier: MIT
//
// boot/key.c: the sequences of terminals and keyboards.

#include "unit.h"
#include "../../boot/key.h"
#include <string.h>

typedef enum key decode(struct key_decoder *decoder, uint8_t byte);

// All bytes but the last give nothing.
static void assert_key(decode *decode, const char *bytes, enum key expected) {
    struct key_decoder decoder = {0};
    for (size_t i = 0; i + 1 < strlen(bytes); i++)
        assert_int_equal(decode(&decoder, (uint8_t)bytes[i]), KEY_NONE);
    assert_int_equal(decode(&decoder, (uint8_t)bytes[strlen(bytes) - 1]), expected);
    assert_int_equal(decoder.state, 0);
}

static void test_terminal(void **state) {
    (void)state;
    assert_key(key_of_terminal, "\x1b[A", KEY_UP);
    assert_key(key_of_terminal, "\x1b[B", KEY_DOWN);
    assert_key(key_of_terminal, "\x1b[C", KEY_RIGHT);
    assert_key(key_of_terminal, "\x1b[D", KEY_LEFT);
    assert_key(key_of_terminal, "\x1bOA", KEY_UP);
    assert_key(key_of_terminal, "\x1b[H", KEY_HOME);
    assert_key(key_of_terminal, "\x1b[F", KEY_END);
    assert_key(key_of_terminal, "\x1b[1;5A", KEY_UP);
    assert_key(key_of_terminal, "\x1b[5~", KEY_OTHER);
    assert_key(key_of_terminal, "\r", KEY_ENTER);
    assert_key(key_of_terminal, "\n", KEY_ENTER);
    assert_key(key_of_terminal, "x", KEY_OTHER);
    assert_key(key_of_terminal, "\x1bx", KEY_OTHER);
    assert_key(key_of_terminal, "\x1b\x1b[A", KEY_UP);
    assert_key(key_of_terminal, "\x1b[\xff", KEY_OTHER);
    // The key Escape, or half a sequence, and then Enter.
    assert_key(key_of_terminal, "\x1b\r", KEY_ENTER);
    assert_key(key_of_terminal, "\x1b[\r", KEY_ENTER);
    assert_key(key_of_terminal, "\x1b[1;\r", KEY_ENTER);
}

static void test_keyboard(void **state) {
    (void)state;
    assert_key(key_of_keyboard, "\xe0\x48", KEY_UP);
    assert_key(key_of_keyboard, "\x48", KEY_UP);
    assert_key(key_of_keyboard, "\xe0\x50", KEY_DOWN);
    assert_key(key_of_keyboard, "\xe0\x4b", KEY_LEFT);
    assert_key(key_of_keyboard, "\xe0\x4d", KEY_RIGHT);
    assert_key(key_of_keyboard, "\xe0\x47", KEY_HOME);
    assert_key(key_of_keyboard, "\xe0\x4f", KEY_END);
    assert_key(key_of_keyboard, "\x1c", KEY_ENTER);
    assert_key(key_of_keyboard, "\x9c", KEY_NONE);
    assert_key(key_of_keyboard, "\xe0\xc8", KEY_NONE);
    assert_key(key_of_keyboard, "\xe0\x2a", KEY_NONE);
    assert_key(key_of_keyboard, "\x2a", KEY_OTHER);
    assert_key(key_of_keyboard, "\x1e", KEY_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_terminal), cmocka_unit_test(test_keyboard)};
    return cmocka_run_group_tests_name("boot_key", tests, NULL, NULL);
}
