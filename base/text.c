// SPDX-License-Identifier: MIT
//
// See base/text.h. UTF-8 as in Unicode 15, table 3-7, but for the ranges of the second byte, which only tell
// overlong forms and surrogates: they are no control characters.

#include <base/text.h>

static size_t sequence_length(unsigned char lead) {
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

static bool is_continuation(unsigned char byte) {
    return byte >= 0x80 && byte <= 0xbf;
}

// Length of the character at the front: 1 for ASCII, 0 when these bytes are none.
static size_t character_length(const unsigned char *bytes, size_t length) {
    size_t wanted = sequence_length(bytes[0]);
    if (wanted == 1)
        return bytes[0] < 0x80;
    if (wanted > length)
        return 0;
    for (size_t i = 1; i < wanted; i++) {
        if (!is_continuation(bytes[i]))
            return 0;
    }
    return wanted;
}

// U+0080 to U+009F are as good as an escape for a terminal.
static bool is_control(const unsigned char *bytes, size_t length) {
    return length == 1 ? bytes[0] < ' ' || bytes[0] == 0x7f : bytes[0] == 0xc2 && bytes[1] < 0xa0;
}

void text_make_plain(char *text, size_t length, const char *allowed) {
    unsigned char *bytes = (unsigned char *)text;
    for (size_t i = 0; i < length;) {
        size_t part = character_length(bytes + i, length - i);
        bool plain = part > 0 && !is_control(bytes + i, part);
        if (part == 1 && bytes[i] != 0 && strchr(allowed, text[i]) != nullptr)
            plain = true;
        part = part > 0 ? part : 1;
        if (!plain)
            memset(text + i, '?', part);
        i += part;
    }
}
