// SPDX-License-Identifier: MIT
//
// Loading the kernel's ELF file (see image.h). base/elf.c decides whether the file is sound; what is added
// here is only what the Limine protocol asks: the place in the top 2 GiB, and physically contiguous memory.
// Source: PROTOCOL.md, "Memory Layout at Entry".

#include "image.h"
#include "arch.h"
#include "arena.h"
#include "message.h"
#include <base/string.h>

#define KERNEL_BASE_MIN 0xffffffff80000000ULL
#define KERNEL_LIMIT    0xfffffffffffff000ULL
#define KERNEL_SIZE_MAX (256 * MIB)

static struct elf_rules image_rules(void) {
    return (struct elf_rules){
        .machine = arch_elf_machine,
        .relative_relocation = arch_elf_relative_relocation,
        .allow_fixed = true,
        .allow_pie = true,
        .lowest_address = KERNEL_BASE_MIN,
        .address_limit = KERNEL_LIMIT,
        .size_limit = KERNEL_SIZE_MAX,
        .page_size = PAGE_SIZE,
        .alignment_limit = 2 * GIB, // of KERNEL_BASE_MIN, the only bias there is
    };
}

static void *to_pointer(const struct image *image, uint64_t linked_address) {
    return (void *)(uintptr_t)(image->physical_base + (linked_address - image->elf.low));
}

static void relocate(const struct image *image) {
    for (size_t i = 0; i < image->elf.relocation_count; i++) {
        struct elf_relocation relocation = elf_relocation_get(&image->elf, i);
        uint64_t value = relocation.addend + image->bias;
        memcpy(to_pointer(image, relocation.address), &value, sizeof value);
    }
}

void image_load(struct image *image, const char *path, const struct platform_file *file) {
    struct elf_rules rules = image_rules();
    enum elf_error error = elf_open(&image->elf, file->data, file->size, &rules);
    if (error != ELF_OK)
        stop("%s: no kernel that can be started: %s", path, elf_error_text(error));

    image->bias = image->elf.low < KERNEL_BASE_MIN ? KERNEL_BASE_MIN : 0;
    image->size = image->elf.high - image->elf.low;
    if (!range_within(image->elf.low + image->bias - KERNEL_BASE_MIN, image->size,
                      KERNEL_LIMIT - KERNEL_BASE_MIN))
        stop("%s: no kernel that can be started: it does not fit the top 2 GiB of the address space", path);
    image->virtual_base = image->elf.low + image->bias;
    image->entry = image->elf.entry + image->bias;
    image->physical_base = arena_pages(image->size, path);

    const uint8_t *bytes = file->data;
    for (size_t i = 0; i < image->elf.segment_count; i++) {
        const struct elf_segment *segment = &image->elf.segments[i];
        memcpy(to_pointer(image, segment->address), bytes + segment->file_offset, segment->file_size);
    }
    relocate(image);
}

bool image_map(const struct image *image) {
    for (size_t i = 0; i < image->elf.segment_count; i++) {
        const struct elf_segment *segment = &image->elf.segments[i];
        uint64_t low = align_down(segment->address, PAGE_SIZE);
        uint64_t high = align_up(segment->address + segment->memory_size, PAGE_SIZE);
        unsigned flags =
            (segment->writable ? ARCH_MAP_WRITE : 0) | (segment->executable ? ARCH_MAP_EXECUTE : 0);
        if (!arch_map(low + image->bias, image->physical_base + (low - image->elf.low), high - low, flags))
            return false;
    }
    return true;
}

void *image_at(const struct image *image, uint64_t virtual_address, uint64_t length) {
    if (virtual_address < image->virtual_base)
        return nullptr;
    if (!range_within(virtual_address - image->virtual_base, length, image->size))
        return nullptr;
    return (void *)(uintptr_t)(image->physical_base + (virtual_address - image->virtual_base));
}
