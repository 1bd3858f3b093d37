// SPDX-License-Identifier: MIT
//
// The menu's state and its text (see menu.h).

#include "menu.h"
#include <base/format.h>
#include <base/string.h>

#define LIST_ROW    2
#define LIST_ROWS   16
#define COMMENT_ROW (LIST_ROW + LIST_ROWS + 1)
#define STATE_ROW   (COMMENT_ROW + 2)
#define HELP_ROW    (STATE_ROW + 1)

// Every directory above it is open, and none is hidden.
static bool is_shown(const struct menu *menu, size_t index) {
    const struct config_entry *entry = &menu->config->entries[index];
    if (entry->is_hidden)
        return false;
    for (size_t parent = entry->parent; parent != CONFIG_NO_ENTRY;
         parent = menu->config->entries[parent].parent)
        if (!menu->is_expanded[parent])
            return false;
    return true;
}

// The nearest entry that is shown, in the direction of `step`; `from` itself when there is none.
static size_t neighbour(const struct menu *menu, size_t from, size_t step) {
    for (size_t i = from + step; i < menu->config->entry_count; i += step)
        if (is_shown(menu, i))
            return i;
    return from;
}

// Of the list, not of the screen.
static size_t row_of(const struct menu *menu, size_t index) {
    size_t row = 0;
    for (size_t i = 0; i < index; i++)
        row += is_shown(menu, i);
    return row;
}

static size_t index_at(const struct menu *menu, size_t row) {
    for (size_t i = 0; i < menu->config->entry_count; i++)
        if (is_shown(menu, i) && row-- == 0)
            return i;
    return CONFIG_NO_ENTRY;
}

static void select(struct menu *menu, size_t index) {
    menu->selected = index;
    size_t row = row_of(menu, index);
    if (row < menu->top)
        menu->top = row;
    if (row >= menu->top + LIST_ROWS)
        menu->top = row - LIST_ROWS + 1;
}

void menu_init(struct menu *menu, const struct config *config, const char *title) {
    *menu = (struct menu){
        .title = title,
        .config = config,
        .is_counting = config->timeout_ms != CONFIG_TIMEOUT_NEVER,
        .left_ms = config->timeout_ms,
    };
    for (size_t i = 0; i < config->entry_count; i++)
        menu->is_expanded[i] = config->entries[i].is_expanded;
    size_t first = config->default_index;
    if (first == CONFIG_NO_ENTRY || config->entries[first].is_directory)
        menu->is_counting = false;
    if (first == CONFIG_NO_ENTRY)
        first = index_at(menu, 0);
    for (size_t at = config->entries[first].parent; at != CONFIG_NO_ENTRY; at = config->entries[at].parent)
        menu->is_expanded[at] = true;
    select(menu, first);
}

static void fold(struct menu *menu, bool open) {
    const struct config_entry *entry = &menu->config->entries[menu->selected];
    if (entry->is_directory && menu->is_expanded[menu->selected] != open)
        menu->is_expanded[menu->selected] = open;
    else if (!open && entry->parent != CONFIG_NO_ENTRY)
        select(menu, entry->parent);
}

enum menu_action menu_key(struct menu *menu, enum key key) {
    bool is_directory = menu->config->entries[menu->selected].is_directory;
    if (key == KEY_NONE)
        return MENU_STAY;
    menu->is_counting = false;
    menu->message = nullptr;
    switch (key) {
    case KEY_UP:
        select(menu, neighbour(menu, menu->selected, (size_t)-1));
        break;
    case KEY_DOWN:
        select(menu, neighbour(menu, menu->selected, 1));
        break;
    case KEY_HOME:
        select(menu, index_at(menu, 0));
        break;
    case KEY_END:
        select(menu, index_at(menu, row_of(menu, menu->config->entry_count) - 1));
        break;
    case KEY_LEFT:
    case KEY_RIGHT:
        fold(menu, key == KEY_RIGHT);
        break;
    case KEY_ENTER:
        if (!is_directory)
            return MENU_BOOT;
        fold(menu, !menu->is_expanded[menu->selected]);
        break;
    default:
        break;
    }
    return MENU_REDRAW;
}

static uint32_t seconds(uint32_t milliseconds) {
    return milliseconds / 1000 + (milliseconds % 1000 != 0);
}

enum menu_action menu_elapse(struct menu *menu, uint32_t milliseconds) {
    if (!menu->is_counting)
        return MENU_STAY;
    uint32_t before = seconds(menu->left_ms);
    menu->left_ms -= (uint32_t)min_u64(milliseconds, menu->left_ms);
    if (menu->left_ms == 0)
        return MENU_BOOT;
    return seconds(menu->left_ms) != before ? MENU_REDRAW : MENU_STAY;
}

// A directory shows by its sign whether it is open.
static void entry_text(const struct menu *menu, size_t index, char *text, size_t room) {
    const struct config_entry *entry = &menu->config->entries[index];
    const char *sign = "   ";
    if (entry->is_directory)
        sign = menu->is_expanded[index] ? "[-]" : "[+]";
    format_buffer(text, room, "%s %*s%s %.*s", index == menu->selected ? ">" : " ",
                  (int)(2 * (entry->depth - 1)), "", sign, (int)min_u64(entry->name.length, MENU_COLUMNS),
                  entry->name.start);
}

static void value_text(struct config_text value, char *text, size_t room) {
    if (value.start != nullptr)
        format_buffer(text, room, "%.*s", (int)min_u64(value.length, MENU_COLUMNS), value.start);
}

static void state_text(const struct menu *menu, char *text, size_t room) {
    if (menu->message != nullptr)
        format_buffer(text, room, "%s", menu->message);
    else if (menu->is_counting)
        format_buffer(text, room, "Boots in %u s; any key stops the clock.", seconds(menu->left_ms));
}

static void finish(char text[MENU_COLUMNS + 1]) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if ((uint8_t)text[i] < ' ' || text[i] == 0x7f)
            text[i] = '?';
    memset(text + length, ' ', MENU_COLUMNS - length);
    text[MENU_COLUMNS] = '\0';
}

bool menu_row(const struct menu *menu, unsigned row, char text[MENU_COLUMNS + 1]) {
    const struct config *config = menu->config;
    bool is_selected = false;
    text[0] = '\0';
    if (row == 0) {
        format_buffer(text, MENU_COLUMNS + 1, "%s", menu->title);
        value_text(config->branding, text, MENU_COLUMNS + 1);
    } else if (row >= LIST_ROW && row < LIST_ROW + LIST_ROWS) {
        size_t index = index_at(menu, menu->top + row - LIST_ROW);
        is_selected = index == menu->selected;
        if (index != CONFIG_NO_ENTRY)
            entry_text(menu, index, text, MENU_COLUMNS + 1);
    } else if (row == COMMENT_ROW) {
        value_text(config->entries[menu->selected].comment, text, MENU_COLUMNS + 1);
    } else if (row == STATE_ROW) {
        state_text(menu, text, MENU_COLUMNS + 1);
    } else if (row == HELP_ROW && !config->help_hidden) {
        format_buffer(text, MENU_COLUMNS + 1,
                      "Up, Down: choose   Enter: boot   Left, Right: close, open a group");
    }
    finish(text);
    return is_selected;
}
