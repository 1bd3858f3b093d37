// SPDX-License-Identifier: MIT
//
// See fields.h.

#include "fields.h"
#include <base/string.h>

void fields_clear(struct fields *fields) {
    fields->count = fields->used = 0;
    fields->words[0] = nullptr;
}

bool fields_add(struct fields *fields, const char *text, size_t length) {
    if (fields->count == FIELDS_MAX || length >= FIELDS_SIZE - fields->used)
        return false;
    fields->words[fields->count++] = memcpy(fields->storage + fields->used, text, length);
    fields->words[fields->count] = nullptr;
    fields->used += length;
    fields->storage[fields->used++] = 0;
    return true;
}

void fields_copy(struct fields *to, const struct fields *from) {
    memcpy(to->storage, from->storage, from->used);
    to->used = from->used;
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        to->words[i] = to->storage + (from->words[i] - from->storage);
    to->words[to->count] = nullptr;
}
