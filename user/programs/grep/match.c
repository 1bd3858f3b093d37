// SPDX-License-Identifier: MIT
//
// See match.h. While a line is read, `places` is the set of items that the next byte may belong to; place
// number `count` stands for the end of the pattern.

#include "match.h"
#include <base/string.h>

enum { PLACE_WORDS = PATTERN_ITEMS_MAX / 64 + 1 };

static const char *const result_texts[] = {
    [PATTERN_OK] = "a pattern",
    [PATTERN_TOO_LONG] = "the pattern is too long",
    [PATTERN_OPEN_SET] = "a [ is not closed",
    [PATTERN_BAD_RANGE] = "a range in [ ] runs backwards",
    [PATTERN_BAD_ESCAPE] = "a backslash stands before what it cannot stand before",
};

const char *pattern_result_text(enum pattern_result result) {
    return (size_t)result < array_length(result_texts) ? result_texts[result] : "unknown";
}

// ---- patterns

static void set_add(uint64_t set[4], uint8_t byte) {
    set[byte / 64] |= 1ULL << byte % 64;
}

static bool set_has(const uint64_t set[4], uint8_t byte) {
    return (set[byte / 64] >> byte % 64 & 1) != 0;
}

static void set_ignore_case(uint64_t set[4]) {
    for (unsigned i = 0; i < 26; i++) {
        uint8_t lower = (uint8_t)('a' + i), upper = (uint8_t)('A' + i);
        if (set_has(set, lower) || set_has(set, upper)) {
            set_add(set, lower);
            set_add(set, upper);
        }
    }
}

static void set_invert(uint64_t set[4]) {
    for (size_t i = 0; i < 4; i++)
        set[i] = ~set[i];
}

// Behind `[`: up to and with the `]`. A `]` at the start, and a `-` at either end, mean themselves.
static enum pattern_result set_parse(const char **text, uint64_t set[4], bool ignore_case) {
    const char *at = *text;
    bool inverted = *at == '^';
    at += inverted;
    const char *start = at;
    for (; *at != ']' || at == start; at++) {
        if (*at == 0)
            return PATTERN_OPEN_SET;
        uint8_t low = (uint8_t)*at, high = low;
        if (at[1] == '-' && at[2] != ']' && at[2] != 0) {
            high = (uint8_t)at[2];
            at += 2;
        }
        if (high < low)
            return PATTERN_BAD_RANGE;
        for (unsigned byte = low; byte <= high; byte++)
            set_add(set, (uint8_t)byte);
    }
    if (ignore_case)
        set_ignore_case(set);
    if (inverted)
        set_invert(set);
    *text = at + 1;
    return PATTERN_OK;
}

// One byte, or what stands for one.
static enum pattern_result item_parse(const char **text, uint64_t set[4], bool fixed, bool ignore_case) {
    char byte = *(*text)++;
    if (!fixed && byte == '[')
        return set_parse(text, set, ignore_case);
    if (!fixed && byte == '.') {
        set_invert(set);
        return PATTERN_OK;
    }
    if (!fixed && byte == '\\') {
        byte = **text;
        if (byte == 0 || strchr(".*[]^$\\/-", byte) == nullptr)
            return PATTERN_BAD_ESCAPE;
        (*text)++;
    }
    set_add(set, (uint8_t)byte);
    if (ignore_case)
        set_ignore_case(set);
    return PATTERN_OK;
}

enum pattern_result pattern_parse(struct pattern *pattern, const char *text, bool fixed, bool ignore_case) {
    *pattern = (struct pattern){.at_start = !fixed && *text == '^'};
    text += pattern->at_start;
    while (*text != 0) {
        if (!fixed && text[0] == '$' && text[1] == 0) {
            pattern->at_end = true;
            break;
        }
        if (pattern->count == PATTERN_ITEMS_MAX)
            return PATTERN_TOO_LONG;
        struct pattern_item *item = &pattern->items[pattern->count++];
        enum pattern_result result = item_parse(&text, item->set, fixed, ignore_case);
        if (result != PATTERN_OK)
            return result;
        // At the start of a pattern it means itself, as item_parse() has it.
        for (; !fixed && *text == '*'; text++)
            item->star = true;
    }
    return PATTERN_OK;
}

// ---- lines

struct places {
    uint64_t bits[PLACE_WORDS];
};

// A place, and those behind it that can be reached without a byte.
static void place_add(const struct pattern *pattern, struct places *places, size_t place) {
    for (;; place++) {
        places->bits[place / 64] |= 1ULL << place % 64;
        if (place == pattern->count || !pattern->items[place].star)
            return;
    }
}

static bool place_has(const struct places *places, size_t place) {
    return (places->bits[place / 64] >> place % 64 & 1) != 0;
}

static struct places step(const struct pattern *pattern, const struct places *places, uint8_t byte) {
    struct places next = {};
    for (size_t i = 0; i < pattern->count; i++) {
        if (place_has(places, i) && set_has(pattern->items[i].set, byte))
            place_add(pattern, &next, pattern->items[i].star ? i : i + 1);
    }
    return next;
}

bool pattern_matches(const struct pattern *pattern, const char *line, size_t length) {
    struct places places = {};
    place_add(pattern, &places, 0);
    for (size_t i = 0; i < length; i++) {
        if (!pattern->at_end && place_has(&places, pattern->count))
            return true;
        places = step(pattern, &places, (uint8_t)line[i]);
        if (!pattern->at_start)
            place_add(pattern, &places, 0);
    }
    return place_has(&places, pattern->count);
}
