// SPDX-License-Identifier: MIT
//
// base/format.c: every case is printed by ours and by the host's snprintf, at every buffer size, and must
// agree.

#include "unit.h"
#include <base/format.h>
#include <stdio.h>
#include <string.h>

// A macro, so that the compiler checks each format against its arguments.
#define same(...)                                                                                            \
    do {                                                                                                     \
        char theirs[256];                                                                                    \
        char ours[256];                                                                                      \
        int expected = snprintf(theirs, sizeof(theirs), __VA_ARGS__);                                        \
        size_t length = format_buffer(ours, sizeof(ours), __VA_ARGS__);                                      \
        assert_string_equal(ours, theirs);                                                                   \
        assert_int_equal(length, expected);                                                                  \
        for (size_t size = 0; size < length + 2; size++) {                                                   \
            memset(ours, 0x7f, sizeof(ours));                                                                \
            memset(theirs, 0x7f, sizeof(theirs));                                                            \
            assert_int_equal(format_buffer(ours, size, __VA_ARGS__), length);                                \
            (void)!snprintf(theirs, size, __VA_ARGS__);                                                      \
            assert_memory_equal(ours, theirs, sizeof(ours));                                                 \
        }                                                                                                    \
    } while (0)

#pragma clang diagnostic ignored "-Wformat-truncation"
#pragma clang diagnostic ignored "-Wformat"

static void test_text(void **state) {
    (void)state;
    same("plain");
    same("%s|%10s|%-10s|%.2s|%10.2s|%-10.2s|%.0s", "abc", "abc", "abc", "abc", "abc", "abc", "abc");
    same("%c%c|%5c|%-5c|", 'a', 'b', 'c', 'd');
    same("100%% %*s|%-*s|%*s|%.*s|%.*s", 6, "ab", 6, "ab", -6, "ab", 1, "ab", -1, "ab");
}

static void test_integers(void **state) {
    (void)state;
    static const long long values[] = {
        0, 1, -1, 9, 10, -10, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN, 123456789, -987654321};
    for (size_t i = 0; i < array_length(values); i++) {
        long long v = values[i];
        same("%d %i %u %x %X %o", (int)v, (int)v, (unsigned)v, (unsigned)v, (unsigned)v, (unsigned)v);
        same("%ld %lu %lx %lX %lo", (long)v, (unsigned long)v, (unsigned long)v, (unsigned long)v,
             (unsigned long)v);
        same("%lld %llu %#llx %#llo", v, (unsigned long long)v, (unsigned long long)v, (unsigned long long)v);
        same("%zu %zd %jd %td", (size_t)v, (ptrdiff_t)v, (intmax_t)v, (ptrdiff_t)v);
        same("%hd %hu %hhd %hhx", (short)v, (unsigned short)v, (signed char)v, (unsigned char)v);
        same("%12lld|%-12lld|%012lld|%+lld|% lld|%+012lld", v, v, v, v, v, v);
        same("%.5lld|%12.5lld|%-12.5lld|%012.5lld|%.0lld", v, v, v, v, v);
        same("%#18llx|%#018llx|%-#18llx|%#.12llx", (unsigned long long)v, (unsigned long long)v,
             (unsigned long long)v, (unsigned long long)v);
    }
}

static void test_pointers(void **state) {
    (void)state;
    int object;
    same("%p|%20p|%-20p|", (void *)&object, (void *)&object, (void *)&object);
}

static void test_null_and_unknown(void **state) {
    (void)state;
    char text[64];
    const char *null = NULL;
    const char *unknown = "%y %";
    assert_int_equal(format_buffer(text, sizeof(text), "%s %p", null, NULL), 10);
    assert_string_equal(text, "(null) 0x0");
    format_buffer(text, sizeof(text), unknown);
    assert_string_equal(text, "%y %");
}

static void count_pieces(void *context, const char *bytes, size_t length) {
    (void)bytes;
    assert_true(length > 0);
    *(size_t *)context += length;
}

static void test_sink_gets_every_byte(void **state) {
    (void)state;
    size_t total = 0;
    assert_int_equal(format_to(count_pieces, &total, "%s%100d%-50s", "", 7, "x"), 150);
    assert_int_equal(total, 150);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_null_and_unknown),
        cmocka_unit_test(test_sink_gets_every_byte),
    };
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
