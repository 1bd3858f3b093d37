// SPDX-License-Identifier: MIT
//
// user/programs/grep/match.c: a pattern is the input up to its first newline, the line what stands behind.
// What the matcher says is what a plain search with backtracking says, as far as that comes to an end.

#include "fuzz.h"
#include "../../user/programs/grep/match.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct pattern pattern;
static const char *line;
static size_t length;
static unsigned steps;

static bool fits(size_t item, size_t at) {
    uint8_t byte = (uint8_t)line[at];
    return (pattern.items[item].set[byte / 64] >> byte % 64 & 1) != 0;
}

static bool search_at(size_t item, size_t at) {
    if (++steps > 200000)
        return false;
    if (item == pattern.count)
        return !pattern.at_end || at == length;
    if (!pattern.items[item].star)
        return at < length && fits(item, at) && search_at(item + 1, at + 1);
    for (;; at++) {
        if (search_at(item + 1, at))
            return true;
        if (at == length || !fits(item, at))
            return false;
    }
}

static bool search(void) {
    for (size_t at = 0; at <= (pattern.at_start ? 0 : length); at++) {
        if (search_at(0, at))
            return true;
    }
    return false;
}

static void check(const char *text, bool fixed, bool ignore_case) {
    steps = 0;
    if (pattern_parse(&pattern, text, fixed, ignore_case) != PATTERN_OK)
        return;
    bool found = pattern_matches(&pattern, line, length);
    bool expected = search();
    fuzz_check(found == expected || (steps > 200000 && found));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    memcpy(text, bytes, size);
    text[size] = 0;
    char *newline = memchr(text, '\n', size);
    line = newline ? newline + 1 : text + size;
    length = (size_t)(text + size - line);
    if (newline)
        *newline = 0;
    for (unsigned way = 0; way < 4; way++)
        check(text, way & 1, way & 2);
    fuzz_check(pattern_result_text(PATTERN_OPEN_SET) != NULL);
    free(text);
    return 0;
}
