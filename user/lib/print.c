// SPDX-License-Identifier: MIT
//
// Output and input through the console, lines for the log. The buffer is written when it is full, at the end
// of a line, before input is read, and at the end of the program.

#include <user/program.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/log.h>
#include <tessera/syscalls.h>

enum { BUFFER_SIZE = 1024, WRITE_MAX = 65536, TEXT_MAX = 400, RETRIES = 20 };

static char buffer[BUFFER_SIZE];
static size_t buffered;

// A console that is started again after a fault must not end its clients: what it had not answered is sent
// again.
static bool may_retry(status_t status, int *attempts) {
    if (status != STATUS_SERVER_DIED && status != STATUS_NO_SERVER)
        return false;
    if (++*attempts > RETRIES)
        return false;
    sleep_until(clock_now() + 50'000'000);
    return true;
}

static void console_put(const char *bytes, size_t length) {
    desc_t console = startup_descriptor("console");
    if (console.value == DESCRIPTOR_NONE)
        return;
    while (length > 0) {
        size_t step = min_u64(length, WRITE_MAX);
        int attempts = 0;
        status_t status;
        do {
            status = console_write(console, bytes, step, DEADLINE_NONE);
        } while (may_retry(status, &attempts));
        bytes += step;
        length -= step;
    }
}

void print_flush(void) {
    size_t length = buffered;
    buffered = 0;
    console_put(buffer, length);
}

void print_bytes(const void *bytes, size_t length) {
    if (length > BUFFER_SIZE - buffered)
        print_flush();
    if (length > BUFFER_SIZE) {
        console_put(bytes, length);
        return;
    }
    memcpy(buffer + buffered, bytes, length);
    buffered += length;
}

void print_sink(void *context, const char *bytes, size_t length) {
    (void)context;
    print_bytes(bytes, length);
}

static void print_v(const char *format, va_list arguments) {
    format_to_v(print_sink, nullptr, format, arguments);
    if (buffered > 0 && buffer[buffered - 1] == '\n')
        print_flush();
}

void print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}

static void print_error_v(const char *format, va_list arguments) {
    print("%s: ", program_name());
    print_v(format, arguments);
    print("\n");
}

void print_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error_v(format, arguments);
    va_end(arguments);
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error_v(format, arguments);
    va_end(arguments);
    program_exit(1);
}

size_t options_take(const struct usage *usage, int count, char **arguments) {
    size_t operands = 0;
    switch (options_parse(usage, count, arguments, &operands, print_sink, nullptr)) {
    case OPTIONS_HELP:
        program_exit(0);
    case OPTIONS_WRONG:
        program_exit(OPTIONS_STATUS_WRONG);
    case OPTIONS_RUN:
        break;
    }
    return operands;
}

status_t input_read(void *bytes, size_t size, size_t *count) {
    print_flush();
    *count = 0;
    desc_t console = startup_descriptor("console");
    if (console.value == DESCRIPTOR_NONE)
        return STATUS_OK;
    uint64_t filled = 0;
    int attempts = 0;
    status_t status;
    do {
        status = console_read(console, bytes, min_u64(size, 4096), &filled, DEADLINE_NONE);
    } while (may_retry(status, &attempts));
    *count = filled;
    return status;
}

static void log_v(uint64_t important, const char *format, va_list arguments) {
    char text[TEXT_MAX + 1];
    size_t length = min_u64(format_buffer_v(text, sizeof(text), format, arguments), TEXT_MAX);
    if (startup_has("log")) {
        (void)log_write(startup_descriptor("log"), important, text, length, DEADLINE_NONE);
    } else if (startup_has("kernel_log")) {
        (void)ts_log_write(startup_descriptor("kernel_log"), text, length);
    }
}

void log_info(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_v(0, format, arguments);
    va_end(arguments);
}

void log_important(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_v(1, format, arguments);
    va_end(arguments);
}
