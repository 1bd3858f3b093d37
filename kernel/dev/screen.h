// SPDX-License-Identifier: MIT
//
// The kernel's own use of the screen: its log until a program takes the framebuffer, and panics. Written to
// by one CPU at a time (the log's lock, or a panic). Without a framebuffer, or with one that cannot be drawn
// to, nothing happens.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <kernel/boot.h>

// The framebuffer, mapped at `pixels` for ever. What was logged so far appears on it.
void screen_start(const struct boot_framebuffer *framebuffer, void *pixels);
// Text with newlines, until the screen is taken. Boot log: scrolls. Panic: stops at the bottom, so that what
// comes first, which says most, stays.
void screen_write(const char *text, size_t length);
// A program mapped this physical range.
void screen_taken(uint64_t base, uint64_t length);
// The screen is the kernel's again, for the last time, and empty.
void screen_panic(void);
