// SPDX-License-Identifier: MIT
//
// The serial line, and the count of checks (see console.h).

#include "console.h"
#include "kernel.h"

#define PORT       0x3f8
#define DEBUG_EXIT 0xf4

static uint64_t passed;
static uint64_t failed;

static void put(char c) {
    while (!(inb(PORT + 5) & 0x20))
        ;
    outb(PORT, (uint8_t)c);
}

static void put_text(const char *text) {
    for (; *text != '\0'; text++)
        put(*text);
}

static void put_number(uint64_t value) {
    char digits[17];
    unsigned i = 16;
    digits[16] = '\0';
    do {
        digits[--i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    put_text(digits + i);
}

static void line_begin(const char *kind, const char *name) {
    put_text("conformance: ");
    put_text(kind);
    put(' ');
    put_text(name);
}

void check_that(struct check *check, bool holds, uint64_t detail) {
    check->tries++;
    if (!holds && check->failures++ == 0)
        check->detail = detail;
}

void check_end(const struct check *check) {
    bool holds = check->failures == 0;
    line_begin(holds ? "ok" : "FAIL", check->name);
    if (!holds) {
        put(' ');
        put_number(check->detail);
    }
    put_text("\r\n");
    *(holds ? &passed : &failed) += 1;
}

void check(const char *name, bool holds, uint64_t detail) {
    struct check one = {.name = name};
    check_that(&one, holds, detail);
    check_end(&one);
}

void fact(const char *name, uint64_t value) {
    line_begin("fact", name);
    put(' ');
    put_number(value);
    put_text("\r\n");
}

void fact_text(const char *name, const char *text) {
    line_begin("fact", name);
    put(' ');
    put_text(text);
    put_text("\r\n");
}

void console_done(void) {
    line_begin("done", "");
    put_number(passed);
    put(' ');
    put_number(failed);
    put_text("\r\n");
    outl(DEBUG_EXIT, failed == 0 ? 0x10 : 0x11);
    for (;;)
        __asm__ volatile("cli; hlt");
}
