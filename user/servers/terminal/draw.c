// SPDX-License-Identifier: MIT
//
// See draw.h. Bold is shown as the bright colour, as PC terminals have always done. The cursor is a cell with
// ink and paper exchanged.

#include "draw.h"
#include <base/string.h>

#define INK_BOLD      0xffffff
#define COLOURS_BASIC 8u
#define CUBE_START    16u
#define GREY_START    232u
#define UNDERLINE_ROW (FONT_HEIGHT - 2)
#define NOT_DRAWN     UINT32_MAX

// The sixteen colours of a VGA text screen, then xterm's cube of 6 x 6 x 6 and 24 greys.
static uint32_t indexed_colour(unsigned index) {
    static const uint32_t basic[CUBE_START] = {
        0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, SURFACE_INK,
        0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
    };
    static const uint8_t levels[] = {0, 95, 135, 175, 215, 255};
    if (index < CUBE_START)
        return basic[index];
    if (index >= GREY_START)
        return (8 + 10 * (index - GREY_START)) * 0x010101u;
    index -= CUBE_START;
    return (uint32_t)levels[index / 36] << 16 | (uint32_t)levels[index / 6 % 6] << 8 | levels[index % 6];
}

static uint32_t colour_of(uint32_t colour, uint32_t otherwise) {
    if ((colour & COLOUR_KIND) == COLOUR_DEFAULT)
        return otherwise;
    uint32_t value = colour & ~COLOUR_KIND;
    return (colour & COLOUR_KIND) == COLOUR_RGB ? value : indexed_colour(value);
}

static uint32_t ink_of(const struct cell *cell) {
    if ((cell->code & CELL_BOLD) == 0)
        return colour_of(cell->ink, SURFACE_INK);
    if ((cell->ink & COLOUR_KIND) == COLOUR_INDEX && (cell->ink & ~COLOUR_KIND) < COLOURS_BASIC)
        return indexed_colour((cell->ink & ~COLOUR_KIND) + COLOURS_BASIC);
    return colour_of(cell->ink, INK_BOLD);
}

static struct drawn_cell cell_resolve(const struct surface *surface, const struct cell *cell, bool reversed) {
    uint32_t ink = ink_of(cell);
    uint32_t paper = colour_of(cell->paper, SURFACE_PAPER);
    if (((cell->code & CELL_REVERSE) != 0) != reversed) {
        uint32_t other = ink;
        ink = paper;
        paper = other;
    }
    if ((cell->code & CELL_HIDDEN) != 0)
        ink = paper;
    return (struct drawn_cell){.code = cell->code & (CELL_CODE | CELL_UNDERLINE),
                               .ink = surface_pixel(surface, ink),
                               .paper = surface_pixel(surface, paper)};
}

static void cell_draw(const struct surface *surface, unsigned row, unsigned column,
                      const struct drawn_cell *cell) {
    const uint8_t *rows = font_glyph(cell->code & CELL_CODE);
    uint8_t underlined[FONT_HEIGHT];
    if ((cell->code & CELL_UNDERLINE) != 0) {
        memcpy(underlined, rows, FONT_HEIGHT);
        underlined[UNDERLINE_ROW] = 0xff;
        rows = underlined;
    }
    surface_glyph(surface, column * FONT_WIDTH, row * FONT_HEIGHT, rows, cell->ink, cell->paper);
}

static void row_draw(const struct drawer *drawer, const struct terminal *terminal, unsigned row) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    for (unsigned column = 0; column < terminal->columns; column++) {
        bool has_cursor = terminal->cursor_visible && row == cursor->row && column == cursor->column;
        struct drawn_cell cell = cell_resolve(drawer->surface, terminal_cell(terminal, row, column),
                                              has_cursor != terminal->reverse_screen);
        struct drawn_cell *old = &drawer->cells[(size_t)row * terminal->columns + column];
        if (cell.code == old->code && cell.ink == old->ink && cell.paper == old->paper)
            continue;
        cell_draw(drawer->surface, row, column, &cell);
        *old = cell;
    }
}

void drawer_frame(struct drawer *drawer, struct terminal *terminal) {
    terminal->changed[drawer->cursor_row] = true;
    terminal->changed[terminal->cursor.row] = true;
    drawer->cursor_row = terminal->cursor.row;
    for (unsigned row = 0; row < terminal->rows; row++) {
        if (terminal->changed[row])
            row_draw(drawer, terminal, row);
        terminal->changed[row] = false;
    }
}

void drawer_init(struct drawer *drawer, const struct surface *surface, struct drawn_cell *cells,
                 struct terminal *terminal) {
    *drawer = (struct drawer){.surface = surface, .cells = cells};
    for (size_t i = 0; i < (size_t)terminal->rows * terminal->columns; i++)
        cells[i].code = NOT_DRAWN;
    surface_fill(surface, 0, 0, surface->width, surface->height, surface_pixel(surface, SURFACE_PAPER));
}
