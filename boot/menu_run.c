// SPDX-License-Identifier: MIT
//
// The menu on the machine: reads keys from whatever the platform has, draws what changed on the screen and on
// the serial line, until an entry is chosen.

#include "menu_run.h"
#include "arch.h"
#include "platform.h"
#include <base/format.h>
#include <base/string.h>

#define STEP_MS 10

static char shown[MENU_ROWS][MENU_COLUMNS + 1];
static bool shown_selected[MENU_ROWS];

// ECMA-48, 8.3.21 (CUP), 8.3.117 (SGR).
static void serial_row(unsigned row, const char *text, bool is_selected) {
    char line[MENU_COLUMNS + 32];
    size_t length = format_buffer(line, sizeof line, "\x1b[%u;1H%s%s\x1b[0m", row + 1,
                                  is_selected ? "\x1b[7m" : "", text);
    arch_serial_write(line, length);
}

static void draw(const struct menu *menu, bool all) {
    char text[MENU_COLUMNS + 1];
    for (unsigned row = 0; row < MENU_ROWS; row++) {
        bool is_selected = menu_row(menu, row, text);
        if (!all && is_selected == shown_selected[row] && memcmp(text, shown[row], sizeof text) == 0)
            continue;
        memcpy(shown[row], text, sizeof text);
        shown_selected[row] = is_selected;
        platform_screen_row(row, text, is_selected);
        if (platform_needs_serial())
            serial_row(row, text, is_selected);
    }
}

static void open_screen(void) {
    static const char clear[] = "\x1b[0m\x1b[2J";
    platform_screen_clear();
    if (platform_needs_serial())
        arch_serial_write(clear, sizeof clear - 1);
}

// Below what stands there, so that messages go on in order.
static void close_screen(void) {
    static const char below[] = "\x1b[24;1H\n";
    platform_screen_close(MENU_ROWS);
    if (platform_needs_serial())
        arch_serial_write(below, sizeof below - 1);
}

static enum key next_key(void) {
    static struct key_decoder serial;
    enum key key = platform_key();
    int byte;
    while (key == KEY_NONE && platform_needs_serial() && (byte = arch_serial_read()) >= 0)
        key = key_of_terminal(&serial, (uint8_t)byte);
    return key;
}

size_t menu_run(struct menu *menu) {
    // In quiet mode nothing is shown before the first key.
    bool is_open = !(menu->config->quiet && menu->is_counting);
    if (is_open) {
        open_screen();
        draw(menu, true);
    }
    enum menu_action action = MENU_STAY;
    while (action != MENU_BOOT) {
        enum key key = next_key();
        action = menu_key(menu, key);
        if (action == MENU_STAY) {
            platform_wait_ms(STEP_MS);
            action = menu_elapse(menu, STEP_MS);
        }
        if (key != KEY_NONE && !is_open) {
            is_open = true;
            open_screen();
            draw(menu, true);
        }
        if (action == MENU_REDRAW && is_open)
            draw(menu, false);
    }
    if (is_open)
        close_screen();
    return menu->selected;
}
