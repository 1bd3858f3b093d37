// SPDX-License-Identifier: MIT
//
// Patterns: basic regular expressions (`.`, `[abc]`, `[a-z]`, `[^x]`, `*` behind one of them or a byte, `^`
// at the start, `$` at the end, backslash before what is meant as it is), or fixed strings. Bytes, not
// characters of UTF-8. Pure. Matching follows all places of the pattern at once, so a line costs its length
// times the pattern's, whatever the pattern is.

#ifndef GREP_MATCH_H
#define GREP_MATCH_H

#include <base/types.h>

enum { PATTERN_ITEMS_MAX = 255 };

enum pattern_result {
    PATTERN_OK,
    PATTERN_TOO_LONG,
    PATTERN_OPEN_SET,   // `[` is not closed
    PATTERN_BAD_RANGE,  // `[z-a]`
    PATTERN_BAD_ESCAPE, // a backslash at the end, or before what other programs give a meaning
};

const char *pattern_result_text(enum pattern_result result);

// One byte of a set, as often as it comes when `star`.
struct pattern_item {
    uint64_t set[4];
    bool star;
};

struct pattern {
    bool at_start; // `^`
    bool at_end;   // `$`
    size_t count;
    struct pattern_item items[PATTERN_ITEMS_MAX];
};

[[nodiscard]] enum pattern_result pattern_parse(struct pattern *pattern, const char *text, bool fixed,
                                                bool ignore_case);
// Whether the pattern occurs in the line.
bool pattern_matches(const struct pattern *pattern, const char *line, size_t length);

#endif
