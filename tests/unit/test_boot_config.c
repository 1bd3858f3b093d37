// SPDX-License-Identifier: MIT
//
// boot/config.c: the spellings of limine.conf that must be understood, and every error with its line.

#include "unit.h"
#include "../../boot/config.h"
#include "../../boot/config_path.h"
#include <stdio.h>
#include <string.h>

static struct config config;
static struct config_error error;

static const struct config_machine machine = {.architecture = "x86-64", .firmware = "BIOS"};

static bool parse(const char *text) {
    error = (struct config_error){0};
    return config_parse(text, strlen(text), &machine, &config, &error);
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
    assert_int_equal(config.timeout_ms, 3000);
    assert_int_equal(config.default_number, 2);
    assert_int_equal(config.default_index, 1);
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
    assert_int_equal(config.timeout_ms, 5000);
    assert_int_equal(config.default_number, 1);
    assert_int_equal(config.default_index, CONFIG_NO_ENTRY);
    assert_false(config.quiet);
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
    assert_int_equal(config.timeout_ms, 10000);
    assert_text(config.entries[0].name, "Name with blanks");
    assert_text(config.entries[0].protocol, "limine");
}

// What is no number is 0, and more than 9999 seconds are 9999: so it is specified.
static void test_timeouts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t milliseconds;
    } cases[] = {
        {"timeout: no", CONFIG_TIMEOUT_NEVER},
        {"timeout: NO", CONFIG_TIMEOUT_NEVER},
        {"timeout: 0", 0},
        {"timeout: 0.25", 250},
        {"timeout: 1.5", 1500},
        {"timeout: 2.0049", 2004},
        {"timeout: 7.", 7000},
        {"timeout: soon", 0},
        {"timeout:", 0},
        {"timeout: 1.x", 0},
        {"timeout: -1", 0},
        {"timeout: 9999.5", 9999000},
        {"timeout: 10000", 9999000},
        {"timeout: 99999999999", 9999000},
        {"timeout: 99999999999999999999.5", 9999000},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        assert_true(parse(cases[i].text));
        assert_int_equal(config.timeout_ms, cases[i].milliseconds);
    }
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
    static const size_t parents[] = {CONFIG_NO_ENTRY, 0, 1, 0, CONFIG_NO_ENTRY};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(config.entries[i].parent, parents[i]);
    assert_text(config.entries[0].comment, "x");
    assert_true(parse("/+Open\n//One\n"));
    assert_true(config.entries[0].is_expanded);
    assert_false(config.entries[1].is_expanded);
}

static void test_hidden_entries(void **state) {
    (void)state;
    assert_true(parse("default_entry: 2\n/U\nif_fw_type: UEFI\n//In it\n/B\nif_fw_type: bios\n"
                      "/Arm\nif_arch: aarch64 riscv64\n/Both\nif_arch: aarch64\tX86-64\n"));
    static const bool hidden[] = {true, true, false, true, false};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(config.entries[i].is_hidden, hidden[i]);
    assert_int_equal(config.default_index, 4);
}

static void test_chainloading_is_hidden_from_other_firmware(void **state) {
    (void)state;
    assert_true(
        parse("default_entry: 2\n/U\nprotocol: EFI_chainload\n/B\nprotocol: bios\n/L\nprotocol: limine\n"));
    assert_true(config.entries[0].is_hidden);
    assert_false(config.entries[1].is_hidden);
    assert_int_equal(config.default_index, 2);
    static const struct config_machine uefi = {.architecture = "x86-64", .firmware = "UEFI"};
    static const char text[] = "/U\nprotocol: efi\n/B\nprotocol: bios_chainload\n";
    assert_true(config_parse(text, strlen(text), &uefi, &config, &error));
    assert_false(config.entries[0].is_hidden);
    assert_true(config.entries[1].is_hidden);
}

static void assert_default(const char *value, size_t index) {
    char text[256];
    snprintf(text, sizeof text,
             "default_entry: %s\n/Systems\n//Arch\n//Arch\n///Deep\n/a/b\n/c#d\n/e\\f\n/Systems\n//Last\n",
             value);
    assert_true(parse(text));
    assert_int_equal(config.default_index, index);
}

static void test_default_by_name(void **state) {
    (void)state;
    assert_default("Systems", 0);
    assert_default("Systems/Arch", 1);
    assert_default("Systems/Arch#0", 1);
    assert_default("Systems/Arch#1", 2);
    assert_default("Systems/Arch#1/Deep", 3);
    assert_default("Systems#1/Last", 8);
    assert_default("a\\/b", 4);
    assert_default("c\\#d", 5);
    assert_default("c#d", 5);
    assert_default("c#d#0", 5);
    assert_default("e\\\\f", 6);
    assert_default("a/b", CONFIG_NO_ENTRY);
    assert_default("Arch", CONFIG_NO_ENTRY);
    assert_default("Systems/Arch#2", CONFIG_NO_ENTRY);
    assert_default("Systems/Arch#", CONFIG_NO_ENTRY);
    assert_default("Systems#x", CONFIG_NO_ENTRY);
    assert_default("systems", CONFIG_NO_ENTRY);
    assert_default("", CONFIG_NO_ENTRY);
    // By number, what stands in a closed group does not count.
    assert_default("2", 4);
    assert_default("5", 7);
    assert_default("6", CONFIG_NO_ENTRY);
    assert_int_equal(config.default_number, 6);
    assert_true(parse("default_entry: 2\n/+Open\n//In\n/B\n"));
    assert_int_equal(config.default_index, 1);
}

static void test_options_of_an_entry(void **state) {
    (void)state;
    assert_true(parse("quiet: yes\ninterface_branding: Mine\ninterface_help_hidden: yes\n"
                      "/E\nresolution: 800x600\nmin_paging_mode: 4level\nmax_paging_mode: 5level\n"
                      "/F\nresolution: 1024x768x16\npaging_mode: 4level\n"));
    assert_true(config.quiet);
    assert_true(config.help_hidden);
    assert_text(config.branding, "Mine");
    assert_int_equal(config.entries[0].width, 800);
    assert_int_equal(config.entries[0].height, 600);
    assert_int_equal(config.entries[0].bits, 32);
    assert_text(config.entries[0].min_paging_mode, "4level");
    assert_text(config.entries[0].max_paging_mode, "5level");
    assert_int_equal(config.entries[1].bits, 16);
    assert_text(config.entries[1].min_paging_mode, "4level");
    assert_text(config.entries[1].max_paging_mode, "4level");
    assert_refused("/E\nresolution: 800\n", 2, "resolution");
    assert_refused("/E\nresolution: 800x\n", 2, "resolution");
    assert_refused("/E\nresolution: 1x2x3x4\n", 2, "resolution");
    assert_refused("/E\nresolution:\n", 2, "resolution");
}

static void test_unknown_options_are_counted(void **state) {
    (void)state;
    assert_true(parse("timeout: 0\nno_such: x\n/E\nnor_this: 1x1\n"));
    assert_int_equal(config.unknown_count, 2);
    assert_int_equal(config.unknown_line, 2);
}

// Known and without effect, known and missing, known and switched off.
static void test_options_that_are_not_done(void **state) {
    (void)state;
    assert_true(parse(
        "term_font: x\nWallpaper: /w\nremember_last_entry: yes\nrandomise_memory: no\n/E\nKASLR: yes\n"));
    assert_int_equal(config.unknown_count, 0);
    assert_int_equal(config.note_count, 2);
    assert_int_equal(config.notes[0].line, 3);
    assert_string_equal(config.notes[0].option, "remember_last_entry");
    assert_int_equal(config.notes[1].line, 6);
    assert_string_equal(config.notes[1].option, "kaslr");
    assert_true(parse("timeout: soon\n/E\n"));
    assert_int_equal(config.note_count, 1);
    assert_int_equal(config.notes[0].line, 1);
    assert_non_null(strstr(config.notes[0].text, "counts as 0"));
    char text[400] = "";
    for (int i = 0; i < CONFIG_NOTES_MAX + 3; i++)
        strcat(text, "measured_boot: yes\n");
    assert_true(parse(text));
    assert_int_equal(config.note_count, CONFIG_NOTES_MAX);
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
    assert_false(config_parse("a: \0b", 5, &machine, &config, &error));
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
    assert_int_equal(config.note_count, 0);
    memcpy(text + 11 + CONFIG_VALUE_MAX, "x", 2);
    assert_true(parse(text));
    assert_int_equal(config.note_count, 1);
    assert_string_equal(config.notes[0].option, "cmdline");
    assert_int_equal(config.entries[0].cmdline.length, CONFIG_VALUE_MAX);
}

static struct config_text hash;

static bool resolve(const char *value, struct config_text *path, const char **reason) {
    struct config_text text = {value, strlen(value), 7};
    return config_path(&text, path, &hash, reason);
}

static void test_paths(void **state) {
    (void)state;
    struct config_text path;
    const char *reason;
    assert_true(resolve("boot():/a/b.elf", &path, &reason));
    assert_text(path, "/a/b.elf");
    assert_int_equal(path.line, 7);
    assert_null(hash.start);
    assert_true(resolve("/a", &path, &reason));
    assert_text(path, "/a");
    assert_false(resolve("boot(2):/a", &path, &reason));
    assert_false(resolve("hdd(0:1):/a", &path, &reason));
    assert_false(resolve("boot():", &path, &reason));
    assert_false(resolve("a", &path, &reason));
    assert_false(resolve("boot():/a#0123", &path, &reason));
    assert_non_null(strstr(reason, "BLAKE2b"));
    assert_false(resolve("$boot():/a", &path, &reason));
    assert_non_null(strstr(reason, "compressed"));
}

static void test_hashes(void **state) {
    (void)state;
    struct config_text path;
    const char *reason;
    char text[200] = "boot():/a#b#";
    memset(text + strlen(text), '7', 128);
    assert_true(resolve(text, &path, &reason));
    text[strlen(text) - 1] = 'g';
    assert_false(resolve(text, &path, &reason));
    text[strlen(text) - 1] = 'F';
    assert_true(resolve(text, &path, &reason));
    assert_text(path, "/a#b");
    assert_text(hash, text + 12);
    strcat(text, "7");
    assert_false(resolve(text, &path, &reason));
    text[0] = '\0';
    strcat(text, "#");
    memset(text + 1, '7', 128);
    text[129] = '\0';
    assert_false(resolve(text, &path, &reason));
    assert_true(parse("hash_mismatch_panic: no\n"));
    assert_true(config.tolerate_mismatch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_old_and_new_spellings),
        cmocka_unit_test(test_case_and_blanks),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_hidden_entries),
        cmocka_unit_test(test_chainloading_is_hidden_from_other_firmware),
        cmocka_unit_test(test_default_by_name),
        cmocka_unit_test(test_options_of_an_entry),
        cmocka_unit_test(test_unknown_options_are_counted),
        cmocka_unit_test(test_options_that_are_not_done),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_hashes),
    };
    return cmocka_run_group_tests_name("boot_config", tests, NULL, NULL);
}
