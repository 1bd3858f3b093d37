// SPDX-License-Identifier: MIT
//
// Text of others on a terminal: control characters would move its cursor and paint over the lines of others.

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <base/string.h>
#include <base/types.h>

enum { TEXT_REPLACEMENT = 0xfffd }; // stands for what is no character (Unicode, U+FFFD)

// Replaces each byte by `?` that belongs to a control character (C0, DEL, C1) or is not UTF-8. What `allowed`
// names, as "\n\t", stays.
void text_make_plain(char *text, size_t length, const char *allowed);

#endif
