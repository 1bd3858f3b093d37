// SPDX-License-Identifier: MIT
//
// Where the editor's text stands on the screen. Every character takes one column, as in the terminal, and a
// tab goes to the next multiple of eight.

#ifndef EDIT_DRAW_H
#define EDIT_DRAW_H

#include "edit.h"

// The column of a place in its line.
size_t draw_column(const struct edit *edit, size_t at);

// The column behind the character at a place that itself stands in `column`.
size_t draw_column_after(const struct edit *edit, size_t at, size_t column);

#endif
