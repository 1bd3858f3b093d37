// SPDX-License-Identifier: MIT
//
// kernel/dev/screen.c: the log scrolls until a program takes the screen; a panic takes it back, in other
// colours, and keeps its first lines; records for the serial line's reader are not shown.

#include "unit.h"
#include <base/font.h>
#include <dev/screen.h>
#include <kernel/log.h>
#include <string.h>

#define ROWS    4
#define COLUMNS 8
#define WIDTH   (COLUMNS * FONT_WIDTH)
#define HEIGHT  (ROWS * FONT_HEIGHT)
#define BASE    0xfd000000ull
#define LOG_INK 0xaaaaaau
#define INK     0xffffffu // of a panic
#define PAPER   0x5f0000u
// 32 bits, each colour 8 of them: red at 16, green at 8, blue at 0.
#define FORMAT (32ull | 8ull << 8 | 16ull << 16 | 8ull << 24 | 8ull << 32 | 8ull << 40)

static uint32_t pixels[HEIGHT][WIDTH];
static const char *logged = "";

void log_line(enum log_level level, const char *format, ...) {
    (void)level;
    (void)format;
}

size_t log_tail(char *buffer, size_t size) {
    size_t length = strlen(logged);
    assert_true(length <= size);
    memcpy(buffer, logged, length);
    return length;
}

static void show(const char *text) {
    screen_write(text, strlen(text));
}

static bool cell_shows(unsigned row, unsigned column, char wanted, uint32_t ink, uint32_t paper) {
    const uint8_t *glyph = font_glyph((unsigned char)wanted);
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        for (unsigned x = 0; x < FONT_WIDTH; x++) {
            uint32_t pixel = pixels[row * FONT_HEIGHT + y][column * FONT_WIDTH + x];
            if (pixel != (glyph[y] >> (FONT_WIDTH - 1 - x) & 1 ? ink : paper))
                return false;
        }
    }
    return true;
}

// Each row is COLUMNS characters, so that a blank is meant where one stands.
static void expect(uint32_t ink, uint32_t paper, const char *const rows[ROWS]) {
    for (unsigned row = 0; row < ROWS; row++) {
        assert_int_equal(strlen(rows[row]), COLUMNS);
        for (unsigned column = 0; column < COLUMNS; column++) {
            if (!cell_shows(row, column, rows[row][column], ink, paper))
                fail_msg("row %u, column %u is no '%c'", row, column, rows[row][column]);
        }
    }
}

#define LOG(...)   expect(LOG_INK, 0, (const char *const[]){__VA_ARGS__})
#define PANIC(...) expect(INK, PAPER, (const char *const[]){__VA_ARGS__})
#define NONE       "        "

static void start(uint64_t width) {
    const struct boot_framebuffer framebuffer = {BASE, width, HEIGHT, sizeof(pixels[0]), FORMAT};
    screen_start(&framebuffer, pixels);
}

// One life of the screen, in its order: there is one, and a panic is its last use.
static void test_from_boot_to_panic(void **state) {
    (void)state;
    show("lost");
    screen_panic(); // without a screen, nothing
    logged = "early\n";
    start(WIDTH);
    LOG("early   ", NONE, NONE, NONE);
    show("ab\ncdefghijkl\n");
    LOG("ab      ", "cdefghij", "kl      ", NONE);
    show("m\nn");
    LOG("cdefghij", "kl      ", "m       ", "n       ");
    // A record's header, up to its end of line, is not for a person; nor are other controls.
    show("\x1e"
         "12345678o0003\nx\a\r\ty\n");
    LOG("kl      ", "m       ", "nxy     ", NONE);
    show("\xff\n");
    assert_false(cell_shows(2, 0, ' ', LOG_INK, 0));
    // Ranges beside the framebuffer leave it the kernel's.
    screen_taken(BASE - 4096, 4096);
    screen_taken(BASE + sizeof(pixels), 4096);
    show("here\n");
    assert_true(cell_shows(2, 0, 'h', LOG_INK, 0));
    screen_taken(BASE + sizeof(pixels) - 1, 4096);
    memset(pixels, 0, sizeof(pixels));
    show("gone\n");
    LOG(NONE, NONE, NONE, NONE);
    // The panic's first lines stay.
    screen_panic();
    PANIC(NONE, NONE, NONE, NONE);
    screen_taken(BASE, sizeof(pixels));
    show("panic\ntwo\nthree\nfour\nfive\nsix\n");
    PANIC("panic   ", "two     ", "three   ", "four    ");
    screen_panic(); // a panic in the panic does not wipe it
    PANIC("panic   ", "two     ", "three   ", "four    ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_boot_to_panic),
    };
    return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
