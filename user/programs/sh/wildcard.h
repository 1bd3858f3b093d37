// SPDX-License-Identifier: MIT
//
// Patterns of names, as POSIX has them for the shell (XCU 2.13): `*` any characters, `?` one, `[abc]` `[a-z]`
// one of these, `[!a]` or `[^a]` another one; what a backslash stands before means itself, and so does a `[`
// that no `]` closes. Characters are those of UTF-8; ranges go by code point. Pure.

#ifndef SH_WILDCARD_H
#define SH_WILDCARD_H

#include <base/types.h>

// Whether a byte means something in a pattern; one that shall not is given a backslash.
bool wildcard_is_sign(char byte);
// Whether a pattern stands for more than one name.
bool wildcard_present(const char *pattern, size_t length);
// Whether the whole name is one of those that the pattern stands for. Costs the length of the name times that
// of the pattern, whatever they are.
bool wildcard_matches(const char *pattern, size_t length, const char *name);
// Takes the backslashes away, in place, and says how many bytes are left. Ends no string.
size_t wildcard_unquote(char *pattern, size_t length);

#endif
