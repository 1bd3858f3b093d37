// SPDX-License-Identifier: MIT
//
// The boot information of a multiboot2 loader, as far as it is used. Source: Multiboot2 specification 2.0,
// 3.6.

#ifndef BOOT_MULTIBOOT2_MULTIBOOT2_H
#define BOOT_MULTIBOOT2_MULTIBOOT2_H

#include <base/types.h>

struct multiboot2_information {
    uint32_t total_size;
    uint32_t reserved;
};

enum multiboot2_tag_type : uint32_t {
    MULTIBOOT2_TAG_END = 0,
    MULTIBOOT2_TAG_MODULE = 3,
    MULTIBOOT2_TAG_MEMORY_MAP = 6,
    MULTIBOOT2_TAG_FRAMEBUFFER = 8,
};

struct multiboot2_tag {
    enum multiboot2_tag_type type;
    uint32_t size;
};

struct multiboot2_module {
    struct multiboot2_tag tag;
    uint32_t start;
    uint32_t end;
    char string[];
};

struct multiboot2_memory_entry {
    uint64_t base;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
};

struct multiboot2_memory_map {
    struct multiboot2_tag tag;
    uint32_t entry_size;
    uint32_t entry_version;
};

#define MULTIBOOT2_FRAMEBUFFER_RGB 1

struct multiboot2_framebuffer {
    struct multiboot2_tag tag;
    uint64_t address;
    uint32_t pitch;
    uint32_t width;
    uint32_t height;
    uint8_t bits_per_pixel;
    uint8_t type;
    uint16_t reserved;
    uint8_t red_shift, red_size;
    uint8_t green_shift, green_size;
    uint8_t blue_shift, blue_size;
};
static_assert(offsetof(struct multiboot2_framebuffer, red_shift) == 32);

#endif
