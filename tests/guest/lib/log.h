// SPDX-License-Identifier: MIT
//
// The kernel's log as a test looks into it.

#ifndef GUEST_LOG_H
#define GUEST_LOG_H

#include <base/types.h>

// Whether the text stands in a line of the log; `line` is then that line, the last one of them, cut to `size`
// bytes with its NUL. Fails the test when the log cannot be read.
bool log_find(const char *text, char *line, size_t size);

#endif
