// SPDX-License-Identifier: MIT
//
// The tags of a multiboot2 boot information, read without trust: a tag that does not lie within the
// information ends the list, and what is too short for its kind is as if it were not there. Pure functions on
// the bytes [information, information + total_size), which the caller has mapped. No hardware, so host tests
// compile them as well. Source: Multiboot2 specification 2.0, 3.6.

#ifndef BOOT_MULTIBOOT2_TAGS_H
#define BOOT_MULTIBOOT2_TAGS_H

#include "multiboot2.h"

// The first tag of `type` behind `previous` (null: from the start); null when there is none.
const struct multiboot2_tag *multiboot2_tag_next(const struct multiboot2_information *information,
                                                 enum multiboot2_tag_type type,
                                                 const struct multiboot2_tag *previous);

// The module behind `previous`, likewise. Its string ends within it.
const struct multiboot2_module *multiboot2_module_next(const struct multiboot2_information *information,
                                                       const struct multiboot2_module *previous);

// How many entries the memory map has; 0 when it is damaged. `tag` is of type MULTIBOOT2_TAG_MEMORY_MAP.
size_t multiboot2_memory_count(const struct multiboot2_tag *tag);
struct multiboot2_memory_entry multiboot2_memory_entry_get(const struct multiboot2_tag *tag, size_t index);

// A framebuffer of direct colours; null when there is none.
const struct multiboot2_framebuffer *
multiboot2_framebuffer_find(const struct multiboot2_information *information);

#endif
