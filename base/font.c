// SPDX-License-Identifier: MIT
//
// See base/font.h.

#include <base/font.h>
#include <base/text.h>

static const struct font_code *find(uint32_t code) {
    size_t low = 0;
    size_t high = font_code_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (font_codes[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < font_code_count && font_codes[low].code == code ? &font_codes[low] : nullptr;
}

bool font_has(uint32_t code) {
    return find(code) != nullptr;
}

const uint8_t *font_glyph(uint32_t code) {
    const struct font_code *found = find(code);
    if (found == nullptr)
        found = find(TEXT_REPLACEMENT);
    return font_glyphs[found != nullptr ? found->glyph : 0];
}
