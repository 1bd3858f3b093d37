// SPDX-License-Identifier: MIT
//
// Messages of the loader (see message.h). A line that is too long is cut, which the buffer's size makes rare:
// paths are at most 255 bytes long.

#include "message.h"
#include "platform.h"
#include <base/format.h>
#include <base/string.h>

__attribute__((format(printf, 1, 0))) static void print_line(const char *format, va_list arguments) {
    static const char prefix[] = "tessera-loader: ";
    char line[640];
    memcpy(line, prefix, sizeof prefix - 1);
    size_t room = sizeof line - sizeof prefix;
    size_t length = format_buffer_v(line + sizeof prefix - 1, room, format, arguments);
    length = sizeof prefix - 1 + (length < room ? length : room - 1);
    line[length++] = '\n';
    platform_console_write(line, length);
}

void message(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments);
    va_end(arguments);
}

void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments);
    va_end(arguments);
    message("stopped. Nothing was started; reset the machine to try again.");
    platform_stop();
}
