// SPDX-License-Identifier: MIT
//
// What the terminal's own files share: the primitives on cells and cursor (terminal.c), and the sequences
// that use them (attributes.c, modes.c, sequence.c). All keep the invariants of terminal.h.

#ifndef TERMINAL_TERMINAL_PARTS_H
#define TERMINAL_TERMINAL_PARTS_H

#include "terminal.h"

// ---- terminal.c

// A row that is about to be changed.
struct cell *terminal_line(struct terminal *terminal, unsigned row);
void terminal_erase(struct terminal *terminal, unsigned row, unsigned from, unsigned to);
void terminal_erase_rows(struct terminal *terminal, unsigned from, unsigned to);
void terminal_scroll(struct terminal *terminal, unsigned from, unsigned to, unsigned count, bool up);
// To a place of the screen; what lies outside becomes the nearest inside.
void terminal_move(struct terminal *terminal, unsigned row, unsigned column);
void terminal_line_feed(struct terminal *terminal);
void terminal_line_feed_back(struct terminal *terminal);
void terminal_tab(struct terminal *terminal, unsigned count);
void terminal_tab_back(struct terminal *terminal, unsigned count);
void terminal_print(struct terminal *terminal, uint32_t code);
void terminal_reset(struct terminal *terminal);

// ---- attributes.c: SGR

void terminal_attributes(struct terminal *terminal);

// ---- modes.c: SM, RM, DECSC, DECRC, the alternate screen

void terminal_mode(struct terminal *terminal, bool on);
void terminal_cursor_save(struct terminal *terminal);
void terminal_cursor_restore(struct terminal *terminal);
// DECSTR: everything but what stands on the screen, and where the cursor is.
void terminal_reset_modes(struct terminal *terminal);

// ---- sequence.c: what the parser has found

void terminal_escape(struct terminal *terminal);
void terminal_sequence(struct terminal *terminal);

#endif
