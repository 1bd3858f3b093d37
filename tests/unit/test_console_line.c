// SPDX-License-Identifier: MIT
//
// user/servers/console/line.c: what can be read after what was typed, and what the person sees.

#include "text_sink.h"
#include <line.h>

static struct line line;
static struct text_sink echo;

static int start(void **state) {
    (void)state;
    memset(&echo, 0, sizeof(echo));
    line_init(&line, text_sink, &echo);
    return 0;
}

static void type_keys(const char *keys) {
    for (; *keys != '\0'; keys++)
        assert_false(line_input(&line, *keys));
}

// Reads once; "-" when nothing can be read, "EOF" for an end of file.
static const char *take(size_t size) {
    static char buffer[LINE_READY_SIZE + 1];
    if (!line_is_readable(&line))
        return "-";
    size_t length = line_read(&line, buffer, size);
    buffer[length] = '\0';
    return length > 0 ? buffer : "EOF";
}

static void expect(const char *keys, const char *read, const char *shown) {
    type_keys(keys);
    assert_string_equal(take(LINE_READY_SIZE), read);
    assert_string_equal(text_sink_take(&echo), shown);
}

static void test_lines(void **state) {
    (void)state;
    expect("hello", "-", "hello");
    expect("\r", "hello\n", "\n");
    expect("a\nb\n", "a\n", "a\nb\n");
    expect("", "b\n", "");
    expect("", "-", "");
    expect("long\n", "long\n", "long\n");
    type_keys("abcdef\n");
    assert_string_equal(take(4), "abcd");
    assert_string_equal(take(4), "ef\n");
}

static void test_editing(void **state) {
    (void)state;
    expect("ax\x7f"
           "b\n",
           "ab\n", "ax\b \bb\n");
    expect("\x08\x7f\n", "\n", "\n");
    expect("\xc3\xa4\xe2\x82\xac\x7f\n", "\xc3\xa4\n", "\xc3\xa4\xe2\x82\xac\b \b\n");
    expect("one two\x17\n", "one \n", "one two\b \b\b \b\b \b\n");
    expect("ab\x15"
           "c\n",
           "c\n", "ab\b \b\b \bc\n");
    expect("a\x01\x1b"
           "b\n",
           "ab\n", "ab\n"); // other control characters are not taken
    expect("a\tb\n", "a\tb\n", "a\tb\n");
}

static void test_end_of_file(void **state) {
    (void)state;
    expect("\x04", "EOF", "");
    expect("", "-", "");
    expect("ab\x04", "ab", "ab");
    expect("", "-", "");
    expect("ab\n\x04", "ab\n", "ab\n");
    expect("", "EOF", "");
    expect("\x04\x04x\n", "EOF", "x\n");
    expect("", "EOF", "");
    expect("", "x\n", "");
}

static void test_interrupt_drops_what_was_not_read(void **state) {
    (void)state;
    type_keys("done\n\x04half");
    assert_true(line_input(&line, 3));
    assert_string_equal(text_sink_take(&echo), "done\nhalf^C\n");
    expect("", "-", "");
    expect("x\n", "x\n", "x\n");
}

static void test_raw(void **state) {
    (void)state;
    type_keys("ab\nhal");
    text_sink_take(&echo);
    line_mode(&line, true);
    assert_false(line_input(&line, 3)); // a byte like any other
    type_keys("\x04\x7f\r");
    assert_string_equal(text_sink_take(&echo), "");
    assert_string_equal(take(100), "ab\nhal\x03\x04\x7f\r");
    line_mode(&line, false);
    expect("x\n", "x\n", "x\n");
}

static void test_without_echo(void **state) {
    (void)state;
    line_init(&line, NULL, NULL);
    expect("secret\x7f\x7f\x17s\n", "s\n", "");
}

static void test_full_buffers_drop_whole_keys_with_a_bell(void **state) {
    (void)state;
    for (int i = 0; i < LINE_SIZE + 10; i++)
        assert_false(line_input(&line, 'x'));
    const char *shown = text_sink_take(&echo);
    assert_int_equal(strspn(shown, "x"), LINE_SIZE - 1);
    assert_int_equal(strlen(shown + LINE_SIZE - 1), 11);
    assert_int_equal(strspn(shown + LINE_SIZE - 1, "\a"), 11);
    type_keys("\n");
    assert_int_equal(strlen(take(LINE_READY_SIZE)), LINE_SIZE);
}

static void test_a_full_ring_keeps_the_line_that_did_not_fit(void **state) {
    (void)state;
    size_t lines = 0;
    for (;; lines++) {
        type_keys("123456789012345");
        text_sink_take(&echo);
        assert_false(line_input(&line, '\n'));
        if (strchr(text_sink_take(&echo), '\a') != NULL)
            break;
    }
    assert_int_equal(lines, LINE_READY_SIZE / 16);
    assert_string_equal(take(100), "123456789012345\n");
    assert_false(line_input(&line, '\n'));
    for (size_t i = 0; i < lines; i++)
        assert_string_equal(take(100), "123456789012345\n");
    assert_string_equal(take(100), "-");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines, start),
        cmocka_unit_test_setup(test_editing, start),
        cmocka_unit_test_setup(test_end_of_file, start),
        cmocka_unit_test_setup(test_interrupt_drops_what_was_not_read, start),
        cmocka_unit_test_setup(test_raw, start),
        cmocka_unit_test_setup(test_without_echo, start),
        cmocka_unit_test_setup(test_full_buffers_drop_whole_keys_with_a_bell, start),
        cmocka_unit_test_setup(test_a_full_ring_keeps_the_line_that_did_not_fit, start),
    };
    return cmocka_run_group_tests_name("console_line", tests, NULL, NULL);
}
