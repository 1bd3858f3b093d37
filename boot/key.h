// SPDX-License-Identifier: MIT
//
// Keys of the menu, and how they are made of the bytes of a terminal (ECMA-48 sequences) and of a PC keyboard
// (scan code set 1). A decoder is fed one byte at a time and may be fed anything.

#ifndef BOOT_KEY_H
#define BOOT_KEY_H

#include <base/types.h>

enum key {
    KEY_NONE,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_ENTER,
    KEY_OTHER,
};

struct key_decoder {
    uint8_t state; // what came before that is no key yet; 0: nothing
};

enum key key_of_terminal(struct key_decoder *decoder, uint8_t byte);
enum key key_of_keyboard(struct key_decoder *decoder, uint8_t byte);

#endif
