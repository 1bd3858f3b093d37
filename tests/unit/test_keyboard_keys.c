// SPDX-License-Identifier: MIT
//
// user/drivers/keyboard: what each kind of key gives, in the layouts as they are built, and arbitrary bytes.

#include "unit.h"
#include "seed.h"
#include <keys.h>
#include <stdlib.h>
#include <string.h>

static struct keys keys;

static const struct layout *layout(const char *name) {
    for (size_t i = 0; i < layout_count; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    fail_msg("no layout %s", name);
    return NULL;
}

// The text that these scan codes give.
static const char *feed(const char *codes, size_t count) {
    static char text[512];
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += keys_feed(&keys, (uint8_t)codes[i], text + length);
    text[length] = '\0';
    return text;
}

#define expect(codes, text) assert_string_equal(feed(codes, sizeof(codes) - 1), text)

static void test_us(void **state) {
    (void)state;
    keys_init(&keys, layout("us"));
    expect("\x1e\x9e\x30\xb0", "ab");
    expect("\x2a\x1e\x9e\x03\x83\xaa\x03\x83", "A@2");
    expect("\x36\x1e\xb6\x1e", "Aa");
    expect("\x39\x0f\x1c\x0e\x01", " \t\r\x7f\x1b");
    expect("\x29\x28\x2b\x35\x0c", "`'\\/-");
    expect("\x38\x1e\xb8", "\x1b"
                           "a");
    expect("\xe0\x38\x1e\xe0\xb8", "\x1b"
                                   "a"); // no third level: the right Alt is the left one
    expect("\x9e\x1e\x1e\x1e", "aaa");   // the keyboard's own repeat
}

static void test_german(void **state) {
    (void)state;
    keys_init(&keys, layout("de"));
    expect("\x15\x2c\x1a\x27\x28\x0c", "zy\xc3\xbc\xc3\xb6\xc3\xa4\xc3\x9f");
    expect("\x2a\x15\x27\x04\xaa", "Z\xc3\x96\xc2\xa7");
    expect("\xe0\x38\x10\x12\x08\x56\xe0\xb8", "@\xe2\x82\xac{|");
    expect("\xe0\x38\x1e\xe0\xb8", ""); // nothing there
    expect("\x56\x2a\x56\xaa", "<>");
}

static void test_control(void **state) {
    (void)state;
    keys_init(&keys, layout("us"));
    expect("\x1d\x2e\x9d", "\x03");
    expect("\xe0\x1d\x26\xe0\x9d", "\x0c");
    expect("\x1d\x2a\x2e\xaa\x9d", "\x03");
    expect("\x1d\x1a\x2b\x9d", "\x1b\x1c");
    expect("\x1d\x02\x9d", "1");
    char space[KEY_BYTES_MAX];
    keys_feed(&keys, 0x1d, space);
    assert_int_equal(keys_feed(&keys, 0x39, space), 1);
    assert_int_equal(space[0], 0);
    expect("\x9d\x1e", "a");
}

static void test_sequences(void **state) {
    (void)state;
    keys_init(&keys, layout("us"));
    expect("\xe0\x48\xe0\xc8\xe0\x50\xe0\x4d\xe0\x4b", "\x1b[A\x1b[B\x1b[C\x1b[D");
    expect("\xe0\x47\xe0\x4f\xe0\x52\xe0\x53\xe0\x49\xe0\x51", "\x1b[H\x1b[F\x1b[2~\x1b[3~\x1b[5~\x1b[6~");
    expect("\x3b\x3e\x3f\x44\x57\x58", "\x1bOP\x1bOS\x1b[15~\x1b[21~\x1b[23~\x1b[24~");
    expect("\x1d\xe0\x4d\x9d", "\x1b[1;5C");
    expect("\x2a\xe0\x53\xaa", "\x1b[3;2~");
    expect("\x38\x3b\xb8", "\x1b[1;3P");
    expect("\x2a\x0f\xaa", "\x1b[Z");
    expect("\xe0\x1c\xe0\x35", "\r/");
    // Keyboards put a shift that nobody pressed around the cursor keys.
    expect("\xe0\x2a\xe0\x4b\xe0\xcb\xe0\xaa\x1e", "\x1b[Da");
    // Pause, Print Screen: nothing, and nothing is left behind.
    expect("\xe1\x1d\x45\xe1\x9d\xc5\x1e", "a");
    assert_int_equal(keys.locks, LOCK_NUMBER);
    expect("\xe0\x2a\xe0\x37\xe0\xb7\xe0\xaa\x1e", "a");
}

static void test_locks(void **state) {
    (void)state;
    keys_init(&keys, layout("de"));
    expect("\x3a\xba\x1e\x27\x02\x2a\x1e\xaa\x3a\xba\x1e", "A\xc3\x96"
                                                           "1aa");
    assert_int_equal(keys.locks, LOCK_NUMBER);
    expect("\x47\x53\x37\x4a\x4e", "7.*-+");
    expect("\x45\xc5\x47\x48\x53\x4e", "\x1b[H\x1b[A\x1b[3~+");
    assert_int_equal(keys.locks, 0);
}

// Whatever came before: after the release of all modifiers, and the locks as they were, a key is that key.
static void test_random_bytes_leave_nothing_stuck(void **state) {
    (void)state;
    srand(seed_choose("test_keyboard_keys", 20261122));
    for (int round = 0; round < 20000; round++) {
        char out[KEY_BYTES_MAX];
        keys_init(&keys, &layouts[(size_t)rand() % layout_count]);
        for (int i = rand() % 40; i > 0; i--) {
            size_t length = keys_feed(&keys, (uint8_t)(rand() >> 7), out);
            assert_true(length <= KEY_BYTES_MAX);
        }
        feed("\xb9\xb9\xb9\xb9\xb9\xb9", 6); // what a cut sequence may swallow
        expect("\xaa\xb6\x9d\xb8\xe0\x9d\xe0\xb8", "");
        keys.locks = LOCK_NUMBER;
        expect("\x1e\x9e", "a");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_us),      cmocka_unit_test(test_german),
        cmocka_unit_test(test_control), cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_locks),   cmocka_unit_test(test_random_bytes_leave_nothing_stuck),
    };
    return cmocka_run_group_tests_name("keyboard_keys", tests, NULL, NULL);
}
