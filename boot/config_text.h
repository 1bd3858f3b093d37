// SPDX-License-Identifier: MIT
//
// Pieces of a configuration's text.

#ifndef BOOT_CONFIG_TEXT_H
#define BOOT_CONFIG_TEXT_H

#include <base/types.h>

// Bytes of the configuration; not terminated. `start` is null when the option was not given.
struct config_text {
    const char *start;
    size_t length;
    unsigned line;
};

// Whether a value is this word; capital letters count as small ones.
bool config_text_is(struct config_text text, const char *word);

// Blanks are spaces, tabs, and the carriage return before a line's end.
bool config_is_blank(char character);
struct config_text config_text_trim(struct config_text text);

// A decimal number that is nothing but digits. False too when it does not fit.
[[nodiscard]] bool config_text_number(struct config_text text, uint32_t *number);

[[nodiscard]] bool config_text_is_hexadecimal(struct config_text text);

#endif
