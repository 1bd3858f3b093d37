// SPDX-License-Identifier: MIT
//
// boot/macro.c: macros are put in, lines keep their numbers, and what makes no sense is an error.

#include "unit.h"
#include "../../boot/config.h"
#include <stdio.h>
#include <string.h>

static const struct config_machine machine = {.architecture = "x86-64", .firmware = "UEFI"};
static char out[CONFIG_EXPANDED_MAX];
static struct config_error error;

static void assert_expands(const char *text, const char *expected) {
    size_t length;
    assert_true(config_expand(text, strlen(text), &machine, out, &length, &error));
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(out, expected, length);
}

static void assert_refused(const char *text, unsigned line, const char *reason) {
    size_t length;
    assert_false(config_expand(text, strlen(text), &machine, out, &length, &error));
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.reason, reason));
}

static void test_text_without_macros(void **state) {
    (void)state;
    assert_expands("", "");
    assert_expands("a: b\n\n/E\r\n  c: $x {y} $", "a: b\n\n/E\r\n  c: $x {y} $");
    assert_expands("no end: ${X", "no end: ${X");
    // The mark of UTF-8 is no part of the first line.
    assert_expands("\xef\xbb\xbf${A}=1\nx: ${A}", "\nx: 1");
    assert_expands("\xef\xbb\xbf", "");
    assert_expands("\xef\xbb", "\xef\xbb");
}

static void test_macros(void **state) {
    (void)state;
    assert_expands("${A}=some text\ncmdline: before ${A} after\n", "\ncmdline: before some text after\n");
    assert_expands("x: ${A}${A}\n  ${A}=1\r\n", "x: 11\n\n");
    assert_expands("${A}=${B}-\n${B}=b\nx: ${A}", "\n\nx: b-");
    assert_expands("${A}=1\n${A}=2\nx: ${A}", "\n\nx: 2");
    assert_expands("${A}=\nx: <${A}>", "\nx: <>");
    assert_expands("/${FW_TYPE} on ${ARCH}", "/UEFI on x86-64");
    assert_expands("# ${NOT SET}\n ${A}=#\nx: ${A}", "\n\nx: #");
}

static void test_errors(void **state) {
    (void)state;
    assert_refused("a: b\nx: ${A}\n", 2, "not set");
    assert_refused("${}=x\n", 1, "without a name");
    assert_refused("\n${A}=${A}\nx: ${A}\n", 3, "circle");
    assert_refused("${A}=${B}\n${B}=${A}\nx: ${B}\n", 3, "circle");
    char text[2048];
    size_t used = 0;
    for (int i = 0; i < CONFIG_MACROS_MAX - 1; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "${M%d}=\n", i);
    assert_refused(text, CONFIG_MACROS_MAX - 1, "too many macros");
}

// Each of eight macros is the one before, ten times over.
static void test_growth_is_bounded(void **state) {
    (void)state;
    char text[1024] = "${0}=0123456789\n";
    for (int i = 1; i < 8; i++) {
        char line[64];
        snprintf(line, sizeof line, "${%d}=", i);
        strcat(text, line);
        for (int j = 0; j < 10; j++) {
            snprintf(line, sizeof line, "${%d}", i - 1);
            strcat(text, line);
        }
        strcat(text, "\n");
    }
    strcat(text, "x: ${7}\n");
    assert_refused(text, 9, "longer than 256 KiB");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_without_macros),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_growth_is_bounded),
    };
    return cmocka_run_group_tests_name("boot_macro", tests, NULL, NULL);
}
