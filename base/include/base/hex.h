// SPDX-License-Identifier: MIT
//
// Hexadecimal text to bytes, for command lines that carry arbitrary bytes as letters and digits.

#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <base/types.h>

// The value of a hexadecimal digit, -1 for any other character.
int hex_digit(char character);

// Decodes `length` digits into at most `size` bytes. False, with nothing promised about `bytes`, when the
// count is odd, a character is no digit or the bytes do not fit; else *decoded is the count of bytes.
[[nodiscard]] bool hex_decode(const char *digits, size_t length, uint8_t *bytes, size_t size,
                              size_t *decoded);

#endif
