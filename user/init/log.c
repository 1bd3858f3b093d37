// SPDX-License-Identifier: MIT
//
// init's lines go straight into the kernel's log, which works from the first moment; the log server hears of
// each by its notification.

#include "init.h"
#include <base/format.h>
#include <protocols/log_values.h>
#include <user/program.h>

enum { STATUS_STOPPED = 125 };

static void log_server_wake(void) {
    for (uint32_t i = 0; i < init.image.service_count; i++) {
        const struct service *service = &init.services[i];
        if (service->notification.value != DESCRIPTOR_NONE && (service->entry->flags & IMAGE_LOG) != 0)
            (void)ts_notification_signal(service->notification, LOG_SIGNAL_LINE);
    }
}

static void line_write(enum log_level level, const char *format, va_list arguments) {
    char text[LOG_LINE_MAX + 1];
    char line[LOG_LINE_MAX + 1];
    format_buffer_v(text, sizeof(text), format, arguments);
    size_t length = format_buffer(line, sizeof(line), "%c init: %s", LOG_LEVEL_LETTERS[level], text);
    (void)ts_log_write((desc_t){init.boot->platform}, line, min_u64(length, LOG_LINE_MAX));
    log_server_wake();
}

void say(enum log_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    line_write(level, format, arguments);
    va_end(arguments);
}

void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    line_write(LOG_ERROR, format, arguments);
    va_end(arguments);
    program_exit(STATUS_STOPPED);
}
