// SPDX-License-Identifier: MIT
//
// The font of the screen: one size, for the kernel's log and panic and for the terminal. Its data is made by
// tools/fontc in the build folder, from a package of Debian. Immutable.

#ifndef BASE_FONT_H
#define BASE_FONT_H

#include <base/types.h>

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16 };

// A code point and the glyph that shows it; sorted by code point.
struct font_code {
    uint16_t code;
    uint16_t glyph;
};

extern const uint8_t font_glyphs[][FONT_HEIGHT];
extern const struct font_code font_codes[];
extern const size_t font_code_count;

// FONT_HEIGHT rows from the top, the left pixel in the highest bit. What the font lacks looks like
// TEXT_REPLACEMENT.
const uint8_t *font_glyph(uint32_t code);

bool font_has(uint32_t code);

#endif
