// SPDX-License-Identifier: MIT
//
// printf without a C library and without allocation. Conversions: %s %c %d %i %u %x %X %o %p %%, with the
// flags - 0 + space #, a width and a precision (digits or *), and the lengths hh h l ll z t j. No floating
// point. Reentrant; callable with interrupts off.

#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <base/types.h>
#include <stdarg.h>

// Receives the output in pieces, in order; a piece is never empty.
typedef void format_sink_t(void *context, const char *bytes, size_t length);

// All return the length of the whole output, as snprintf does.
__attribute__((format(printf, 3, 4))) size_t format_to(format_sink_t *sink, void *context, const char *format,
                                                       ...);
__attribute__((format(printf, 3, 0))) size_t format_to_v(format_sink_t *sink, void *context,
                                                         const char *format, va_list arguments);

// Writes at most `size` bytes, the terminating NUL included (and always there when size > 0).
__attribute__((format(printf, 3, 4))) size_t format_buffer(char *buffer, size_t size, const char *format,
                                                           ...);
__attribute__((format(printf, 3, 0))) size_t format_buffer_v(char *buffer, size_t size, const char *format,
                                                             va_list arguments);

#endif
