// SPDX-License-Identifier: MIT
//
// See tags.h.

#include "tags.h"
#include <base/string.h>

// Null: behind the last tag, or what stands there reaches beyond the information.
static const struct multiboot2_tag *tag_at(const struct multiboot2_information *information,
                                           uint64_t offset) {
    if (!range_within(offset, sizeof(struct multiboot2_tag), information->total_size))
        return nullptr;
    const struct multiboot2_tag *tag = (const void *)((const char *)information + offset);
    if (tag->type == MULTIBOOT2_TAG_END || tag->size < sizeof *tag ||
        !range_within(offset, tag->size, information->total_size))
        return nullptr;
    return tag;
}

static uint64_t offset_behind(const struct multiboot2_information *information,
                              const struct multiboot2_tag *tag) {
    uint64_t offset = (uint64_t)((const char *)tag - (const char *)information);
    return offset + align_up((uint64_t)tag->size, 8);
}

const struct multiboot2_tag *multiboot2_tag_next(const struct multiboot2_information *information,
                                                 enum multiboot2_tag_type type,
                                                 const struct multiboot2_tag *previous) {
    uint64_t offset = previous == nullptr ? sizeof *information : offset_behind(information, previous);
    const struct multiboot2_tag *tag = tag_at(information, offset);
    while (tag != nullptr && tag->type != type)
        tag = tag_at(information, offset_behind(information, tag));
    return tag;
}

const struct multiboot2_module *multiboot2_module_next(const struct multiboot2_information *information,
                                                       const struct multiboot2_module *previous) {
    const struct multiboot2_tag *tag = previous == nullptr ? nullptr : &previous->tag;
    while ((tag = multiboot2_tag_next(information, MULTIBOOT2_TAG_MODULE, tag)) != nullptr) {
        const struct multiboot2_module *module = (const void *)tag;
        if (tag->size > sizeof *module && memchr(module->string, 0, tag->size - sizeof *module) != nullptr)
            return module;
    }
    return nullptr;
}

size_t multiboot2_memory_count(const struct multiboot2_tag *tag) {
    const struct multiboot2_memory_map *map = (const void *)tag;
    if (tag->size < sizeof *map || map->entry_size < sizeof(struct multiboot2_memory_entry))
        return 0;
    return (tag->size - sizeof *map) / map->entry_size;
}

struct multiboot2_memory_entry multiboot2_memory_entry_get(const struct multiboot2_tag *tag, size_t index) {
    const struct multiboot2_memory_map *map = (const void *)tag;
    struct multiboot2_memory_entry entry;
    memcpy(&entry, (const char *)(map + 1) + index * map->entry_size, sizeof entry);
    return entry;
}

const struct multiboot2_framebuffer *
multiboot2_framebuffer_find(const struct multiboot2_information *information) {
    const struct multiboot2_tag *tag = multiboot2_tag_next(information, MULTIBOOT2_TAG_FRAMEBUFFER, nullptr);
    const struct multiboot2_framebuffer *framebuffer = (const void *)tag;
    if (tag == nullptr || tag->size < offsetof(struct multiboot2_framebuffer, blue_size) + 1 ||
        framebuffer->type != MULTIBOOT2_FRAMEBUFFER_RGB)
        return nullptr;
    return framebuffer;
}
