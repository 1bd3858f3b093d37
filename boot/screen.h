// SPDX-License-Identifier: MIT
//
// The screen that the kernel is told of.

#ifndef BOOT_SCREEN_H
#define BOOT_SCREEN_H

#include "boot.h"

// Collects what is known of the screen.
void screen_describe(struct boot *boot);

// Sets a mode of this size, and of this depth unless that is 0. False when the platform has none.
[[nodiscard]] bool screen_set(uint64_t width, uint64_t height, uint64_t bits);

#endif
