// SPDX-License-Identifier: MIT
//
// See screen.h. What stands on the screen is kept in `text`, since a framebuffer is slow to read; scrolling
// draws only the cells that change. A screen of more than ROWS_MOST x COLUMNS_MOST cells is used in part.

#include "screen.h"
#include <base/blit.h>
#include <base/font.h>
#include <base/text.h>
#include <base/types.h>
#include <kernel/log.h>

#define ROWS_MOST      128
#define COLUMNS_MOST   256
#define RECORD_START   '\x1e' // a record's header for the serial line's reader (kernel/panic.c)
#define COLOUR_PANIC   0xffffff
#define COLOUR_ALARM   0x5f0000
#define LOG_TAIL_BYTES 4096

static struct {
    struct surface surface;
    uint64_t base, length; // physical; immutable after screen_start()
    bool usable;           // false: none, taken, or full
    bool panicking;
    bool in_record;
    unsigned rows, columns;
    unsigned row, column;
    uint32_t ink, paper;
    char text[ROWS_MOST][COLUMNS_MOST];
} screen;

static void cell_draw(unsigned row, unsigned column, char byte) {
    screen.text[row][column] = byte;
    uint32_t code = (unsigned char)byte < 0x80 ? (unsigned char)byte : TEXT_REPLACEMENT;
    surface_glyph(&screen.surface, column * FONT_WIDTH, row * FONT_HEIGHT, font_glyph(code), screen.ink,
                  screen.paper);
}

static void colours_set(uint32_t ink, uint32_t paper) {
    screen.ink = surface_pixel(&screen.surface, ink);
    screen.paper = surface_pixel(&screen.surface, paper);
}

static void clear(void) {
    surface_fill(&screen.surface, 0, 0, screen.surface.width, screen.surface.height, screen.paper);
    for (unsigned row = 0; row < screen.rows; row++)
        for (unsigned column = 0; column < screen.columns; column++)
            screen.text[row][column] = ' ';
    screen.row = screen.column = 0;
}

static void scroll(void) {
    for (unsigned row = 0; row < screen.rows; row++) {
        for (unsigned column = 0; column < screen.columns; column++) {
            char below = row + 1 < screen.rows ? screen.text[row + 1][column] : ' ';
            if (below != screen.text[row][column])
                cell_draw(row, column, below);
        }
    }
}

static void line_end(void) {
    screen.column = 0;
    if (++screen.row < screen.rows)
        return;
    if (screen.panicking) {
        screen.usable = false;
        return;
    }
    scroll();
    screen.row--;
}

static void byte_write(char byte) {
    if (byte == RECORD_START)
        screen.in_record = true;
    if (screen.in_record) {
        screen.in_record = byte != '\n';
    } else if (byte == '\n') {
        line_end();
    } else if ((unsigned char)byte >= ' ') {
        if (screen.column == screen.columns)
            line_end();
        if (screen.usable)
            cell_draw(screen.row, screen.column++, byte);
    }
}

void screen_write(const char *text, size_t length) {
    for (size_t i = 0; i < length && screen.usable; i++)
        byte_write(text[i]);
}

void screen_start(const struct boot_framebuffer *framebuffer, void *pixels) {
    if (!surface_init(&screen.surface, pixels, framebuffer->width, framebuffer->height, framebuffer->pitch,
                      framebuffer->format) ||
        framebuffer->width < FONT_WIDTH || framebuffer->height < FONT_HEIGHT) {
        log_line(LOG_WARNING, "screen: not drawn to: %lu x %lu, pitch %lu, format 0x%lx", framebuffer->width,
                 framebuffer->height, framebuffer->pitch, framebuffer->format);
        return;
    }
    static char tail[LOG_TAIL_BYTES];
    screen.base = framebuffer->base;
    screen.length = framebuffer->pitch * framebuffer->height;
    screen.rows = (unsigned)min_u64(screen.surface.height / FONT_HEIGHT, ROWS_MOST);
    screen.columns = (unsigned)min_u64(screen.surface.width / FONT_WIDTH, COLUMNS_MOST);
    colours_set(SURFACE_INK, SURFACE_PAPER);
    clear();
    screen.usable = true;
    screen_write(tail, log_tail(tail, sizeof(tail)));
    log_line(LOG_INFO, "screen: %lu x %lu, %u columns, %u rows", framebuffer->width, framebuffer->height,
             screen.columns, screen.rows);
}

void screen_taken(uint64_t base, uint64_t length) {
    if (!screen.panicking && base < screen.base + screen.length && screen.base < base + length)
        screen.usable = false;
}

void screen_panic(void) {
    if (screen.rows == 0 || screen.panicking)
        return;
    screen.panicking = screen.usable = true;
    screen.in_record = false;
    colours_set(COLOUR_PANIC, COLOUR_ALARM);
    clear();
}
