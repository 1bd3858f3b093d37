// SPDX-License-Identifier: MIT
//
// For tests of single kernel files without the fake machine: a console that keeps what is written, a clock
// that the test sets, and a panic or halt that comes back to the test. Included once by a program's main
// file.

#ifndef TESTS_UNIT_KERNEL_STUBS_H
#define TESTS_UNIT_KERNEL_STUBS_H

#include "unit.h"
#include <arch/backtrace.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/platform.h>
#include <kernel/panic.h>
#include <string.h>

static char console[32768];
static size_t console_length;
static uint64_t now;
static jmp_buf halted;

// The text since the last call.
static inline const char *console_take(void) {
    console[console_length] = '\0';
    console_length = 0;
    return console;
}

void early_console_write(const char *text, size_t length) {
    assert_true(length < sizeof(console) - console_length);
    memcpy(console + console_length, text, length);
    console_length += length;
}

uint64_t clock_now(void) {
    return now;
}

#endif
