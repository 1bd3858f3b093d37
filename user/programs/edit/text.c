// SPDX-License-Identifier: MIT
//
// See text.h.

#include "text.h"
#include <base/string.h>
#include <user/heap.h>

enum { GAP_LEAST = 4096 };

static void gap_move(struct text *text, size_t at) {
    char *bytes = text->bytes;
    if (at < text->gap) {
        memmove(bytes + at + text->gap_length, bytes + at, text->gap - at);
    } else if (at > text->gap) {
        memmove(bytes + text->gap, bytes + text->gap + text->gap_length, at - text->gap);
    }
    text->gap = at;
}

// Makes the gap at least so long.
static bool gap_grow(struct text *text, size_t least) {
    size_t room;
    if (text->gap_length >= least)
        return true;
    if (ckd_add(&room, text->room, least) || ckd_add(&room, room, text->room / 2 + GAP_LEAST))
        return false;
    char *bytes = heap_allocate(room);
    if (bytes == nullptr)
        return false;
    size_t behind = text_length(text) - text->gap;
    memcpy(bytes, text->bytes, text->gap);
    memcpy(bytes + room - behind, text->bytes + text->room - behind, behind);
    heap_free(text->bytes);
    text->bytes = bytes;
    text->gap_length += room - text->room;
    text->room = room;
    return true;
}

bool text_init(struct text *text, const char *bytes, size_t length) {
    *text = (struct text){};
    text->bytes = heap_allocate(GAP_LEAST);
    if (text->bytes == nullptr)
        return false;
    text->room = text->gap_length = GAP_LEAST;
    if (text_insert(text, 0, bytes, length))
        return true;
    text_fini(text);
    return false;
}

void text_fini(struct text *text) {
    heap_free(text->bytes);
    *text = (struct text){};
}

bool text_insert(struct text *text, size_t at, const char *bytes, size_t length) {
    if (!gap_grow(text, length))
        return false;
    gap_move(text, at);
    memcpy(text->bytes + text->gap, bytes, length);
    text->gap += length;
    text->gap_length -= length;
    return true;
}

void text_remove(struct text *text, size_t at, size_t length) {
    gap_move(text, at);
    text->gap_length += length;
}

void text_copy(const struct text *text, size_t at, size_t length, char *out) {
    size_t before = at < text->gap ? min_u64(length, text->gap - at) : 0;
    memcpy(out, text->bytes + at, before);
    memcpy(out + before, text->bytes + at + before + text->gap_length, length - before);
}

size_t text_line_start(const struct text *text, size_t at) {
    while (at > 0 && text_at(text, at - 1) != '\n')
        at--;
    return at;
}

size_t text_line_end(const struct text *text, size_t at) {
    while (at < text_length(text) && text_at(text, at) != '\n')
        at++;
    return at;
}

static bool is_continuation(char byte) {
    return ((uint8_t)byte & 0xc0) == 0x80;
}

size_t text_back(const struct text *text, size_t at) {
    if (at == 0)
        return 0;
    size_t start = at - 1;
    for (int i = 0; i < 3 && start > 0 && is_continuation(text_at(text, start)); i++)
        start--;
    // Where the way on does not lead back here, the bytes were no character.
    return text_on(text, start) == at ? start : at - 1;
}

size_t text_on(const struct text *text, size_t at) {
    size_t length = text_length(text);
    if (at >= length)
        return length;
    uint8_t first = (uint8_t)text_at(text, at);
    size_t count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
    for (size_t i = 1; i < count; i++) {
        if (at + i >= length || !is_continuation(text_at(text, at + i)))
            return at + 1;
    }
    return at + count;
}

static bool stands_at(const struct text *text, size_t at, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text_at(text, at + i) != bytes[i])
            return false;
    }
    return true;
}

bool text_find(const struct text *text, size_t from, const char *bytes, size_t length, size_t *at) {
    size_t whole = text_length(text);
    if (length == 0 || length > whole)
        return false;
    size_t places = whole - length + 1;
    for (size_t i = 0; i < places; i++) {
        size_t place = (from + i) % places;
        if (stands_at(text, place, bytes, length)) {
            *at = place;
            return true;
        }
    }
    return false;
}
