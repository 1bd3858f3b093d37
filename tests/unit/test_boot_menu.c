// SPDX-License-Identifier: MIT
//
// boot/menu.c: what is shown, what keys and time do.

#include "unit.h"
#include "../../boot/menu.h"
#include <stdio.h>
#include <string.h>

static struct config config;
static struct menu menu;
static char text[MENU_COLUMNS + 1];

static void start(const char *conf) {
    static const struct config_machine machine = {.architecture = "x86-64", .firmware = "BIOS"};
    struct config_error error;
    assert_true(config_parse(conf, strlen(conf), &machine, &config, &error));
    menu_init(&menu, &config, "Title");
}

// The row begins with this text, and has nothing but blanks behind it.
static void assert_row(unsigned row, const char *expected, bool selected) {
    assert_int_equal(menu_row(&menu, row, text), selected);
    assert_int_equal(strlen(text), MENU_COLUMNS);
    assert_memory_equal(text, expected, strlen(expected));
    assert_int_equal(strspn(text + strlen(expected), " "), MENU_COLUMNS - strlen(expected));
}

#define GROUPS                                                                                               \
    "timeout: 3\n/One\ncomment: the first\n/Group\ncomment: a group\n//Two\n//Inner\n///Three\n/Uefi\n"      \
    "if_fw_type: UEFI\n/Last\n"

static void test_what_is_shown(void **state) {
    (void)state;
    start(GROUPS);
    assert_row(0, "Title", false);
    assert_row(2, ">     One", true);
    assert_row(3, "  [+] Group", false);
    assert_row(4, "      Last", false);
    assert_row(5, "", false);
    assert_row(19, "the first", false);
    assert_row(21, "Boots in 3 s; any key stops the clock.", false);
    assert_non_null((menu_row(&menu, 22, text), strstr(text, "Enter: boot")));
}

static void test_keys(void **state) {
    (void)state;
    start(GROUPS);
    assert_int_equal(menu_key(&menu, KEY_NONE), MENU_STAY);
    assert_true(menu.is_counting);
    assert_int_equal(menu_key(&menu, KEY_UP), MENU_REDRAW);
    assert_int_equal(menu.selected, 0);
    assert_row(21, "", false);
    assert_int_equal(menu_key(&menu, KEY_DOWN), MENU_REDRAW);
    assert_int_equal(menu_key(&menu, KEY_ENTER), MENU_REDRAW);
    assert_row(3, "> [-] Group", true);
    assert_row(4, "        Two", false);
    assert_row(5, "    [+] Inner", false);
    assert_row(6, "      Last", false);
    menu_key(&menu, KEY_DOWN);
    menu_key(&menu, KEY_DOWN);
    menu_key(&menu, KEY_RIGHT);
    menu_key(&menu, KEY_DOWN);
    assert_row(6, ">         Three", true);
    assert_int_equal(menu_key(&menu, KEY_ENTER), MENU_BOOT);
    assert_int_equal(menu.selected, 4);
    menu_key(&menu, KEY_LEFT);
    assert_int_equal(menu.selected, 3);
    menu_key(&menu, KEY_LEFT);
    assert_row(5, ">   [+] Inner", true);
    menu_key(&menu, KEY_LEFT);
    assert_int_equal(menu.selected, 1);
    menu_key(&menu, KEY_END);
    assert_int_equal(menu.selected, 6);
    menu_key(&menu, KEY_DOWN);
    assert_int_equal(menu.selected, 6);
    menu_key(&menu, KEY_HOME);
    assert_int_equal(menu.selected, 0);
    assert_int_equal(menu_key(&menu, KEY_OTHER), MENU_REDRAW);
}

static void test_time(void **state) {
    (void)state;
    start(GROUPS);
    assert_int_equal(menu_elapse(&menu, 999), MENU_STAY);
    assert_int_equal(menu_elapse(&menu, 1), MENU_REDRAW);
    assert_row(21, "Boots in 2 s; any key stops the clock.", false);
    assert_int_equal(menu_elapse(&menu, 1999), MENU_REDRAW);
    assert_int_equal(menu_elapse(&menu, 1000), MENU_BOOT);
    start(GROUPS);
    menu_key(&menu, KEY_OTHER);
    assert_int_equal(menu_elapse(&menu, 100000), MENU_STAY);
    start("timeout: no\n/E\n");
    assert_int_equal(menu_elapse(&menu, 100000), MENU_STAY);
}

static void test_default_in_a_group(void **state) {
    (void)state;
    start("default_entry: Group/Inner/Three\n" GROUPS);
    assert_int_equal(menu.selected, 4);
    assert_row(6, ">         Three", true);
    start("default_entry: Group\n" GROUPS);
    assert_false(menu.is_counting);
}

static void test_long_lists_scroll(void **state) {
    (void)state;
    char conf[1024] = "interface_help_hidden: yes\ninterface_branding: Mine\n";
    for (int i = 0; i < 40; i++) {
        char line[32];
        snprintf(line, sizeof line, "/Entry %d\n", i);
        strcat(conf, line);
    }
    start(conf);
    assert_row(0, "Mine", false);
    assert_row(22, "", false);
    for (int i = 0; i < 20; i++)
        menu_key(&menu, KEY_DOWN);
    assert_row(17, ">     Entry 20", true);
    assert_row(2, "      Entry 5", false);
    menu_key(&menu, KEY_HOME);
    assert_row(2, ">     Entry 0", true);
}

static void test_names_cannot_draw(void **state) {
    (void)state;
    char conf[512] = "/\x1b[2J\x07 ";
    memset(conf + strlen(conf), 'x', 300);
    start(conf);
    menu_row(&menu, 2, text);
    assert_int_equal(strlen(text), MENU_COLUMNS);
    assert_memory_equal(text, ">     ?[2J? xxx", 15);
    menu.message = "what was wrong";
    assert_row(21, "what was wrong", false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_shown),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_default_in_a_group),
        cmocka_unit_test(test_long_lists_scroll),
        cmocka_unit_test(test_names_cannot_draw),
    };
    return cmocka_run_group_tests_name("boot_menu", tests, NULL, NULL);
}
