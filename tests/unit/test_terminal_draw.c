// SPDX-License-Identifier: MIT
//
// user/servers/terminal/draw.c: what a frame draws is what has changed since the last one, and where the
// cursor was and is. The pixels are marked between two frames; what was not drawn keeps the mark.

#include "unit.h"
#include <base/font.h>
#include <draw.h>
#include <string.h>

#define ROWS    6
#define COLUMNS 10
#define WIDTH   (COLUMNS * FONT_WIDTH)
#define HEIGHT  (ROWS * FONT_HEIGHT)
#define MARK    0x77
// 32 bits, each colour 8 of them: red at 16, green at 8, blue at 0 (docs/syscalls.md, boot_info).
#define FORMAT (32ull | 8ull << 8 | 16ull << 16 | 8ull << 24 | 8ull << 32 | 8ull << 40)

static uint32_t pixels[HEIGHT][WIDTH];
static struct cell cells[2 * ROWS * COLUMNS];
static struct drawn_cell drawn[ROWS * COLUMNS];
static struct surface surface;
static struct terminal terminal;
static struct drawer drawer;

static void feed(const char *text) {
    terminal_feed(&terminal, text, strlen(text));
}

static int start(void **state) {
    (void)state;
    if (!surface_init(&surface, pixels, WIDTH, HEIGHT, WIDTH * sizeof(uint32_t), FORMAT))
        return -1;
    terminal_init(&terminal, cells, ROWS, COLUMNS, nullptr, nullptr);
    drawer_init(&drawer, &surface, drawn, &terminal);
    feed("0123456789abcdefghij");
    drawer_frame(&drawer, &terminal);
    memset(pixels, MARK, sizeof(pixels));
    return 0;
}

static bool is_marked(unsigned row, unsigned column) {
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        const uint8_t *line = (const uint8_t *)&pixels[row * FONT_HEIGHT + y][column * FONT_WIDTH];
        for (unsigned i = 0; i < FONT_WIDTH * sizeof(uint32_t); i++) {
            if (line[i] != MARK)
                return false;
        }
    }
    return true;
}

// The next frame draws these cells, a '#' each, and no other.
static void expect_drawn(const char *const rows[ROWS]) {
    drawer_frame(&drawer, &terminal);
    for (unsigned row = 0; row < ROWS; row++) {
        for (unsigned column = 0; column < COLUMNS; column++) {
            if (is_marked(row, column) == (rows[row][column] == '#'))
                fail_msg("row %u, column %u", row, column);
        }
    }
    memset(pixels, MARK, sizeof(pixels));
}

#define NONE ".........."

static void test_nothing_changed(void **state) {
    (void)state;
    expect_drawn((const char *const[]){NONE, NONE, NONE, NONE, NONE, NONE});
    feed("\x1b[1;1H0\x1b[2;10H"); // the same character again, and the cursor where it was
    expect_drawn((const char *const[]){NONE, NONE, NONE, NONE, NONE, NONE});
}

static void test_a_character_and_the_cursor(void **state) {
    (void)state;
    feed("\x1b[1;4Hx");
    expect_drawn((const char *const[]){"...##.....", ".........#", NONE, NONE, NONE, NONE});
    feed("\x1b[6;1H");
    expect_drawn((const char *const[]){"....#.....", NONE, NONE, NONE, NONE, "#........."});
    feed("\x1b[?25l");
    expect_drawn((const char *const[]){NONE, NONE, NONE, NONE, NONE, "#........."});
}

static void test_colours_count(void **state) {
    (void)state;
    feed("\x1b[?25l\x1b[1;1H\x1b[31m0\x1b[m1\x1b[4m2\x1b[;7m3\x1b[;30;47m4");
    expect_drawn((const char *const[]){"#.###.....", ".........#", NONE, NONE, NONE, NONE});
}

// Scrolling moves lines; a cell that shows the same afterwards stays.
static void test_scrolling(void **state) {
    (void)state;
    feed("\x1b[?25l\x1b[H\x1b[2J0a\r\n0b");
    drawer_frame(&drawer, &terminal);
    memset(pixels, MARK, sizeof(pixels));
    feed("\x1b[S");
    expect_drawn((const char *const[]){".#........", "##........", NONE, NONE, NONE, NONE});
}

static void test_reverse_screen_draws_all(void **state) {
    (void)state;
#define ALL "##########"
    feed("\x1b[?5h");
    expect_drawn((const char *const[]){ALL, ALL, ALL, ALL, ALL, ALL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nothing_changed, start),
        cmocka_unit_test_setup(test_a_character_and_the_cursor, start),
        cmocka_unit_test_setup(test_colours_count, start),
        cmocka_unit_test_setup(test_scrolling, start),
        cmocka_unit_test_setup(test_reverse_screen_draws_all, start),
    };
    return cmocka_run_group_tests_name("terminal_draw", tests, NULL, NULL);
}
