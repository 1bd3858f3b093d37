// SPDX-License-Identifier: MIT
//
// See base/blit.h. Pixels are written two at a time, because an emulator pays for each store; the builtin is
// a single store in a freestanding program too.

#include <base/blit.h>

#define SIZE_MOST 65536 // pixels of a side: products of two of them, and a pixel's bytes, stay far from 2^64

static uint8_t format_byte(uint64_t format, unsigned index) {
    return (uint8_t)(format >> 8 * index);
}

bool surface_init(struct surface *surface, void *pixels, uint64_t width, uint64_t height, uint64_t pitch,
                  uint64_t format) {
    *surface = (struct surface){.pixels = pixels, .pitch = pitch};
    if (width == 0 || height == 0 || width > SIZE_MOST || height > SIZE_MOST || pitch < width * 4 ||
        pitch > SIZE_MOST * 8 || pitch % 4 != 0 || format_byte(format, 0) != 32)
        return false;
    surface->width = (uint32_t)width;
    surface->height = (uint32_t)height;
    for (unsigned i = 0; i < 3; i++) {
        surface->size[i] = format_byte(format, 1 + 2 * i);
        surface->shift[i] = format_byte(format, 2 + 2 * i);
        // Colours of more than 8 bits exist (10 of each): the highest 8 are used.
        if (surface->size[i] > 8) {
            surface->shift[i] = (uint8_t)(surface->shift[i] + surface->size[i] - 8);
            surface->size[i] = 8;
        }
        if (surface->size[i] == 0 || surface->shift[i] > 32 - surface->size[i])
            return false;
    }
    return true;
}

uint32_t surface_pixel(const struct surface *surface, uint32_t colour) {
    uint32_t pixel = 0;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t part = colour >> (16 - 8 * i) & 0xff;
        pixel |= part >> (8 - surface->size[i]) << surface->shift[i];
    }
    return pixel;
}

static uint8_t *pixel_address(const struct surface *surface, uint32_t x, uint32_t y) {
    return surface->pixels + y * surface->pitch + (uint64_t)x * 4;
}

void surface_fill(const struct surface *surface, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                  uint32_t pixel) {
    const uint64_t pair = (uint64_t)pixel << 32 | pixel;
    for (uint32_t row = 0; row < height; row++) {
        uint8_t *at = pixel_address(surface, x, y + row);
        for (uint32_t i = 0; i < width / 2; i++, at += sizeof(pair))
            __builtin_memcpy(at, &pair, sizeof(pair));
        if (width % 2 != 0)
            __builtin_memcpy(at, &pixel, sizeof(pixel));
    }
}

void surface_glyph(const struct surface *surface, uint32_t x, uint32_t y, const uint8_t rows[FONT_HEIGHT],
                   uint32_t ink, uint32_t paper) {
    // By two bits of a row. The left pixel is the higher bit and has the lower address.
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    const uint64_t pairs[] = {
        (uint64_t)paper << 32 | paper,
        (uint64_t)ink << 32 | paper,
        (uint64_t)paper << 32 | ink,
        (uint64_t)ink << 32 | ink,
    };
    uint8_t *at = pixel_address(surface, x, y);
    for (unsigned row = 0; row < FONT_HEIGHT; row++, at += surface->pitch) {
        for (unsigned i = 0; i < FONT_WIDTH / 2; i++)
            __builtin_memcpy(at + i * sizeof(pairs[0]), &pairs[rows[row] >> (6 - 2 * i) & 3],
                             sizeof(pairs[0]));
    }
}
