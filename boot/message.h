// SPDX-License-Identifier: MIT
//
// What the loader says to the person at the console. Every line begins with `tessera-loader: `.

#ifndef BOOT_MESSAGE_H
#define BOOT_MESSAGE_H

// One line; the newline is added.
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

// The end of every failure: says what is wrong, then stops the machine.
[[noreturn]] __attribute__((format(printf, 1, 2))) void stop(const char *format, ...);

#endif
