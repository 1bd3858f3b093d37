// SPDX-License-Identifier: MIT
//
// See format.h. A conversion is parsed into a struct spec, its digits are made in a local array, then prefix,
// padding and digits go to the sink. An unknown conversion prints as itself, so that a mistake is visible.

#include <base/format.h>
#include <base/string.h>

struct output {
    format_sink_t *sink;
    void *context;
    size_t total;
};

struct spec {
    bool left, zero, plus, space, alternate, upper;
    bool has_precision;
    size_t width;
    size_t precision;
    size_t size; // of an integer argument, in bytes
};

static void emit(struct output *out, const char *bytes, size_t length) {
    if (length == 0)
        return;
    out->sink(out->context, bytes, length);
    out->total += length;
}

static void emit_fill(struct output *out, char fill, size_t count) {
    char chunk[16];
    memset(chunk, fill, sizeof(chunk));
    while (count > 0) {
        size_t part = count < sizeof(chunk) ? count : sizeof(chunk);
        emit(out, chunk, part);
        count -= part;
    }
}

static void emit_text(struct output *out, const struct spec *spec, const char *text, size_t length) {
    size_t padding = spec->width > length ? spec->width - length : 0;
    if (!spec->left)
        emit_fill(out, ' ', padding);
    emit(out, text, length);
    if (spec->left)
        emit_fill(out, ' ', padding);
}

static void emit_string(struct output *out, const struct spec *spec, const char *text) {
    if (text == nullptr)
        text = "(null)";
    emit_text(out, spec, text, spec->has_precision ? strnlen(text, spec->precision) : strlen(text));
}

// Sign or base prefix, zeros up to the precision (or the width, with the flag 0), digits.
static void emit_number(struct output *out, const struct spec *spec, uint64_t value, unsigned base,
                        const char *prefix) {
    const char *symbols = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[24];
    size_t count = 0;
    for (uint64_t rest = value; rest != 0; rest /= base)
        digits[sizeof(digits) - ++count] = symbols[rest % base];
    if (count == 0 && !(spec->has_precision && spec->precision == 0))
        digits[sizeof(digits) - ++count] = '0';

    size_t prefix_length = strlen(prefix);
    size_t zeros = spec->has_precision && spec->precision > count ? spec->precision - count : 0;
    size_t length = prefix_length + zeros + count;
    size_t padding = spec->width > length ? spec->width - length : 0;
    if (spec->zero && !spec->left && !spec->has_precision) {
        zeros += padding;
        padding = 0;
    }
    if (!spec->left)
        emit_fill(out, ' ', padding);
    emit(out, prefix, prefix_length);
    emit_fill(out, '0', zeros);
    emit(out, digits + sizeof(digits) - count, count);
    if (spec->left)
        emit_fill(out, ' ', padding);
}

static const char *parse_flags(struct spec *spec, const char *at) {
    for (;; at++) {
        if (*at == '-')
            spec->left = true;
        else if (*at == '0')
            spec->zero = true;
        else if (*at == '+')
            spec->plus = true;
        else if (*at == ' ')
            spec->space = true;
        else if (*at == '#')
            spec->alternate = true;
        else
            return at;
    }
}

static const char *parse_count(const char *at, size_t *count) {
    *count = 0;
    while (*at >= '0' && *at <= '9') {
        if (*count < 1000000) // far above any use; keeps the sum from wrapping
            *count = *count * 10 + (size_t)(*at - '0');
        at++;
    }
    return at;
}

static const char *parse_length(struct spec *spec, const char *at) {
    spec->size = sizeof(int);
    if (at[0] == 'h' && at[1] == 'h') {
        spec->size = sizeof(char);
        return at + 2;
    }
    if (at[0] == 'l' && at[1] == 'l') {
        spec->size = sizeof(long long);
        return at + 2;
    }
    if (at[0] == 'h') {
        spec->size = sizeof(short);
        return at + 1;
    }
    if (at[0] == 'l' || at[0] == 'z' || at[0] == 't' || at[0] == 'j') {
        spec->size = sizeof(long);
        return at + 1;
    }
    return at;
}

static_assert(sizeof(long) == 8 && sizeof(size_t) == 8 && sizeof(intmax_t) == 8, "lengths l z t j are one");

static int64_t sign_extend(uint64_t value, size_t size) {
    unsigned shift = (unsigned)(64 - 8 * size);
    return (int64_t)(value << shift) >> shift;
}

static uint64_t zero_extend(uint64_t value, size_t size) {
    unsigned shift = (unsigned)(64 - 8 * size);
    return value << shift >> shift;
}

static void emit_signed(struct output *out, const struct spec *spec, uint64_t raw) {
    int64_t value = sign_extend(raw, spec->size);
    if (value < 0)
        emit_number(out, spec, 0 - (uint64_t)value, 10, "-");
    else
        emit_number(out, spec, (uint64_t)value, 10, spec->plus ? "+" : spec->space ? " " : "");
}

static void emit_unsigned(struct output *out, struct spec *spec, uint64_t raw, char conversion) {
    uint64_t value = zero_extend(raw, spec->size);
    bool prefixed = spec->alternate && value != 0;
    if (conversion == 'u') {
        emit_number(out, spec, value, 10, "");
    } else if (conversion == 'o') {
        emit_number(out, spec, value, 8, prefixed ? "0" : "");
    } else {
        spec->upper = conversion == 'X';
        emit_number(out, spec, value, 16, !prefixed ? "" : spec->upper ? "0X" : "0x");
    }
}

// Arguments are taken through a pointer to the list, so that whoever takes one moves it on for all.
struct arguments {
    va_list list;
};

static const char *parse_width(struct spec *spec, const char *at, struct arguments *arguments) {
    if (*at != '*')
        return parse_count(at, &spec->width);
    int width = va_arg(arguments->list, int);
    spec->left |= width < 0;
    spec->width = width < 0 ? 0 - (size_t)width : (size_t)width;
    return at + 1;
}

static const char *parse_precision(struct spec *spec, const char *at, struct arguments *arguments) {
    if (*at != '.')
        return at;
    at++;
    spec->has_precision = true;
    if (*at != '*')
        return parse_count(at, &spec->precision);
    int precision = va_arg(arguments->list, int);
    spec->has_precision = precision >= 0;
    spec->precision = precision >= 0 ? (size_t)precision : 0;
    return at + 1;
}

static uint64_t take_integer(const struct spec *spec, struct arguments *arguments) {
    return spec->size == 8 ? va_arg(arguments->list, uint64_t) : va_arg(arguments->list, unsigned);
}

// False when there is no such conversion.
static bool emit_conversion(struct output *out, struct spec *spec, char conversion,
                            struct arguments *arguments) {
    char character;
    switch (conversion) {
    case 's':
        emit_string(out, spec, va_arg(arguments->list, const char *));
        return true;
    case 'c':
        character = (char)va_arg(arguments->list, int);
        emit_text(out, spec, &character, 1);
        return true;
    case 'd':
    case 'i':
        emit_signed(out, spec, take_integer(spec, arguments));
        return true;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        emit_unsigned(out, spec, take_integer(spec, arguments), conversion);
        return true;
    case 'p':
        emit_number(out, spec, (uintptr_t)va_arg(arguments->list, void *), 16, "0x");
        return true;
    case '%':
        emit(out, "%", 1);
        return true;
    default:
        return false;
    }
}

// One conversion, from its '%' on; returns what follows.
static const char *format_one(struct output *out, const char *start, struct arguments *arguments) {
    struct spec spec = {};
    const char *at = parse_flags(&spec, start + 1);
    at = parse_width(&spec, at, arguments);
    at = parse_precision(&spec, at, arguments);
    at = parse_length(&spec, at);
    const char *end = *at == '\0' ? at : at + 1;
    if (!emit_conversion(out, &spec, *at, arguments))
        emit(out, start, (size_t)(end - start));
    return end;
}

size_t format_to_v(format_sink_t *sink, void *context, const char *format, va_list source) {
    struct output out = {.sink = sink, .context = context};
    struct arguments arguments;
    va_copy(arguments.list, source);
    for (const char *at = format; *at != '\0';) {
        const char *start = at;
        while (*at != '\0' && *at != '%')
            at++;
        emit(&out, start, (size_t)(at - start));
        if (*at == '%')
            at = format_one(&out, at, &arguments);
    }
    va_end(arguments.list);
    return out.total;
}

size_t format_to(format_sink_t *sink, void *context, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t total = format_to_v(sink, context, format, arguments);
    va_end(arguments);
    return total;
}

struct buffer {
    char *bytes;
    size_t size; // without the place of the NUL
    size_t used;
};

static void buffer_sink(void *context, const char *bytes, size_t length) {
    struct buffer *buffer = context;
    size_t room = buffer->size - buffer->used;
    size_t part = length < room ? length : room;
    memcpy(buffer->bytes + buffer->used, bytes, part);
    buffer->used += part;
}

size_t format_buffer_v(char *bytes, size_t size, const char *format, va_list arguments) {
    char none;
    struct buffer buffer = {.bytes = size > 0 ? bytes : &none, .size = size > 0 ? size - 1 : 0};
    size_t total = format_to_v(buffer_sink, &buffer, format, arguments);
    buffer.bytes[buffer.used] = '\0';
    return total;
}

size_t format_buffer(char *bytes, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t total = format_buffer_v(bytes, size, format, arguments);
    va_end(arguments);
    return total;
}
