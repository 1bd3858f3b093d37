// SPDX-License-Identifier: MIT
//
// base/text.c: what stays and what becomes a question mark.

#include "unit.h"
#include <base/text.h>
#include <string.h>

static const char *plain(const char *text, const char *allowed) {
    static char copy[64];
    strcpy(copy, text);
    text_make_plain(copy, strlen(copy), allowed);
    return copy;
}

static void test_text_stays(void **state) {
    (void)state;
    assert_string_equal(plain("", ""), "");
    assert_string_equal(plain("a b~", ""), "a b~");
    assert_string_equal(plain("\xc3\x80\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc2\xa0", ""),
                        "\xc3\x80\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc2\xa0");
}

static void test_controls_go(void **state) {
    (void)state;
    assert_string_equal(plain("a\x1b[2J\r\x7f\x01", ""), "a?[2J???");
    assert_string_equal(plain("\xc2\x9b"
                              "2J\xc2\x9d"
                              "0;x\xc2\x80\xc2\x9f",
                              ""),
                        "??2J??0;x????");
}

static void test_what_is_not_utf8_goes(void **state) {
    (void)state;
    assert_string_equal(plain("\x9b"
                              "2J \x80\xbf",
                              ""),
                        "?2J ??");
    assert_string_equal(plain("\xc3x \xe2\x82x \xf5\x80\x80\x80 \xc0\x80 \xff", ""), "?x ??x ???? ?? ?");
    assert_string_equal(plain("\xe2\x82", ""), "??"); // cut off
    assert_string_equal(plain("\xf0\x9f\x98", ""), "???");
}

static void test_what_is_allowed_stays(void **state) {
    (void)state;
    assert_string_equal(plain("a\n\tb\r", "\n\t"), "a\n\tb?");
    char zero[3] = {'a', 0, 'b'};
    text_make_plain(zero, 3, "\n");
    assert_memory_equal(zero, "a?b", 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_stays),
        cmocka_unit_test(test_controls_go),
        cmocka_unit_test(test_what_is_not_utf8_goes),
        cmocka_unit_test(test_what_is_allowed_stays),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
