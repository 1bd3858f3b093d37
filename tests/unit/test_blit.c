// SPDX-License-Identifier: MIT
//
// base/blit.c and base/font.c: every order of colours, edges of the surface, glyphs bit by bit.

#include "unit.h"
#include <base/blit.h>
#include <string.h>

#define WIDTH  24
#define HEIGHT 40
#define PITCH  112
#define FORMAT(rs, r, gs, g, bs, b)                                                                          \
    (32ull | (uint64_t)(rs) << 8 | (uint64_t)(r) << 16 | (uint64_t)(gs) << 24 | (uint64_t)(g) << 32 |        \
     (uint64_t)(bs) << 40 | (uint64_t)(b) << 48)
#define XRGB FORMAT(8, 16, 8, 8, 8, 0)

static uint8_t memory[PITCH * HEIGHT];

static uint32_t pixel_at(unsigned x, unsigned y) {
    uint32_t pixel;
    memcpy(&pixel, memory + y * PITCH + x * 4, sizeof(pixel));
    return pixel;
}

static struct surface surface_of(uint64_t format) {
    struct surface surface;
    memset(memory, 0xee, sizeof(memory));
    assert_true(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH, format));
    return surface;
}

static void test_formats(void **state) {
    (void)state;
    struct surface surface = surface_of(XRGB);
    assert_int_equal(surface_pixel(&surface, 0x123456), 0x123456);
    surface = surface_of(FORMAT(8, 0, 8, 8, 8, 16));
    assert_int_equal(surface_pixel(&surface, 0x123456), 0x563412);
    surface = surface_of(FORMAT(8, 24, 8, 16, 8, 8));
    assert_int_equal(surface_pixel(&surface, 0x123456), 0x12345600);
    surface = surface_of(FORMAT(10, 20, 10, 10, 10, 0));
    assert_int_equal(surface_pixel(&surface, 0xff8001), 0xffu << 22 | 0x80u << 12 | 0x01u << 2);
    surface = surface_of(FORMAT(5, 11, 6, 5, 5, 0));
    assert_int_equal(surface_pixel(&surface, 0xffffff), 0xffff);
    assert_int_equal(surface_pixel(&surface, 0x070307), 0);
}

static void test_refused(void **state) {
    (void)state;
    struct surface surface;
    assert_false(surface_init(&surface, memory, 0, HEIGHT, PITCH, XRGB));
    assert_false(surface_init(&surface, memory, WIDTH, 0, PITCH, XRGB));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, WIDTH * 4 - 4, XRGB));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH + 2, XRGB));
    assert_false(surface_init(&surface, memory, UINT64_MAX, HEIGHT, PITCH, XRGB));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH, (XRGB & ~0xffull) | 24));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH, FORMAT(8, 25, 8, 8, 8, 0)));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH, FORMAT(8, 16, 0, 8, 8, 0)));
    assert_false(surface_init(&surface, memory, WIDTH, HEIGHT, PITCH, FORMAT(255, 255, 8, 8, 8, 0)));
}

static void test_fill(void **state) {
    (void)state;
    struct surface surface = surface_of(XRGB);
    surface_fill(&surface, 3, 5, 7, 2, 0x112233);
    for (unsigned y = 0; y < HEIGHT; y++)
        for (unsigned x = 0; x < PITCH / 4; x++) {
            bool inside = x >= 3 && x < 10 && y >= 5 && y < 7;
            assert_int_equal(pixel_at(x, y), inside ? 0x112233 : 0xeeeeeeee);
        }
}

static void test_glyph(void **state) {
    (void)state;
    static const uint8_t rows[FONT_HEIGHT] = {0x80, 0x01, 0xa5, 0x5a, 0xff, 0, [15] = 0x3c};
    struct surface surface = surface_of(XRGB);
    // The last place where it fits.
    surface_glyph(&surface, WIDTH - FONT_WIDTH, HEIGHT - FONT_HEIGHT, rows, 1, 2);
    for (unsigned y = 0; y < HEIGHT; y++)
        for (unsigned x = 0; x < PITCH / 4; x++) {
            bool inside = x >= WIDTH - FONT_WIDTH && x < WIDTH && y >= HEIGHT - FONT_HEIGHT;
            bool ink = inside && rows[y - (HEIGHT - FONT_HEIGHT)] >> (WIDTH - 1 - x) & 1;
            assert_int_equal(pixel_at(x, y), inside ? (ink ? 1 : 2) : 0xeeeeeeee);
        }
}

static void test_font(void **state) {
    (void)state;
    static const uint8_t blank[FONT_HEIGHT];
    assert_memory_equal(font_glyph(' '), blank, FONT_HEIGHT);
    for (uint32_t code = '!'; code <= '~'; code++) {
        assert_true(font_has(code));
        assert_memory_not_equal(font_glyph(code), blank, FONT_HEIGHT);
        assert_true(code == '!' || font_glyph(code) != font_glyph(code - 1));
    }
    assert_true(font_has(0xe4) && font_has(0x20ac) && font_has(0x2500));
    for (size_t i = 1; i < font_code_count; i++)
        assert_true(font_codes[i - 1].code < font_codes[i].code);
    assert_false(font_has(0x1f600));
    assert_ptr_equal(font_glyph(0x1f600), font_glyph(0xfffd));
    assert_ptr_equal(font_glyph(UINT32_MAX), font_glyph(0xfffd));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats), cmocka_unit_test(test_refused), cmocka_unit_test(test_fill),
        cmocka_unit_test(test_glyph),   cmocka_unit_test(test_font),
    };
    return cmocka_run_group_tests_name("blit", tests, nullptr, nullptr);
}
