// SPDX-License-Identifier: MIT
//
// The menu of entries: what is shown, what is selected, and what a key or the passing of time does to it.
// Pure state: who reads keys and draws lines is menu_run() (menu_run.c) with the platform, or a test.

#ifndef BOOT_MENU_H
#define BOOT_MENU_H

#include "config.h"
#include "key.h"

#define MENU_ROWS    24
#define MENU_COLUMNS 78

struct menu {
    const char *title;
    const struct config *config;
    size_t selected; // an entry that is shown
    size_t top;      // the first row of the list that is shown, when it is longer than the screen
    bool is_expanded[CONFIG_ENTRIES_MAX];
    bool is_counting;
    uint32_t left_ms;    // until the selected entry boots by itself
    const char *message; // what was wrong with the last choice; null: nothing
};

enum menu_action {
    MENU_STAY,
    MENU_REDRAW,
    MENU_BOOT, // the selected entry
};

// Selects the default entry, with the directories around it open. At least one entry is not hidden.
void menu_init(struct menu *menu, const struct config *config, const char *title);

// Any key stops the countdown.
enum menu_action menu_key(struct menu *menu, enum key key);
enum menu_action menu_elapse(struct menu *menu, uint32_t milliseconds);

// The text of one row, cut or filled up with blanks to MENU_COLUMNS, terminated, without control characters.
// True for the selected row.
bool menu_row(const struct menu *menu, unsigned row, char text[MENU_COLUMNS + 1]);

#endif
