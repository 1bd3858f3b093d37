// SPDX-License-Identifier: MIT
//
// boot/config.c: the spellings of limine.conf that must be understood, and every error with its line.

#include "unit.h"
#include "../../boot/config.h"
#include <string.h>

static struct config config;
static struct config_error error;

static bool parse(const char *text) {
    error = (struct config_error){0};
    return config_parse(text, strlen(text), &config, &error);
}

static void assert_text(struct config_text text, const char *expected) {
    assert_non_null(text.start);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.start, expected, text.length);
}

static void assert_refused(const char *text, unsigned line, const char *reason) {
    assert_false(parse(text));
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.reason, reason));
}

static void test_usual(void **state) {
    (void)state;
    assert_true(parse("timeout: 3\nserial: yes\ndefault_entry: 2\n\n# a comment\n"
                      "/First\n    protocol: limine\n    path: boot():/a\n"
                      "/Second one\n  protocol: limine\n  kernel_path: boot():/b\n  cmdline: x=1 y: 2\n"
                      "  module_path: boot():/m1\n  module_path: boot():/m2\n  module_string: two\n"));
    assert_int_equal(config.timeout, 3);
    assert_int_equal(config.default_entry, 2);
    assert_true(config.serial);
    assert_int_equal(config.entry_count, 2);
    assert_text(config.entries[0].name, "First");
    assert_text(config.entries[0].path, "boot():/a");
    const struct config_entry *entry = &config.entries[1];
    assert_text(entry->name, "Second one");
    assert_text(entry->protocol, "limine");
    assert_text(entry->path, "boot():/b");
    assert_text(entry->cmdline, "x=1 y: 2");
    assert_int_equal(entry->cmdline.line, 12);
    assert_int_equal(entry->module_count, 2);
    assert_text(config.modules[entry->module_first].path, "boot():/m1");
    assert_null(config.modules[entry->module_first].string.start);
    assert_text(config.modules[entry->module_first + 1].string, "two");
    assert_int_equal(config.unknown_count, 0);
}

static void test_defaults(void **state) {
    (void)state;
    assert_true(parse(""));
    assert_int_equal(config.timeout, 5);
    assert_int_equal(config.default_entry, 1);
    assert_false(config.serial);
    assert_int_equal(config.entry_count, 0);
}

// Both spellings of a path name one file; the last of two strings is the module's.
static void test_old_and_new_spellings(void **state) {
    (void)state;
    assert_true(parse("/E\npath: boot():/k\nkernel_path: boot():/other\nkernel_cmdline: a\ncmdline: b\n"
                      "module_path: boot():/m\nmodule_cmdline: old\nmodule_string: new"));
    assert_text(config.entries[0].path, "boot():/k");
    assert_text(config.entries[0].cmdline, "a");
    assert_int_equal(config.module_count, 1);
    assert_text(config.modules[0].string, "new");
}

static void test_case_and_blanks(void **state) {
    (void)state;
    assert_true(parse("TimeOut :\t10\r\nSERIAL: NO\r\n\r\n\t/+ Name with blanks \r\nPROTOCOL:limine\r\n"));
    assert_int_equal(config.timeout, 10);
    assert_text(config.entries[0].name, "Name with blanks");
    assert_text(config.entries[0].protocol, "limine");
}

static void test_timeouts(void **state) {
    (void)state;
    assert_true(parse("timeout: no"));
    assert_int_equal(config.timeout, CONFIG_TIMEOUT_NEVER);
    assert_true(parse("timeout: 0.25"));
    assert_int_equal(config.timeout, 0);
    assert_refused("timeout: soon", 1, "timeout");
    assert_refused("timeout:", 1, "timeout");
    assert_refused("timeout: 1.x", 1, "timeout");
    assert_refused("timeout: 10000", 1, "timeout");
    assert_refused("timeout: 99999999999", 1, "timeout");
}

static void test_directories(void **state) {
    (void)state;
    assert_true(parse("/Group\ncomment: x\n//One\nprotocol: limine\n///Deep\n//Two\n/Last\n"));
    assert_int_equal(config.entry_count, 5);
    assert_true(config.entries[0].is_directory);
    assert_true(config.entries[1].is_directory);
    assert_false(config.entries[2].is_directory);
    assert_int_equal(config.entries[2].depth, 3);
    assert_false(config.entries[3].is_directory);
    assert_false(config.entries[4].is_directory);
}

static void test_unknown_options_are_counted(void **state) {
    (void)state;
    assert_true(parse("timeout: 0\nterm_font: x\n/E\nresolution: 1x1\n"));
    assert_int_equal(config.unknown_count, 2);
    assert_int_equal(config.unknown_line, 2);
}

static void test_errors(void **state) {
    (void)state;
    assert_refused("timeout: 0\nnonsense\n", 2, "neither an entry");
    assert_refused(": value", 1, "without a name");
    assert_refused("/", 1, "without a name");
    assert_refused("\n\n/+\n", 3, "without a name");
    assert_refused("path: boot():/k", 1, "no entry has begun");
    assert_refused("/E\npath:\n", 2, "path is empty");
    assert_refused("/E\nmodule_path:\n", 2, "path is empty");
    assert_refused("/E\nmodule_string: x\n", 2, "before any module_path");
    assert_refused("/E\nmodule_path: boot():/m\n/F\nmodule_string: x\n", 4, "before any module_path");
    assert_refused("//E\n", 1, "more than one level");
    assert_refused("/E\n///F\n", 2, "more than one level");
    assert_refused("serial: perhaps", 1, "serial");
    assert_refused("default_entry: 0", 1, "default_entry");
    assert_refused("default_entry: linux", 1, "default_entry");
    assert_refused("${X}=y", 1, "macros");
    assert_false(config_parse("a: \0b", 5, &config, &error));
    assert_non_null(strstr(error.reason, "NUL"));
}

static void test_limits(void **state) {
    (void)state;
    static char text[64 * 1024];
    size_t used = 0;
    for (int i = 0; i < CONFIG_ENTRIES_MAX; i++, used += 3)
        memcpy(text + used, "/E\n", 4);
    assert_true(parse(text));
    memcpy(text + used, "/E\n", 4);
    assert_refused(text, CONFIG_ENTRIES_MAX + 1, "too many entries");

    memcpy(text, "/E\n", 4);
    used = 3;
    for (int i = 0; i < CONFIG_MODULES_MAX; i++, used += 15)
        memcpy(text + used, "module_path:/m\n", 16);
    assert_true(parse(text));
    memcpy(text + used, "module_path:/m\n", 16);
    assert_refused(text, CONFIG_MODULES_MAX + 2, "too many modules");

    memcpy(text, "/E\ncmdline:", 12);
    memset(text + 11, 'x', CONFIG_VALUE_MAX);
    text[11 + CONFIG_VALUE_MAX] = '\0';
    assert_true(parse(text));
    memcpy(text + 11 + CONFIG_VALUE_MAX, "x", 2);
    assert_refused(text, 2, "longer than");
}

static bool resolve(const char *value, struct config_text *path, const char **reason) {
    struct config_text text = {value, strlen(value), 7};
    return config_path(&text, path, reason);
}

static void test_paths(void **state) {
    (void)state;
    struct config_text path;
    const char *reason;
    assert_true(resolve("boot():/a/b.elf", &path, &reason));
    assert_text(path, "/a/b.elf");
    assert_int_equal(path.line, 7);
    assert_true(resolve("/a", &path, &reason));
    assert_text(path, "/a");
    assert_false(resolve("boot(2):/a", &path, &reason));
    assert_false(resolve("hdd(0:1):/a", &path, &reason));
    assert_false(resolve("boot():", &path, &reason));
    assert_false(resolve("a", &path, &reason));
    assert_false(resolve("boot():/a#0123", &path, &reason));
    assert_non_null(strstr(reason, "hash"));
    assert_false(resolve("$boot():/a", &path, &reason));
    assert_non_null(strstr(reason, "compressed"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_old_and_new_spellings),
        cmocka_unit_test(test_case_and_blanks),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_unknown_options_are_counted),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests_name("boot_config", tests, NULL, NULL);
}
