// SPDX-License-Identifier: MIT
//
// See wildcard.h. UTF-8 sorts as its code points do, so characters are compared as bytes and never decoded.

#include "wildcard.h"
#include <base/string.h>

// A character; a byte that is no UTF-8 is one of its own.
struct character {
    const char *start;
    size_t length;
};

static struct character character_at(const char *at, const char *end) {
    struct character character = {at, 1};
    if ((unsigned char)*at < 0xc0)
        return character;
    while (at + character.length < end && ((unsigned char)at[character.length] & 0xc0) == 0x80)
        character.length++;
    return character;
}

static int compare(struct character a, struct character b) {
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.start, b.start, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

// The character that a pattern means at *at, which moves behind it.
static struct character meant_take(const char **at, const char *end) {
    if (**at == '\\' && *at + 1 < end)
        ++*at;
    struct character character = character_at(*at, end);
    *at += character.length;
    return character;
}

// At a `[`: moves behind its `]` and says whether the set has the character. False: no `]` closes it.
static bool set_take(const char **pattern, const char *end, struct character character, bool *has) {
    const char *at = *pattern + 1;
    bool others = at < end && (*at == '!' || *at == '^');
    bool found = false;
    at += others;
    for (const char *first = at; at < end && (at == first || *at != ']');) {
        struct character low = meant_take(&at, end), high = low;
        if (end - at >= 2 && at[0] == '-' && at[1] != ']') {
            at++;
            high = meant_take(&at, end);
        }
        found = found || (compare(low, character) <= 0 && compare(character, high) <= 0);
    }
    if (at >= end)
        return false;
    *pattern = at + 1;
    *has = found != others;
    return true;
}

// Whether what stands at *pattern, which is no `*`, can be this character; *pattern moves behind it.
static bool one_matches(const char **pattern, const char *end, struct character character) {
    bool has = false;
    if (**pattern == '?') {
        ++*pattern;
        return true;
    }
    if (**pattern == '[' && set_take(pattern, end, character, &has))
        return has;
    return compare(meant_take(pattern, end), character) == 0;
}

// Only the last `*` is ever tried again: what stands before it has matched as early as it can.
bool wildcard_matches(const char *pattern, size_t length, const char *name) {
    const char *end = pattern + length, *name_end = name + strlen(name);
    const char *behind_star = nullptr, *star_name = nullptr;
    while (name < name_end) {
        struct character character = character_at(name, name_end);
        const char *next = pattern;
        if (pattern < end && *pattern == '*') {
            behind_star = ++pattern;
            star_name = name;
        } else if (pattern < end && one_matches(&next, end, character)) {
            pattern = next;
            name += character.length;
        } else if (behind_star != nullptr) {
            star_name += character_at(star_name, name_end).length;
            name = star_name;
            pattern = behind_star;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

bool wildcard_is_sign(char byte) {
    return byte != 0 && strchr("*?[]!^-\\", byte) != nullptr;
}

bool wildcard_present(const char *pattern, size_t length) {
    const char *end = pattern + length;
    bool has;
    for (const char *at = pattern; at < end; at++) {
        const char *set = at;
        if (*at == '*' || *at == '?' || (*at == '[' && set_take(&set, end, (struct character){at, 1}, &has)))
            return true;
        at += *at == '\\';
    }
    return false;
}

size_t wildcard_unquote(char *pattern, size_t length) {
    size_t left = 0;
    for (size_t i = 0; i < length; i++) {
        i += pattern[i] == '\\' && i + 1 < length;
        pattern[left++] = pattern[i];
    }
    return left;
}
