// SPDX-License-Identifier: MIT
//
// See key.h. Source: ECMA-48 8.3 (CUU, CUD, CUF, CUB) and xterm's application mode (SS3); for the keyboard
// the IBM PC AT Technical Reference, scan code set 1, which the controller translates to.

#include "key.h"

#define ESCAPE    0x1b
#define AFTER_CSI '['
#define EXTENDED  0xe0
#define RELEASED  0x80

enum key key_of_terminal(struct key_decoder *decoder, uint8_t byte) {
    static const enum key finals['H' + 1] = {
        ['A'] = KEY_UP,   ['B'] = KEY_DOWN, ['C'] = KEY_RIGHT,
        ['D'] = KEY_LEFT, ['F'] = KEY_END,  ['H'] = KEY_HOME,
    };
    if (byte == ESCAPE) {
        decoder->state = ESCAPE;
        return KEY_NONE;
    }
    uint8_t state = decoder->state;
    decoder->state = 0;
    if (state == ESCAPE && (byte == '[' || byte == 'O')) {
        decoder->state = AFTER_CSI;
        return KEY_NONE;
    }
    if (state == AFTER_CSI && byte >= 0x20) {
        // Parameters come before the final byte.
        bool is_final = byte >= 0x40;
        decoder->state = is_final ? 0 : AFTER_CSI;
        enum key key = byte < array_length(finals) ? finals[byte] : KEY_NONE;
        return is_final && key == KEY_NONE ? KEY_OTHER : key;
    }
    // The key Escape itself has no end: what comes behind it counts for itself, as behind half a sequence.
    return byte == '\r' || byte == '\n' ? KEY_ENTER : KEY_OTHER;
}

enum key key_of_keyboard(struct key_decoder *decoder, uint8_t byte) {
    bool extended = decoder->state == EXTENDED;
    decoder->state = 0;
    if (byte == EXTENDED) {
        decoder->state = EXTENDED;
        return KEY_NONE;
    }
    if (byte & RELEASED)
        return KEY_NONE;
    switch (byte) {
    case 0x1c:
        return KEY_ENTER;
    case 0x48:
        return KEY_UP;
    case 0x50:
        return KEY_DOWN;
    case 0x4b:
        return KEY_LEFT;
    case 0x4d:
        return KEY_RIGHT;
    case 0x47:
        return KEY_HOME;
    case 0x4f:
        return KEY_END;
    default:
        // An extended key's shift is no key of its own.
        return extended && (byte == 0x2a || byte == 0x36) ? KEY_NONE : KEY_OTHER;
    }
}
