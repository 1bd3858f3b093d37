// SPDX-License-Identifier: MIT
//
// See set.h.

#include "set.h"
#include <base/string.h>

static const char *const result_texts[] = {
    [SET_OK] = "a set",
    [SET_TOO_LONG] = "the set is too long",
    [SET_BAD_RANGE] = "a range runs backwards",
    [SET_BAD_ESCAPE] = "behind a backslash stand n, t, r, \\, -, [, ] or up to three octal digits",
    [SET_BAD_CLASS] = "there is no such class",
};

const char *set_result_text(enum set_result result) {
    return (size_t)result < array_length(result_texts) ? result_texts[result] : "unknown";
}

static const struct {
    const char *name;
    const char *ranges; // pairs of first and last byte
} classes[] = {
    {"[:alnum:]", "09AZaz"}, {"[:alpha:]", "AZaz"}, {"[:blank:]", "\t\t  "},
    {"[:digit:]", "09"},     {"[:lower:]", "az"},   {"[:punct:]", "!/:@[`{~"},
    {"[:space:]", "\t\r  "}, {"[:upper:]", "AZ"},   {"[:xdigit:]", "09AFaf"},
};

static bool range_add(struct set *set, uint8_t low, uint8_t high) {
    for (unsigned byte = low; byte <= high; byte++) {
        if (set->count == SET_MAX)
            return false;
        set->bytes[set->count++] = (uint8_t)byte;
    }
    return true;
}

static enum set_result class_parse(struct set *set, const char **text) {
    for (size_t i = 0; i < array_length(classes); i++) {
        size_t length = strlen(classes[i].name);
        if (strncmp(*text, classes[i].name, length) != 0)
            continue;
        for (const char *range = classes[i].ranges; *range != 0; range += 2) {
            if (!range_add(set, (uint8_t)range[0], (uint8_t)range[1]))
                return SET_TOO_LONG;
        }
        *text += length;
        return SET_OK;
    }
    return SET_BAD_CLASS;
}

static bool octal_parse(const char **text, uint8_t *byte) {
    unsigned value = 0, digits = 0;
    for (; digits < 3 && **text >= '0' && **text <= '7'; digits++)
        value = value * 8 + (unsigned)(*(*text)++ - '0');
    *byte = (uint8_t)value;
    return digits > 0 && value < 256;
}

// One byte, perhaps behind a backslash.
static enum set_result byte_parse(const char **text, uint8_t *byte) {
    static const char from[] = "ntr\\-[]", to[] = "\n\t\r\\-[]";
    *byte = (uint8_t)*(*text)++;
    if (*byte != '\\')
        return SET_OK;
    const char *found = **text != 0 ? strchr(from, **text) : nullptr;
    if (found == nullptr)
        return octal_parse(text, byte) ? SET_OK : SET_BAD_ESCAPE;
    *byte = (uint8_t)to[found - from];
    (*text)++;
    return SET_OK;
}

static enum set_result part_parse(struct set *set, const char **text) {
    uint8_t low, high;
    if ((*text)[0] == '[' && (*text)[1] == ':')
        return class_parse(set, text);
    enum set_result result = byte_parse(text, &low);
    high = low;
    if (result == SET_OK && (*text)[0] == '-' && (*text)[1] != 0) {
        (*text)++;
        result = byte_parse(text, &high);
    }
    if (result != SET_OK)
        return result;
    if (high < low)
        return SET_BAD_RANGE;
    return range_add(set, low, high) ? SET_OK : SET_TOO_LONG;
}

enum set_result set_parse(struct set *set, const char *text) {
    enum set_result result = SET_OK;
    set->count = 0;
    while (*text != 0 && result == SET_OK)
        result = part_parse(set, &text);
    return result;
}
