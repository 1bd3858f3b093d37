// SPDX-License-Identifier: MIT
//
// user/programs/tr/set.c: sets as they are written, and what is refused.

#include "unit.h"
#include "set.h"
#include <string.h>

static struct set set;

static void expect(const char *text, const char *bytes, size_t count) {
    assert_int_equal(set_parse(&set, text), SET_OK);
    assert_int_equal(set.count, count);
    assert_memory_equal(set.bytes, bytes, count);
}

static void test_sets(void **state) {
    (void)state;
    expect("", "", 0);
    expect("abc", "abc", 3);
    expect("a-e", "abcde", 5);
    expect("a-cx-z", "abcxyz", 6);
    expect("-a", "-a", 2);
    expect("a-", "a-", 2);
    expect("a\\-c", "a-c", 3);
    expect("\\n\\t\\r\\\\", "\n\t\r\\", 4);
    expect("\\0\\101\\377", "\0A\xff", 3);
    expect("\\60-\\62", "012", 3);
    expect("[:digit:]x", "0123456789x", 11);
    expect("[:blank:]", "\t ", 2);
    expect("[:xdigit:]", "0123456789ABCDEFabcdef", 22);
    expect("[abc]", "[abc]", 5);
}

static void test_refused(void **state) {
    (void)state;
    char text[2 * SET_MAX];
    assert_int_equal(set_parse(&set, "z-a"), SET_BAD_RANGE);
    assert_int_equal(set_parse(&set, "a\\"), SET_BAD_ESCAPE);
    assert_int_equal(set_parse(&set, "\\q"), SET_BAD_ESCAPE);
    assert_int_equal(set_parse(&set, "\\777"), SET_BAD_ESCAPE);
    assert_int_equal(set_parse(&set, "[:nothing:]"), SET_BAD_CLASS);
    memset(text, 'x', sizeof(text));
    text[SET_MAX + 1] = '\0';
    assert_int_equal(set_parse(&set, text), SET_TOO_LONG);
    assert_int_equal(set_parse(&set, text + 1), SET_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sets), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests_name("tr_set", tests, NULL, NULL);
}
