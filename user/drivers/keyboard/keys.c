// SPDX-License-Identifier: MIT
//
// See keys.h. Scan codes: Microsoft, "Keyboard Scan Code Specification", revision 1.3a, appendix A.
// Sequences: xterm's ctlseqs, "PC-Style Function Keys".

#include "keys.h"
#include <base/format.h>

enum {
    CODE_EXTENDED = 0xe0,
    CODE_PAUSE = 0xe1,
    CODE_RELEASED = 0x80,
    PAUSE_REST = 5, // of the Pause key's bytes: e1 1d 45 e1 9d c5
    KEY_ESCAPE = 0x01,
    KEY_BACKSPACE = 0x0e,
    KEY_TAB = 0x0f,
    KEY_ENTER = 0x1c,
    KEY_CONTROL = 0x1d,
    KEY_SHIFT_LEFT = 0x2a,
    KEY_SHIFT_RIGHT = 0x36,
    KEY_SLASH = 0x35,
    KEY_ALT = 0x38,
    KEY_SPACE = 0x39,
    KEY_CAPS_LOCK = 0x3a,
    KEY_NUMBER_LOCK = 0x45,
    KEY_SCROLL_LOCK = 0x46,
    KEYPAD_FIRST = 0x47,
    KEYPAD_LAST = 0x53,
    KEYPAD_TIMES = 0x37,
    ESCAPE = 27,
    DELETE = 127,
};

enum {
    SHIFT_LEFT = 1 << 0,
    SHIFT_RIGHT = 1 << 1,
    SHIFT = SHIFT_LEFT | SHIFT_RIGHT,
    CONTROL_LEFT = 1 << 2,
    CONTROL_RIGHT = 1 << 3,
    CONTROL = CONTROL_LEFT | CONTROL_RIGHT,
    ALT_LEFT = 1 << 4,
    ALT_RIGHT = 1 << 5,
};

// Keys that give a sequence: CSI and a letter, or CSI, a number and '~'. Those of the keypad have the same
// scan codes without the prefix.
struct sequence_key {
    uint8_t code;
    uint8_t number; // 0: a letter
    char letter;
};

static const struct sequence_key cursor_keys[] = {
    {0x47, 0, 'H'}, {0x48, 0, 'A'}, {0x49, 5, 0}, {0x4b, 0, 'D'}, {0x4c, 0, 'E'}, {0x4d, 0, 'C'},
    {0x4f, 0, 'F'}, {0x50, 0, 'B'}, {0x51, 6, 0}, {0x52, 2, 0},   {0x53, 3, 0},
};

// F1 to F4 are SS3 and a letter when no modifier is held.
static const struct sequence_key function_keys[] = {
    {0x3b, 0, 'P'}, {0x3c, 0, 'Q'}, {0x3d, 0, 'R'}, {0x3e, 0, 'S'}, {0x3f, 15, 0}, {0x40, 17, 0},
    {0x41, 18, 0},  {0x42, 19, 0},  {0x43, 20, 0},  {0x44, 21, 0},  {0x57, 23, 0}, {0x58, 24, 0},
};

void keys_init(struct keys *keys, const struct layout *layout) {
    *keys = (struct keys){.layout = layout, .locks = LOCK_NUMBER};
}

static bool has_alt(const struct keys *keys) {
    unsigned alt = keys->layout->has_altgr ? ALT_LEFT : ALT_LEFT | ALT_RIGHT;
    return (keys->held & alt) != 0;
}

// ---- output

static size_t utf8_put(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

// A character, changed by Ctrl and Alt.
static size_t character_put(const struct keys *keys, uint32_t code, char out[KEY_BYTES_MAX]) {
    size_t length = 0;
    if (has_alt(keys))
        out[length++] = ESCAPE;
    if ((keys->held & CONTROL) != 0 && ((code >= '@' && code <= '_') || (code >= 'a' && code <= 'z')))
        code &= 0x1f;
    if ((keys->held & CONTROL) != 0 && code == ' ')
        code = 0;
    return length + utf8_put(code, out + length);
}

static const struct sequence_key *sequence_find(const struct sequence_key *from, size_t count, uint8_t code) {
    for (size_t i = 0; i < count; i++) {
        if (from[i].code == code)
            return &from[i];
    }
    return nullptr;
}

static size_t sequence_put(const struct keys *keys, const struct sequence_key *key, bool is_function,
                           char out[KEY_BYTES_MAX]) {
    unsigned modifiers = ((keys->held & SHIFT) != 0 ? 1u : 0) + (has_alt(keys) ? 2u : 0) +
                         ((keys->held & CONTROL) != 0 ? 4u : 0);
    char text[KEY_BYTES_MAX + 1];
    size_t length;
    if (key->number == 0 && modifiers == 0) {
        length = format_buffer(text, sizeof(text), "\x1b%c%c", is_function ? 'O' : '[', key->letter);
    } else if (key->number == 0) {
        length = format_buffer(text, sizeof(text), "\x1b[1;%u%c", modifiers + 1, key->letter);
    } else if (modifiers == 0) {
        length = format_buffer(text, sizeof(text), "\x1b[%u~", (unsigned)key->number);
    } else {
        length = format_buffer(text, sizeof(text), "\x1b[%u;%u~", (unsigned)key->number, modifiers + 1);
    }
    for (size_t i = 0; i < length; i++)
        out[i] = text[i];
    return length;
}

// ---- keys

// The bit of a modifier, 0 for other keys. With the prefix, Shift is no key: keyboards send it around others.
static unsigned modifier_of(uint8_t code, bool extended) {
    switch (code) {
    case KEY_SHIFT_LEFT:
        return extended ? 0 : SHIFT_LEFT;
    case KEY_SHIFT_RIGHT:
        return extended ? 0 : SHIFT_RIGHT;
    case KEY_CONTROL:
        return extended ? CONTROL_RIGHT : CONTROL_LEFT;
    case KEY_ALT:
        return extended ? ALT_RIGHT : ALT_LEFT;
    default:
        return 0;
    }
}

static unsigned lock_of(uint8_t code) {
    switch (code) {
    case KEY_CAPS_LOCK:
        return LOCK_CAPS;
    case KEY_NUMBER_LOCK:
        return LOCK_NUMBER;
    case KEY_SCROLL_LOCK:
        return LOCK_SCROLL;
    default:
        return 0;
    }
}

static uint32_t layout_find(const struct keys *keys, uint8_t code) {
    const struct layout *layout = keys->layout;
    if (layout->has_altgr && (keys->held & ALT_RIGHT) != 0)
        return layout->altgr[code];
    bool shifted = (keys->held & SHIFT) != 0;
    if ((keys->locks & LOCK_CAPS) != 0 && layout->is_letter[code])
        shifted = !shifted;
    return shifted ? layout->shift[code] : layout->plain[code];
}

static size_t keypad_put(const struct keys *keys, uint8_t code, char out[KEY_BYTES_MAX]) {
    static const char digits[] = "789-456+1230.";
    bool is_sign = code == 0x4a || code == 0x4e;
    if (is_sign || ((keys->locks & LOCK_NUMBER) != 0 && (keys->held & SHIFT) == 0))
        return character_put(keys, (uint8_t)digits[code - KEYPAD_FIRST], out);
    const struct sequence_key *key = sequence_find(cursor_keys, array_length(cursor_keys), code);
    return key != nullptr ? sequence_put(keys, key, false, out) : 0;
}

static size_t extended_put(const struct keys *keys, uint8_t code, char out[KEY_BYTES_MAX]) {
    if (code == KEY_ENTER)
        return character_put(keys, '\r', out);
    if (code == KEY_SLASH)
        return character_put(keys, '/', out);
    const struct sequence_key *key = sequence_find(cursor_keys, array_length(cursor_keys), code);
    return key != nullptr ? sequence_put(keys, key, false, out) : 0;
}

static size_t plain_put(const struct keys *keys, uint8_t code, char out[KEY_BYTES_MAX]) {
    const struct sequence_key *key = sequence_find(function_keys, array_length(function_keys), code);
    static const struct sequence_key tab_back = {.letter = 'Z'};
    if (key != nullptr)
        return sequence_put(keys, key, true, out);
    if (code >= KEYPAD_FIRST && code <= KEYPAD_LAST)
        return keypad_put(keys, code, out);
    switch (code) {
    case KEY_ESCAPE:
        return character_put(keys, ESCAPE, out);
    case KEY_BACKSPACE:
        return character_put(keys, DELETE, out);
    case KEY_TAB:
        if ((keys->held & SHIFT) != 0 && (keys->held & CONTROL) == 0 && !has_alt(keys)) {
            const struct keys without = {.layout = keys->layout};
            return sequence_put(&without, &tab_back, false, out);
        }
        return character_put(keys, '\t', out);
    case KEY_ENTER:
        return character_put(keys, '\r', out);
    case KEY_SPACE:
        return character_put(keys, ' ', out);
    case KEYPAD_TIMES:
        return character_put(keys, '*', out);
    default:
        break;
    }
    uint32_t character = layout_find(keys, code);
    return character != 0 ? character_put(keys, character, out) : 0;
}

size_t keys_feed(struct keys *keys, uint8_t code, char out[KEY_BYTES_MAX]) {
    if (keys->skip > 0) {
        keys->skip--;
        return 0;
    }
    if (code == CODE_EXTENDED || code == CODE_PAUSE) {
        keys->extended = code == CODE_EXTENDED;
        keys->skip = code == CODE_PAUSE ? PAUSE_REST : 0;
        return 0;
    }
    bool extended = keys->extended;
    bool released = (code & CODE_RELEASED) != 0;
    code &= CODE_RELEASED - 1;
    keys->extended = false;
    unsigned modifier = modifier_of(code, extended);
    if (modifier != 0) {
        keys->held = released ? keys->held & ~modifier : keys->held | modifier;
        return 0;
    }
    if (released)
        return 0;
    if (lock_of(code) != 0 && !extended) {
        keys->locks ^= lock_of(code);
        return 0;
    }
    return extended ? extended_put(keys, code, out) : plain_put(keys, code, out);
}
