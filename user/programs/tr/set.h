// SPDX-License-Identifier: MIT
//
// The sets of bytes of tr: single bytes, ranges `a-z`, `\n` `\t` `\r` `\\` and `\NNN` in octal, and classes
// as
// `[:upper:]`. Pure.

#ifndef TR_SET_H
#define TR_SET_H

#include <base/types.h>

enum { SET_MAX = 1024 };

// In the order in which they were named, which is what counts for translations.
struct set {
    size_t count;
    uint8_t bytes[SET_MAX];
};

enum set_result { SET_OK, SET_TOO_LONG, SET_BAD_RANGE, SET_BAD_ESCAPE, SET_BAD_CLASS };

const char *set_result_text(enum set_result result);
[[nodiscard]] enum set_result set_parse(struct set *set, const char *text);

#endif
