// SPDX-License-Identifier: MIT
//
// The C library's memory and string functions that the tree uses, with the C library's contracts. The
// compiler itself calls the first four, so every freestanding program links base/string.c. A host process
// uses its own libc behind the same prototypes.

#ifndef BASE_STRING_H
#define BASE_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
void *memchr(const void *bytes, int byte, size_t length);

size_t strlen(const char *string);
size_t strnlen(const char *string, size_t limit);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t limit);
char *strchr(const char *string, int character);
char *strrchr(const char *string, int character);

#endif
