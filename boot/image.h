// SPDX-License-Identifier: MIT
//
// The kernel in memory: segments copied to one piece of physical memory, relocated, with the rights that each
// part is to be mapped with.

#ifndef BOOT_IMAGE_H
#define BOOT_IMAGE_H

#include "platform.h"
#include <base/elf.h>

struct image {
    uint64_t physical_base;
    uint64_t virtual_base;
    uint64_t size; // whole pages
    uint64_t entry;
    uint64_t bias; // what a position-independent kernel was moved by
    struct elf_image elf;
};

// Ends the boot with a message that names `path` when the file is no kernel this loader can start.
void image_load(struct image *image, const char *path, const struct platform_file *file);

// Maps every segment into the kernel's page tables.
[[nodiscard]] bool image_map(const struct image *image);

// The bytes at a virtual address range of the image, through the loader's own mapping; null outside of it.
void *image_at(const struct image *image, uint64_t virtual_address, uint64_t length);

#endif
