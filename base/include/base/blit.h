// SPDX-License-Identifier: MIT
//
// Drawing into a framebuffer of 32 bits a pixel, whatever the order of its colours: rectangles and glyphs.
// It only writes: framebuffers are slow to read. Who calls keeps inside the surface.

#ifndef BASE_BLIT_H
#define BASE_BLIT_H

#include <base/font.h>
#include <base/types.h>

struct surface {
    uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    uint64_t pitch;   // bytes from one row to the next
    uint8_t shift[3]; // of red, green and blue in a pixel
    uint8_t size[3];  // bits of each, 1 to 8
};

// What text is drawn with where nobody says otherwise, as 0xRRGGBB: grey on black, as text screens of PCs.
enum { SURFACE_INK = 0xaaaaaa, SURFACE_PAPER = 0x000000 };

// The layout of a pixel in one word, as boot_info.framebuffer_format: how many bits it has, then the size and
// the shift of red, of green and of blue.
enum { SURFACE_FORMAT_PARTS = 7 };
static inline uint64_t surface_format(const uint8_t parts[SURFACE_FORMAT_PARTS]) {
    uint64_t format = 0;
    for (unsigned i = 0; i < SURFACE_FORMAT_PARTS; i++)
        format |= (uint64_t)parts[i] << 8 * i;
    return format;
}

// `format` is what surface_format() makes. False when it is not 32 bits a pixel, or makes no sense.
[[nodiscard]] bool surface_init(struct surface *surface, void *pixels, uint64_t width, uint64_t height,
                                uint64_t pitch, uint64_t format);

// The pixel for 0xRRGGBB.
uint32_t surface_pixel(const struct surface *surface, uint32_t colour);

// Sizes and places are in pixels, the others are pixels of surface_pixel().
void surface_fill(const struct surface *surface, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                  uint32_t pixel);
void surface_glyph(const struct surface *surface, uint32_t x, uint32_t y, const uint8_t rows[FONT_HEIGHT],
                   uint32_t ink, uint32_t paper);

#endif
