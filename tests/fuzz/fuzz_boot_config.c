// SPDX-License-Identifier: MIT
//
// boot/macro.c, boot/config.c, boot/key.c and boot/menu.c on arbitrary bytes: whatever comes out lies inside
// the text, an error names one of its lines, and the menu shows one selected entry whatever is typed.

#include "fuzz.h"
#include "../../boot/config.h"
#include "../../boot/config_path.h"
#include "../../boot/menu.h"
#include <stdlib.h>
#include <string.h>

static const char *text;
static size_t text_length;

static void check_text(const struct config_text *value) {
    if (value->start == NULL)
        return;
    fuzz_check(value->start >= text &&
               range_within((uint64_t)(value->start - text), value->length, text_length));
    fuzz_check(value->length == 0 || memchr(value->start, '\n', value->length) == NULL);
    fuzz_check(value->line > 0 && value->line <= text_length + 1);
}

static void check_path(const struct config_text *value) {
    struct config_text path, hash;
    const char *reason;
    check_text(value);
    if (value->start == NULL || !config_path(value, &path, &hash, &reason))
        return;
    check_text(&path);
    check_text(&hash);
    fuzz_check(hash.start == NULL || hash.length == 128);
    fuzz_check(path.length > 0 && path.start[0] == '/');
}

static void check_config(const struct config *config) {
    size_t modules = 0;
    fuzz_check(config->entry_count <= CONFIG_ENTRIES_MAX && config->module_count <= CONFIG_MODULES_MAX);
    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        check_text(&entry->name);
        check_text(&entry->protocol);
        check_text(&entry->cmdline);
        check_text(&entry->comment);
        check_text(&entry->min_paging_mode);
        check_text(&entry->max_paging_mode);
        fuzz_check(entry->parent == CONFIG_NO_ENTRY ? entry->depth == 1 : entry->parent < i);
        check_path(&entry->path);
        fuzz_check(entry->name.length > 0 && entry->depth > 0);
        fuzz_check(entry->module_first == modules);
        modules += entry->module_count;
    }
    fuzz_check(modules == config->module_count);
    for (size_t i = 0; i < config->module_count; i++) {
        check_path(&config->modules[i].path);
        check_text(&config->modules[i].string);
    }
}

// The menu on what was parsed: whatever keys come, an entry is selected that is shown.
static void check_menu(const struct config *config, const uint8_t *keys, size_t count) {
    struct key_decoder terminal = {0};
    struct key_decoder keyboard = {0};
    struct menu menu;
    char row[MENU_COLUMNS + 1];
    bool any = false;
    for (size_t i = 0; i < config->entry_count; i++)
        any = any || !config->entries[i].is_hidden;
    if (!any)
        return;
    menu_init(&menu, config, "title");
    for (size_t i = 0; i < count && i < 64; i++) {
        menu_key(&menu, key_of_terminal(&terminal, keys[i]));
        menu_key(&menu, key_of_keyboard(&keyboard, keys[i]));
        menu_key(&menu, (enum key)(keys[i] % (KEY_OTHER + 1)));
        menu_elapse(&menu, keys[i]);
        fuzz_check(menu.selected < config->entry_count && !config->entries[menu.selected].is_hidden);
        unsigned selected = 0;
        for (unsigned r = 0; r < MENU_ROWS; r++) {
            selected += menu_row(&menu, r, row);
            fuzz_check(strlen(row) == MENU_COLUMNS);
        }
        fuzz_check(selected == 1);
    }
}

// As the loader does it: macros first, then the parser on what came of that.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const struct config_machine machine = {.architecture = "x86-64", .firmware = "BIOS"};
    static struct config config;
    static char expanded[CONFIG_EXPANDED_MAX];
    struct config_error error = {0};
    size_t length;
    if (!config_expand((const char *)bytes, size, &machine, expanded, &length, &error)) {
        fuzz_check(error.reason != NULL && error.line > 0 && error.line <= size + 1);
        return 0;
    }
    fuzz_check(length <= CONFIG_EXPANDED_MAX);
    char *copy = malloc(length > 0 ? length : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, expanded, length);
    text = copy;
    text_length = length;
    if (config_parse(copy, length, &machine, &config, &error)) {
        check_config(&config);
        check_menu(&config, bytes, size);
    } else {
        fuzz_check(error.reason != NULL && error.line > 0 && error.line <= length + 1);
    }
    free(copy);
    return 0;
}
