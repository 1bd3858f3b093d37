// SPDX-License-Identifier: MIT
//
// boot/multiboot2/tags.c on arbitrary bytes, in a buffer that ends where the information says it ends:
// whatever is handed out lies within it, tags come in order, and each stands where the one before it ends.

#include "fuzz.h"
#include "../../boot/multiboot2/tags.h"
#include <stdlib.h>
#include <string.h>

static const struct multiboot2_information *information;

static void check_tag(const struct multiboot2_tag *tag) {
    uint64_t offset = (uint64_t)((const char *)tag - (const char *)information);
    fuzz_check(offset >= sizeof(*information) && offset % 8 == 0 && tag->size >= sizeof(*tag));
    fuzz_check(range_within(offset, tag->size, information->total_size));
}

// Walks all tags in the obvious way and counts those of one type.
static size_t count_tags(enum multiboot2_tag_type type) {
    size_t count = 0, total = information->total_size;
    for (size_t at = 8; at + 8 <= total;) {
        uint32_t head[2];
        memcpy(head, (const char *)information + at, sizeof(head));
        if (head[0] == MULTIBOOT2_TAG_END || head[1] < 8 || head[1] > total - at)
            break;
        count += head[0] == (uint32_t)type;
        at += (head[1] + (size_t)7) / 8 * 8;
    }
    return count;
}

static void check_tags(enum multiboot2_tag_type type) {
    const struct multiboot2_tag *tag = NULL, *before = NULL;
    size_t count = 0;
    while ((tag = multiboot2_tag_next(information, type, tag)) != NULL) {
        check_tag(tag);
        fuzz_check(tag->type == type && tag > before);
        before = tag;
        count++;
    }
    fuzz_check(count == count_tags(type));
}

static void check_modules(void) {
    const struct multiboot2_module *module = NULL;
    while ((module = multiboot2_module_next(information, module)) != NULL) {
        check_tag(&module->tag);
        fuzz_check(strlen(module->string) < module->tag.size - sizeof(*module));
    }
}

static void check_memory(void) {
    const struct multiboot2_tag *tag = multiboot2_tag_next(information, MULTIBOOT2_TAG_MEMORY_MAP, NULL);
    if (tag == NULL)
        return;
    size_t count = multiboot2_memory_count(tag);
    fuzz_check(count <= tag->size / sizeof(struct multiboot2_memory_entry));
    for (size_t i = 0; i < count; i++) {
        const struct multiboot2_memory_map *map = (const void *)tag;
        struct multiboot2_memory_entry entry = multiboot2_memory_entry_get(tag, i);
        size_t at = sizeof(*map) + i * map->entry_size;
        fuzz_check(at + map->entry_size <= tag->size);
        fuzz_check(memcmp(&entry, (const char *)tag + at, sizeof(entry)) == 0);
    }
    // One more would not fit.
    const struct multiboot2_memory_map *map = (const void *)tag;
    fuzz_check(count == 0 || sizeof(*map) + (count + 1) * map->entry_size > tag->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint32_t total;
    if (size < sizeof(struct multiboot2_information))
        return 0;
    memcpy(&total, bytes, sizeof(total));
    // What GRUB says it wrote is there; a smaller number than that is the loader's to obey.
    total = total > size ? (uint32_t)size : total;
    total = total < sizeof(struct multiboot2_information) ? sizeof(struct multiboot2_information) : total;
    uint8_t *copy = malloc(total);
    fuzz_check(copy != NULL);
    memcpy(copy, bytes, total);
    memcpy(copy, &total, sizeof(total));
    information = (const void *)copy;
    check_tags(MULTIBOOT2_TAG_MODULE);
    check_tags(MULTIBOOT2_TAG_MEMORY_MAP);
    check_tags(MULTIBOOT2_TAG_FRAMEBUFFER);
    check_modules();
    check_memory();
    const struct multiboot2_framebuffer *framebuffer = multiboot2_framebuffer_find(information);
    if (framebuffer != NULL) {
        check_tag(&framebuffer->tag);
        fuzz_check(framebuffer->type == MULTIBOOT2_FRAMEBUFFER_RGB && framebuffer->tag.size >= 38);
    }
    free(copy);
    return 0;
}
