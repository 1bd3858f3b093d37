// SPDX-License-Identifier: MIT
//
// The person at a BIOS machine: the framebuffer that GRUB set, drawn into with the font of the kernel's log;
// the keyboard controller, which has no firmware to serve it any more; and the PIT for the time between.
// Messages go to the serial line. Source: IBM PC AT Technical Reference (8042); 8254 data sheet, mode 0.

#include "../arch.h"
#include "../arch/x86_64/cpu.h"
#include "../platform.h"
#include <base/blit.h>
#include <base/font.h>

#define KEYBOARD_DATA   0x60
#define KEYBOARD_STATUS 0x64
#define STATUS_FULL     0x01
#define STATUS_MOUSE    0x20
#define STATUS_ABSENT   0xff
#define TIMER_DATA      0x42 // channel 2
#define TIMER_COMMAND   0x43
#define TIMER_ONE_SHOT  0xb0 // channel 2, both bytes, mode 0
#define TIMER_GATE_PORT 0x61
#define TIMER_GATE      0x01
#define TIMER_SPEAKER   0x02
#define TIMER_OUTPUT    0x20
#define TIMER_TICKS_MS  1193
#define WAIT_STEPS      10000000

static struct surface surface;
static bool has_surface;

void platform_console_write(const char *text, size_t length) {
    arch_serial_write(text, length);
}

bool platform_needs_serial(void) {
    return true;
}

static bool surface_open(void) {
    struct platform_framebuffer found;
    if (!platform_framebuffer_find(&found) ||
        platform_memory(found.address, (uint64_t)found.pitch * found.height) == nullptr)
        return false;
    const uint8_t format[SURFACE_FORMAT_PARTS] = {(uint8_t)found.bits_per_pixel,
                                                  found.red_size,
                                                  found.red_shift,
                                                  found.green_size,
                                                  found.green_shift,
                                                  found.blue_size,
                                                  found.blue_shift};
    return surface_init(&surface, (void *)(uintptr_t)found.address, found.width, found.height, found.pitch,
                        surface_format(format));
}

void platform_screen_clear(void) {
    has_surface = surface_open();
    if (has_surface)
        surface_fill(&surface, 0, 0, surface.width, surface.height, surface_pixel(&surface, SURFACE_PAPER));
}

void platform_screen_row(unsigned row, const char *text, bool is_selected) {
    if (!has_surface || (row + 1) * FONT_HEIGHT > surface.height)
        return;
    uint32_t ink = surface_pixel(&surface, is_selected ? SURFACE_PAPER : SURFACE_INK);
    uint32_t paper = surface_pixel(&surface, is_selected ? SURFACE_INK : SURFACE_PAPER);
    for (uint32_t column = 0; text[column] != '\0' && (column + 1) * FONT_WIDTH <= surface.width; column++)
        surface_glyph(&surface, column * FONT_WIDTH, row * FONT_HEIGHT, font_glyph((uint8_t)text[column]),
                      ink, paper);
}

void platform_screen_close([[maybe_unused]] unsigned rows) {}

enum key platform_key(void) {
    static struct key_decoder keyboard;
    uint8_t status;
    while ((status = inb(KEYBOARD_STATUS)) != STATUS_ABSENT && (status & STATUS_FULL)) {
        uint8_t byte = inb(KEYBOARD_DATA);
        enum key key = status & STATUS_MOUSE ? KEY_NONE : key_of_keyboard(&keyboard, byte);
        if (key != KEY_NONE)
            return key;
    }
    return KEY_NONE;
}

static void wait_one(void) {
    uint8_t gate = inb(TIMER_GATE_PORT) & (uint8_t)~(TIMER_GATE | TIMER_SPEAKER);
    outb(TIMER_GATE_PORT, gate);
    outb(TIMER_COMMAND, TIMER_ONE_SHOT);
    outb(TIMER_DATA, TIMER_TICKS_MS & 0xff);
    outb(TIMER_DATA, TIMER_TICKS_MS >> 8);
    outb(TIMER_GATE_PORT, gate | TIMER_GATE);
    for (unsigned i = 0; i < WAIT_STEPS && !(inb(TIMER_GATE_PORT) & TIMER_OUTPUT); i++)
        __builtin_ia32_pause();
    outb(TIMER_GATE_PORT, gate);
}

void platform_wait_ms(unsigned milliseconds) {
    while (milliseconds-- > 0)
        wait_one();
}
