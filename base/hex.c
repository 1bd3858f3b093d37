// SPDX-License-Identifier: MIT
//
// See hex.h. Pure functions.

#include <base/hex.h>

int hex_digit(char character) {
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

bool hex_decode(const char *digits, size_t length, uint8_t *bytes, size_t size, size_t *decoded) {
    if (length % 2 != 0 || length / 2 > size)
        return false;
    for (size_t i = 0; i < length / 2; i++) {
        int high = hex_digit(digits[2 * i]);
        int low = hex_digit(digits[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    *decoded = length / 2;
    return true;
}
