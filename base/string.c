// SPDX-License-Identifier: MIT
//
// Memory and string functions for programs without a C library. Pure; callable from everywhere, with
// interrupts off and before anything is set up. The copies go by words of eight bytes because the kernel uses
// no vector registers; `no_builtin` keeps the compiler from turning a loop into a call of the function
// itself.

#include <base/string.h>
#include <base/types.h>

#define NO_BUILTIN __attribute__((no_builtin))

typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;

NO_BUILTIN void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    char *target = to;
    const char *source = from;
    for (; length >= sizeof(word_t); length -= sizeof(word_t)) {
        *(word_t *)target = *(const word_t *)source;
        target += sizeof(word_t);
        source += sizeof(word_t);
    }
    while (length-- > 0)
        *target++ = *source++;
    return to;
}

// A forward copy may only be word-wise when the target is not inside the word that is read next: the distance
// has to be at least a word. Backwards likewise.
NO_BUILTIN static void copy_forward(char *target, const char *source, size_t length) {
    if ((uintptr_t)source - (uintptr_t)target >= sizeof(word_t)) {
        for (; length >= sizeof(word_t); length -= sizeof(word_t)) {
            *(word_t *)target = *(const word_t *)source;
            target += sizeof(word_t);
            source += sizeof(word_t);
        }
    }
    while (length-- > 0)
        *target++ = *source++;
}

NO_BUILTIN static void copy_backward(char *target, const char *source, size_t length) {
    target += length;
    source += length;
    if ((uintptr_t)target - (uintptr_t)source >= sizeof(word_t)) {
        for (; length >= sizeof(word_t); length -= sizeof(word_t)) {
            target -= sizeof(word_t);
            source -= sizeof(word_t);
            *(word_t *)target = *(const word_t *)source;
        }
    }
    while (length-- > 0)
        *--target = *--source;
}

NO_BUILTIN void *memmove(void *to, const void *from, size_t length) {
    if ((uintptr_t)to <= (uintptr_t)from)
        copy_forward(to, from, length);
    else
        copy_backward(to, from, length);
    return to;
}

NO_BUILTIN void *memset(void *to, int byte, size_t length) {
    char *target = to;
    word_t pattern = (uint8_t)byte * 0x0101010101010101ULL;
    for (; length >= sizeof(word_t); length -= sizeof(word_t)) {
        *(word_t *)target = pattern;
        target += sizeof(word_t);
    }
    while (length-- > 0)
        *target++ = (char)byte;
    return to;
}

NO_BUILTIN int memcmp(const void *a, const void *b, size_t length) {
    const uint8_t *left = a;
    const uint8_t *right = b;
    for (size_t i = 0; i < length; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

NO_BUILTIN void *memchr(const void *bytes, int byte, size_t length) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++) {
        if (at[i] == (uint8_t)byte)
            return (void *)(uintptr_t)(at + i);
    }
    return nullptr;
}

NO_BUILTIN size_t strlen(const char *string) {
    size_t length = 0;
    while (string[length] != '\0')
        length++;
    return length;
}

NO_BUILTIN size_t strnlen(const char *string, size_t limit) {
    size_t length = 0;
    while (length < limit && string[length] != '\0')
        length++;
    return length;
}

NO_BUILTIN int strcmp(const char *a, const char *b) {
    return strncmp(a, b, SIZE_MAX);
}

NO_BUILTIN int strncmp(const char *a, const char *b, size_t limit) {
    for (size_t i = 0; i < limit; i++) {
        if (a[i] != b[i])
            return (uint8_t)a[i] < (uint8_t)b[i] ? -1 : 1;
        if (a[i] == '\0')
            return 0;
    }
    return 0;
}

NO_BUILTIN char *strchr(const char *string, int character) {
    for (;; string++) {
        if (*string == (char)character)
            return (char *)(uintptr_t)string;
        if (*string == '\0')
            return nullptr;
    }
}

NO_BUILTIN char *strrchr(const char *string, int character) {
    const char *last = nullptr;
    for (;; string++) {
        if (*string == (char)character)
            last = string;
        if (*string == '\0')
            return (char *)(uintptr_t)last;
    }
}
