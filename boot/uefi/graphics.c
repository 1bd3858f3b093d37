// SPDX-License-Identifier: MIT
//
// The screen: the mode that is set, the modes that could be, and the EDID. Source: UEFI 2.10, 12.9.2.

#include "../platform.h"
#include "firmware.h"
#include <base/string.h>

static const struct efi_guid guid_graphics = {
    0x9042a9de, 0x23dc, 0x4a38, {0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a}};
static const struct efi_guid guid_edid_active = {
    0xbd8c1056, 0x9f36, 0x44ec, {0x92, 0xa8, 0xa6, 0x33, 0x7f, 0x81, 0x79, 0x86}};
static const struct efi_guid guid_edid_discovered = {
    0x1c0c34f6, 0xd380, 0x41fa, {0xa0, 0x49, 0x8a, 0xd0, 0x6c, 0x1a, 0x66, 0xaa}};

static struct efi_graphics *graphics_find(void) {
    struct efi_graphics *graphics;
    if (firmware.system->boot->locate_protocol(&guid_graphics, nullptr, (void **)&graphics) != EFI_SUCCESS)
        return nullptr;
    return graphics;
}

// A colour's place in a pixel, from its mask.
static void mask_split(uint32_t mask, uint8_t *size, uint8_t *shift) {
    *shift = mask == 0 ? 0 : (uint8_t)__builtin_ctz(mask);
    *size = (uint8_t)__builtin_popcount(mask);
}

// False for a mode that has no framebuffer to write to, or no colours.
static bool mode_describe(const struct efi_graphics_mode *mode, struct platform_framebuffer *framebuffer) {
    uint32_t masks[3] = {0xff, 0xff00, 0xff0000};
    if (mode->format == EFI_PIXEL_BGR) {
        masks[0] = 0xff0000;
        masks[2] = 0xff;
    } else if (mode->format == EFI_PIXEL_MASKS) {
        memcpy(masks, mode->masks, sizeof masks);
    } else if (mode->format != EFI_PIXEL_RGB) {
        return false;
    }
    // The widest mask bit, the reserved ones included, tells the size of a pixel; both fixed formats have 32.
    uint32_t all =
        mode->format == EFI_PIXEL_MASKS ? masks[0] | masks[1] | masks[2] | mode->masks[3] : UINT32_MAX;
    if (all == 0)
        return false;
    unsigned bytes = (32U - (unsigned)__builtin_clz(all) + 7) / 8;
    *framebuffer = (struct platform_framebuffer){
        .width = mode->width,
        .height = mode->height,
        .pitch = mode->pixels_per_line * bytes,
        .bits_per_pixel = (uint16_t)(bytes * 8),
    };
    mask_split(masks[0], &framebuffer->red_size, &framebuffer->red_shift);
    mask_split(masks[1], &framebuffer->green_size, &framebuffer->green_shift);
    mask_split(masks[2], &framebuffer->blue_size, &framebuffer->blue_shift);
    return true;
}

bool platform_framebuffer_find(struct platform_framebuffer *framebuffer) {
    struct efi_graphics *graphics = graphics_find();
    if (graphics == nullptr || graphics->state->framebuffer == 0 ||
        !mode_describe(graphics->state->info, framebuffer))
        return false;
    framebuffer->address = graphics->state->framebuffer;
    return true;
}

bool platform_mode_get(size_t index, struct platform_framebuffer *mode) {
    struct efi_graphics *graphics = graphics_find();
    struct efi_graphics_mode *info;
    uint64_t size;
    if (graphics == nullptr || index >= graphics->state->mode_count)
        return false;
    bool usable = graphics->query_mode(graphics, (uint32_t)index, &size, &info) == EFI_SUCCESS &&
                  size >= sizeof *info && mode_describe(info, mode);
    if (!usable)
        *mode = (struct platform_framebuffer){0};
    return true;
}

bool platform_mode_set(size_t index) {
    struct efi_graphics *graphics = graphics_find();
    return graphics != nullptr && graphics->set_mode(graphics, (uint32_t)index) == EFI_SUCCESS;
}

size_t platform_edid_get(const uint8_t **bytes) {
    const struct efi_guid *places[] = {&guid_edid_active, &guid_edid_discovered};
    for (size_t i = 0; i < array_length(places); i++) {
        const struct efi_edid *edid;
        if (firmware.system->boot->locate_protocol(places[i], nullptr, (void **)&edid) != EFI_SUCCESS)
            continue;
        if (edid->size > 0 && edid->bytes != nullptr) {
            *bytes = edid->bytes;
            return edid->size;
        }
    }
    return 0;
}
