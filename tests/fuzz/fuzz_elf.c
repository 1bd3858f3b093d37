// SPDX-License-Identifier: MIT
//
// base/elf.c on arbitrary bytes: no access outside the buffer, and whatever opens keeps the promises that
// loaders rely on.

#include "fuzz.h"
#include <base/elf.h>
#include <string.h>

static void check_image(const struct elf_image *image, const struct elf_rules *rules) {
    uint64_t last = 0;
    fuzz_check(image->segment_count > 0 && image->high - image->low <= rules->size_limit);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        fuzz_check(range_within(segment->file_offset, segment->file_size, image->size));
        fuzz_check(segment->file_size <= segment->memory_size && segment->memory_size > 0);
        fuzz_check(segment->address >= image->low && segment->address + segment->memory_size <= image->high);
        fuzz_check(!(segment->writable && segment->executable));
        fuzz_check(align_down(segment->address, rules->page_size) >= last);
        last = align_up(segment->address + segment->memory_size, rules->page_size);
    }
    for (size_t i = 0; i < image->relocation_count; i++) {
        struct elf_relocation relocation = elf_relocation_get(image, i);
        fuzz_check(range_within(relocation.address - image->low, 8, image->high - image->low));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const struct elf_rules rules = {
        .machine = ELF_MACHINE_X86_64,
        .relative_relocation = ELF_RELATIVE_X86_64,
        .allow_fixed = true,
        .allow_pie = true,
        .lowest_address = 0x1000,
        .address_limit = 0x800000000000,
        .size_limit = 64 * MIB,
        .page_size = 4096,
    };
    struct elf_image image;
    struct elf_symbol symbol;
    if (elf_open(&image, bytes, size, &rules) != ELF_OK)
        return 0;
    check_image(&image, &rules);
    for (uint64_t address = image.low; address < image.high; address += 0x333) {
        if (elf_symbol_find(&image, address, &symbol))
            fuzz_check(symbol.address <= address && strlen(symbol.name) < size);
    }
    return 0;
}
