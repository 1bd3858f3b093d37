// SPDX-License-Identifier: MIT
//
// From the terminal's cells to pixels. What stands on the screen is remembered, so only cells that differ are
// drawn, whatever happened between two frames.

#ifndef TERMINAL_DRAW_H
#define TERMINAL_DRAW_H

#include "terminal.h"
#include <base/blit.h>

// A cell as it was drawn.
struct drawn_cell {
    uint32_t code; // the character, and CELL_UNDERLINE
    uint32_t ink;  // pixels
    uint32_t paper;
};

struct drawer {
    const struct surface *surface;
    struct drawn_cell *cells; // rows * columns of the terminal
    unsigned cursor_row;      // where the cursor was drawn
};

// Empties the screen. `cells` has a place for each of the terminal's.
void drawer_init(struct drawer *drawer, const struct surface *surface, struct drawn_cell *cells,
                 struct terminal *terminal);

// Makes the screen show the terminal.
void drawer_frame(struct drawer *drawer, struct terminal *terminal);

#endif
