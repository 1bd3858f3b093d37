// SPDX-License-Identifier: MIT
//
// Output and input through the program's streams, lines for the log. The buffer is written when it is full,
// at the end of a line, before input is read, and at the end of the program.

#include <user/program.h>
#include <base/string.h>
#include <protocols/log.h>
#include <tessera/syscalls.h>

enum {
    BUFFER_SIZE = 4096,
};

static char buffer[BUFFER_SIZE];
static size_t buffered;
static bool keeps_going; // a failed output does not end the program
static status_t failure; // of such an output

static void message_write(const char *bytes, size_t length) {
    (void)!stream_write(STREAM_MESSAGES, bytes, length);
}

// Nothing more can be written, so nothing is flushed.
[[noreturn]] static void end_at_once(int status) {
    for (;;)
        (void)ts_process_exit((uint64_t)status);
}

// A program whose output nobody takes has nothing left to do; where a reader had enough, it ends quietly.
static void output_failed(status_t status) {
    if (keeps_going) {
        failure = status;
        return;
    }
    if (status == STATUS_PIPE_CLOSED)
        end_at_once(EXIT_PIPE_CLOSED);
    char text[LOG_TEXT_MAX];
    size_t length =
        min_u64(format_buffer(text, sizeof(text), "%s: output: %s\n", program_name(), status_text(status)),
                LOG_TEXT_MAX - 1);
    message_write(text, length);
    end_at_once(1);
}

static void output_put(const char *bytes, size_t length) {
    if (length == 0)
        return;
    status_t status = stream_write(STREAM_OUTPUT, bytes, length);
    if (status != STATUS_OK)
        output_failed(status);
}

void print_keep_going(void) {
    keeps_going = true;
}

status_t print_result(void) {
    print_flush();
    status_t status = failure;
    failure = STATUS_OK;
    return status;
}

void print_flush(void) {
    size_t length = buffered;
    buffered = 0;
    output_put(buffer, length);
}

void print_bytes(const void *bytes, size_t length) {
    if (length > BUFFER_SIZE - buffered)
        print_flush();
    if (length > BUFFER_SIZE) {
        output_put(bytes, length);
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
    // A person waits for lines, a file or a pipe for blocks.
    if (buffered > 0 && buffer[buffered - 1] == '\n' && stream_get(STREAM_OUTPUT).kind == STREAM_CONSOLE)
        print_flush();
}

void print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}

// Messages are collected to one piece, so that those of several programs do not mix.
struct message {
    char bytes[BUFFER_SIZE];
    size_t length;
};

static void message_sink(void *context, const char *bytes, size_t length) {
    struct message *message = context;
    size_t step = min_u64(length, BUFFER_SIZE - message->length);
    memcpy(message->bytes + message->length, bytes, step);
    message->length += step;
}

static void message_put(const struct message *message) {
    print_flush();
    message_write(message->bytes, message->length);
}

static void print_error_v(const char *format, va_list arguments) {
    struct message message = {};
    format_to(message_sink, &message, "%s: ", program_name());
    format_to_v(message_sink, &message, format, arguments);
    message_sink(&message, "\n", 1);
    message_put(&message);
}

void print_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error_v(format, arguments);
    va_end(arguments);
}

bool number_option(const char *text, uint64_t *value) {
    bool good = text == nullptr || number_parse(text, value);
    if (!good)
        print_error("'%s' is no number", text);
    return good;
}

bool status_report(const char *subject, status_t status) {
    if (status != STATUS_OK)
        print_error("%s: %s", subject, status_text(status));
    return status == STATUS_OK;
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error_v(format, arguments);
    va_end(arguments);
    program_exit(1);
}

size_t options_take(const struct usage *usage, int count, char **arguments) {
    struct message message = {};
    size_t operands = 0;
    switch (options_parse(usage, count, arguments, &operands, message_sink, &message)) {
    case OPTIONS_HELP:
        print_bytes(message.bytes, message.length);
        program_exit(0);
    case OPTIONS_WRONG:
        message_put(&message);
        program_exit(EXIT_USAGE);
    case OPTIONS_RUN:
        break;
    }
    return operands;
}

status_t input_read(void *bytes, size_t size, size_t *count) {
    print_flush();
    return stream_read(STREAM_INPUT, bytes, size, count);
}

static void log_at_v(enum log_level level, const char *format, va_list arguments) {
    char line[LOG_TEXT_MAX + 3] = {LOG_LEVEL_LETTERS[level], ' '};
    char *text = line + 2;
    size_t length = min_u64(format_buffer_v(text, LOG_TEXT_MAX + 1, format, arguments), LOG_TEXT_MAX);
    if (startup_has("log")) {
        (void)log_write(startup_descriptor("log"), level, text, length, DEADLINE_NONE);
    } else if (startup_has("kernel_log")) {
        (void)ts_log_write(startup_descriptor("kernel_log"), line, length + 2);
    }
}

void log_at(enum log_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_at_v(level, format, arguments);
    va_end(arguments);
}

void service_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_at_v(LOG_ERROR, format, arguments);
    va_end(arguments);
    program_exit(1);
}
