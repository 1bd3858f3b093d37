// SPDX-License-Identifier: MIT
//
// See config_text.h.

#include "config_text.h"
#include <base/string.h>

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

bool config_text_is(struct config_text text, const char *word) {
    size_t length = strlen(word);
    if (text.length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (lower(text.start[i]) != lower(word[i]))
            return false;
    return true;
}

bool config_is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\r';
}

struct config_text config_text_trim(struct config_text text) {
    while (text.length > 0 && config_is_blank(text.start[0])) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && config_is_blank(text.start[text.length - 1]))
        text.length--;
    return text;
}

bool config_text_number(struct config_text text, uint32_t *number) {
    uint32_t value = 0;
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] < '0' || text.start[i] > '9')
            return false;
        if (ckd_mul(&value, value, 10U) || ckd_add(&value, value, (uint32_t)(text.start[i] - '0')))
            return false;
    }
    *number = value;
    return true;
}

bool config_text_is_hexadecimal(struct config_text text) {
    for (size_t i = 0; i < text.length; i++) {
        char digit = lower(text.start[i]);
        if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f'))
            return false;
    }
    return true;
}
