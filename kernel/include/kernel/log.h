// SPDX-License-Identifier: MIT
//
// The kernel log: a ring of text with time stamps, read by the log server, echoed to the early console until
// a driver takes it.
#pragma once
#include <base/log_level.h>
#include <stddef.h>
#include <stdint.h>

// One line; a newline is added. At most LOG_LINE_MAX bytes are kept.
[[gnu::format(printf, 2, 3)]] void log_line(enum log_level level, const char *format, ...);
// A line of a program (log_write), or several, each with the letter of its level and a blank in front, or
// else LOG_INFO. A newline is added if it lacks one; control characters appear as '?'. At most LOG_LINE_MAX
// bytes are kept.
void log_text(const char *text, size_t length);
// Copies from a position on; returns bytes, sets *next. Text that was overwritten is skipped.
size_t log_copy(uint64_t position, void *buffer, size_t room, uint64_t *next);
// The last `most` bytes, for a panic.
size_t log_tail(char *buffer, size_t most);
