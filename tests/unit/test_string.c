// SPDX-License-Identifier: MIT
//
// base/string.c against the host's libc: the file is compiled in under other names, so both are there.

#include "unit.h"
#include <string.h>

#define memcpy  base_memcpy
#define memmove base_memmove
#define memset  base_memset
#define memcmp  base_memcmp
#define memchr  base_memchr
#define strlen  base_strlen
#define strnlen base_strnlen
#define strcmp  base_strcmp
#define strncmp base_strncmp
#define strchr  base_strchr
#define strrchr base_strrchr
#include "../../base/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

enum { SPAN = 40 };

static void fill(unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(i * 37 + 11);
}

static void test_memmove_every_overlap(void **state) {
    (void)state;
    unsigned char ours[SPAN];
    unsigned char theirs[SPAN];
    for (size_t to = 0; to < SPAN; to++) {
        for (size_t from = 0; from < SPAN; from++) {
            size_t most = SPAN - (to > from ? to : from);
            for (size_t length = 0; length <= most; length++) {
                fill(ours, SPAN);
                fill(theirs, SPAN);
                assert_ptr_equal(base_memmove(ours + to, ours + from, length), ours + to);
                memmove(theirs + to, theirs + from, length);
                assert_memory_equal(ours, theirs, SPAN);
            }
        }
    }
}

static void test_memcpy_memset_every_length(void **state) {
    (void)state;
    unsigned char source[SPAN];
    unsigned char ours[SPAN];
    unsigned char theirs[SPAN];
    fill(source, SPAN);
    for (size_t at = 0; at < 9; at++) {
        for (size_t length = 0; length <= SPAN - at; length++) {
            memset(ours, 0x55, SPAN);
            memset(theirs, 0x55, SPAN);
            assert_ptr_equal(base_memcpy(ours + at, source, length), ours + at);
            memcpy(theirs + at, source, length);
            assert_memory_equal(ours, theirs, SPAN);
            assert_ptr_equal(base_memset(ours + at, 0x1fe, length), ours + at);
            memset(theirs + at, 0xfe, length);
            assert_memory_equal(ours, theirs, SPAN);
        }
    }
}

static int sign(int value) {
    return (value > 0) - (value < 0);
}

static void test_comparisons(void **state) {
    (void)state;
    static const char *const samples[] = {"", "a", "b", "ab", "abc", "abd", "\x80", "a\xff", "a\x01"};
    for (size_t i = 0; i < array_length(samples); i++) {
        for (size_t j = 0; j < array_length(samples); j++) {
            const char *a = samples[i];
            const char *b = samples[j];
            assert_int_equal(sign(base_strcmp(a, b)), sign(strcmp(a, b)));
            for (size_t limit = 0; limit < 5; limit++)
                assert_int_equal(sign(base_strncmp(a, b, limit)), sign(strncmp(a, b, limit)));
            size_t common = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
            assert_int_equal(sign(base_memcmp(a, b, common)), sign(memcmp(a, b, common)));
        }
    }
}

static void test_searches(void **state) {
    (void)state;
    const char *text = "abcabc";
    assert_ptr_equal(base_strchr(text, 'b'), text + 1);
    assert_ptr_equal(base_strrchr(text, 'b'), text + 4);
    assert_null(base_strchr(text, 'x'));
    assert_null(base_strrchr(text, 'x'));
    assert_ptr_equal(base_strchr(text, '\0'), text + 6);
    assert_ptr_equal(base_strrchr(text, '\0'), text + 6);
    assert_ptr_equal(base_memchr(text, 'c', 6), text + 2);
    assert_null(base_memchr(text, 'c', 2));
    assert_int_equal(base_strlen(text), 6);
    assert_int_equal(base_strnlen(text, 4), 4);
    assert_int_equal(base_strnlen(text, 9), 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memmove_every_overlap),
        cmocka_unit_test(test_memcpy_memset_every_length),
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_searches),
    };
    return cmocka_run_group_tests_name("string", tests, NULL, NULL);
}
