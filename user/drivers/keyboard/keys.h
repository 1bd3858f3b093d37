// SPDX-License-Identifier: MIT
//
// From scan codes (IBM PC/AT, set 1, which keyboard controllers translate to) to the bytes that a terminal
// sends: UTF-8, control characters, and ECMA-48 sequences as xterm has them. Pure. Every byte sequence is
// taken; a lost release of a modifier is mended by its next press and release.

#ifndef KEYBOARD_KEYS_H
#define KEYBOARD_KEYS_H

#include <base/types.h>

enum { KEY_CODES = 128, KEY_BYTES_MAX = 12 };

// By scan code: what a key gives, 0: nothing. tools/keymapc makes them from layouts/*.toml.
struct layout {
    const char *name;
    bool has_altgr; // else the right Alt key is like the left one
    uint16_t plain[KEY_CODES];
    uint16_t shift[KEY_CODES];
    uint16_t altgr[KEY_CODES];
    bool is_letter[KEY_CODES]; // Caps Lock works as Shift does
};

extern const struct layout layouts[];
extern const size_t layout_count;

enum { LOCK_SCROLL = 1, LOCK_NUMBER = 2, LOCK_CAPS = 4 }; // as the keyboard's lights are numbered

struct keys {
    const struct layout *layout;
    unsigned held;  // modifiers
    unsigned locks; // LOCK_ bits
    bool extended;  // 0xe0 came
    unsigned skip;  // bytes of the Pause key that are left
};

void keys_init(struct keys *keys, const struct layout *layout);

// One byte from the keyboard. Returns how many bytes it gives.
size_t keys_feed(struct keys *keys, uint8_t code, char out[KEY_BYTES_MAX]);

#endif
