// SPDX-License-Identifier: MIT
//
// See kernel/log.h. Positions count bytes since boot and never wrap; the ring holds the last LOG_SIZE of
// them. A line gets its time stamp when it starts, whoever wrote it. The lock is a plain flag, not one of the
// ordered locks: the log is written before the first CPU is set up, and by panic(), which must not wait for
// ever.

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/platform.h>
#include <base/format.h>
#include <base/string.h>
#include <base/text.h>
#include <base/types.h>
#include <kernel/log.h>
#include <kernel/types.h>
#include <stdarg.h>
#include <stdatomic.h>

#define LOG_SIZE    (64 * KIB)
#define SPINS_MOST  1'000'000
#define SECOND      1'000'000'000UL
#define MICROSECOND 1'000UL

// Under `busy`.
static char ring[LOG_SIZE];
static uint64_t end; // position after the last byte
static atomic_flag busy = ATOMIC_FLAG_INIT;

// A CPU that panics may hold it itself: after many tries it is taken for granted.
static void ring_lock(void) {
    for (unsigned i = 0; i < SPINS_MOST; i++) {
        if (!atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) // pairs with ring_unlock()
            return;
        cpu_relax();
    }
}

static void ring_unlock(void) {
    atomic_flag_clear_explicit(&busy, memory_order_release); // what was written is seen by who locks next
}

static void ring_write(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        ring[end++ % LOG_SIZE] = text[i];
    early_console_write(text, length);
}

static void line_start(enum log_level level) {
    char stamp[32];
    uint64_t now = clock_now();
    size_t length = format_buffer(stamp, sizeof(stamp), "[%5lu.%06lu] %c ", (now / SECOND),
                                  (now % SECOND / MICROSECOND), LOG_LEVEL_LETTERS[level]);
    ring_write(stamp, length);
}

// One line or several; the last is ended if it is not. `marked`: a line may bring the letter of its level.
static void lines_add(enum log_level otherwise, bool marked, const char *text, size_t length) {
    ring_lock();
    while (length > 0) {
        enum log_level level = otherwise;
        if (marked && log_level_take(text, length, &level)) {
            text += LOG_LEVEL_SIZE;
            length -= LOG_LEVEL_SIZE;
        }
        const char *newline = memchr(text, '\n', length);
        size_t part = newline == nullptr ? length : (size_t)(newline - text) + 1;
        line_start(level);
        ring_write(text, part);
        if (newline == nullptr)
            ring_write("\n", 1);
        text += part;
        length -= part;
    }
    ring_unlock();
}

void log_text(const char *text, size_t length) {
    char line[LOG_LINE_MAX];
    length = min_u64(length, sizeof(line));
    memcpy(line, text, length);
    text_make_plain(line, length, "\n\t");
    lines_add(LOG_INFO, true, line, length);
}

void log_line(enum log_level level, const char *format, ...) {
    char line[LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    size_t length = min_u64(format_buffer_v(line, sizeof(line), format, arguments), sizeof(line) - 1);
    va_end(arguments);
    lines_add(level, false, line, length);
}

static void ring_copy(uint64_t position, char *to, size_t length) {
    for (size_t i = 0; i < length; i++)
        to[i] = ring[(position + i) % LOG_SIZE];
}

size_t log_copy(uint64_t position, void *buffer, size_t room, uint64_t *next) {
    ring_lock();
    uint64_t oldest = end > LOG_SIZE ? end - LOG_SIZE : 0;
    uint64_t from = min_u64(max_u64(position, oldest), end);
    size_t length = min_u64(room, end - from);
    ring_copy(from, buffer, length);
    *next = from + length;
    ring_unlock();
    return length;
}

size_t log_tail(char *buffer, size_t most) {
    ring_lock();
    uint64_t kept = min_u64(end, LOG_SIZE);
    size_t length = min_u64(most, kept);
    ring_copy(end - length, buffer, length);
    ring_unlock();
    return length;
}
