// SPDX-License-Identifier: MIT
//
// What the kernel is told about the screen. All of it is collected while firmware still works. Source:
// PROTOCOL.md, "Framebuffer Feature"; VESA E-EDID A2, 3 (blocks of 128 bytes).

#include "screen.h"
#include "arch.h"
#include "arena.h"
#include <base/string.h>

#define MODES_MAX 256
#define EDID_MAX  (256 * 128)

static struct limine_video_mode video_mode(const struct platform_framebuffer *from) {
    return (struct limine_video_mode){
        .pitch = from->pitch,
        .width = from->width,
        .height = from->height,
        .bits_per_pixel = from->bits_per_pixel,
        .memory_model = LIMINE_FRAMEBUFFER_RGB,
        .red_mask_size = from->red_size,
        .red_mask_shift = from->red_shift,
        .green_mask_size = from->green_size,
        .green_mask_shift = from->green_shift,
        .blue_mask_size = from->blue_size,
        .blue_mask_shift = from->blue_shift,
    };
}

static uint64_t mode_store(const struct platform_framebuffer *from) {
    struct limine_video_mode *mode = arena_take(sizeof *mode);
    *mode = video_mode(from);
    return arch_virtual_of(mode);
}

// A platform that knows no list has at least the mode that is set.
static void modes_describe(const struct platform_framebuffer *current, struct limine_framebuffer *screen) {
    struct platform_framebuffer mode;
    uint64_t *modes = arena_take(MODES_MAX * sizeof *modes);
    size_t count = 0;
    for (size_t i = 0; count < MODES_MAX && platform_mode_get(i, &mode); i++)
        if (mode.width != 0)
            modes[count++] = mode_store(&mode);
    if (count == 0)
        modes[count++] = mode_store(current);
    screen->mode_count = count;
    screen->modes = arch_virtual_of(modes);
}

static void edid_describe(struct limine_framebuffer *screen) {
    const uint8_t *bytes;
    size_t size = platform_edid_get(&bytes);
    if (size == 0 || size > EDID_MAX)
        return;
    uint8_t *copy = arena_take(size);
    memcpy(copy, bytes, size);
    screen->edid_size = size;
    screen->edid = arch_virtual_of(copy);
}

void screen_describe(struct boot *boot) {
    if (!boot->has_framebuffer || boot->requests.requests[REQUEST_FRAMEBUFFER] == nullptr)
        return;
    const struct platform_framebuffer *found = &boot->framebuffer;
    boot->screen = arena_take(sizeof *boot->screen);
    *boot->screen = (struct limine_framebuffer){
        .address = arch_virtual(found->address),
        .width = found->width,
        .height = found->height,
        .pitch = found->pitch,
        .bits_per_pixel = found->bits_per_pixel,
        .memory_model = LIMINE_FRAMEBUFFER_RGB,
        .red_mask_size = found->red_size,
        .red_mask_shift = found->red_shift,
        .green_mask_size = found->green_size,
        .green_mask_shift = found->green_shift,
        .blue_mask_size = found->blue_size,
        .blue_mask_shift = found->blue_shift,
    };
    modes_describe(found, boot->screen);
    edid_describe(boot->screen);
}

// The first of the modes with this size and, unless 0, this depth.
static bool mode_find(uint64_t width, uint64_t height, uint64_t bits, size_t *index) {
    struct platform_framebuffer mode;
    for (*index = 0; platform_mode_get(*index, &mode); ++*index)
        if (mode.width == width && mode.height == height && (bits == 0 || mode.bits_per_pixel == bits))
            return true;
    return false;
}

bool screen_set(uint64_t width, uint64_t height, uint64_t bits) {
    size_t index;
    return mode_find(width, height, bits, &index) && platform_mode_set(index);
}
