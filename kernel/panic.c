// SPDX-License-Identifier: MIT
//
// See kernel/panic.h. What is printed goes past the log, straight to the early console, also when a driver
// has taken it. A second panic on the way prints one line and stops, so a broken panic cannot loop. The lines
//   #N 0xADDRESS name+0xOFFSET
// are what tools/run looks for to add file and line.

#include <arch/backtrace.h>
#include <arch/cpu.h>
#include <arch/platform.h>
#include <base/format.h>
#include <base/string.h>
#include <base/types.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include <kernel/symbols.h>
#include <stdarg.h>
#include <stdatomic.h>

#define FRAMES_MOST 32
#define TAIL_BYTES  1024

static atomic_flag panicking = ATOMIC_FLAG_INIT;

// The empty record `p`; the dots are the boot's tag. Written only when there is a tag.
#define TAG_LENGTH 8
static char panic_record[] = "\x1e........p0000\n";
static bool has_tag;

void panic_tag_take(const char *command_line) {
    for (const char *word = command_line; word != nullptr; word = strchr(word, ' ')) {
        word += *word == ' ';
        if (strncmp(word, "tag=", 4) != 0 || strnlen(word + 4, TAG_LENGTH) != TAG_LENGTH)
            continue;
        memcpy(panic_record + 1, word + 4, TAG_LENGTH);
        has_tag = true;
    }
}

static void console_sink(void *context, const char *bytes, size_t length) {
    (void)context;
    early_console_write(bytes, length);
}

void panic_print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_to_v(console_sink, nullptr, format, arguments);
    va_end(arguments);
}

static void frames_print(void) {
    uint64_t frames[FRAMES_MOST];
    size_t count = arch_backtrace(frames, FRAMES_MOST);
    panic_print("backtrace:\n");
    for (size_t i = 0; i < count; i++) {
        // But for the first, these are return addresses: the call is before them, maybe in another function.
        uint64_t before = i > 0 ? 1 : 0;
        uint64_t offset = 0;
        const char *name = symbol_find(frames[i] - before, &offset);
        if (name != nullptr)
            panic_print("  #%zu 0x%016lx %s+0x%lx\n", i, frames[i], name, (offset + before));
        else
            panic_print("  #%zu 0x%016lx ?\n", i, frames[i]);
    }
}

// Whole lines only.
static void log_print(void) {
    static char tail[TAIL_BYTES];
    size_t length = log_tail(tail, sizeof(tail));
    const char *start = tail;
    if (length == sizeof(tail)) {
        const char *newline = memchr(tail, '\n', length);
        start = newline == nullptr ? tail : newline + 1;
    }
    panic_print("last log lines:\n");
    console_sink(nullptr, start, length - (size_t)(start - tail));
}

void halt_orderly(const char *format, ...) {
    va_list arguments;
    early_console_panic();
    if (has_tag)
        early_console_write(panic_record, sizeof(panic_record) - 1);
    panic_print("\n");
    log_print();
    va_start(arguments, format);
    format_to_v(console_sink, nullptr, format, arguments);
    va_end(arguments);
    panic_print("\n");
    arch_power_halt();
}

void panic(const char *format, ...) {
    va_list arguments;
    early_console_panic();
    if (atomic_flag_test_and_set(&panicking)) { // any order: only who came first matters
        panic_print("\nKERNEL PANIC during a panic: %s\n", format);
        arch_halt();
    }
    char subject[128];
    if (has_tag)
        early_console_write(panic_record, sizeof(panic_record) - 1);
    panic_print("\nKERNEL PANIC: ");
    va_start(arguments, format);
    format_to_v(console_sink, nullptr, format, arguments);
    va_end(arguments);
    panic_print("\n");
    arch_panic_registers();
    frames_print();
    panic_subject(subject, sizeof(subject));
    panic_print("running: %s\n", subject);
    log_print();
    panic_print("KERNEL PANIC END\n");
    arch_halt();
}
