// SPDX-License-Identifier: MIT
//
// From a pattern (wildcard.h) to the files that there are: each part of a path may have signs, none of which
// means a slash or the dot that a name begins with.

#ifndef SH_GLOB_H
#define SH_GLOB_H

#include "fields.h"

// Adds the paths that a pattern stands for, sorted by their bytes, as they would be typed: relative to
// `directory` when the pattern is. Adds nothing when there is none, and where a folder cannot be read. False:
// they do not fit. Asks the file server, so it may block.
[[nodiscard]] bool glob_expand(const char *directory, const char *pattern, struct fields *fields);

#endif
