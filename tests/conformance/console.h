// SPDX-License-Identifier: MIT
//
// What the conformance kernel says on the first serial port, one line each:
//   conformance: ok NAME            a check that held
//   conformance: FAIL NAME VALUE    one that did not, with a number that tells where
//   conformance: fact NAME VALUE    something for the test on the host to judge
//   conformance: done OK FAILED     the end
// Numbers are hexadecimal. Only the boot processor speaks.

#ifndef CONFORMANCE_CONSOLE_H
#define CONFORMANCE_CONSOLE_H

#include <stdint.h>

// One check that may be asked many times (for each range, each page): it is counted and printed once, by
// check_end(), with the detail of the first failure.
struct check {
    const char *name;
    uint64_t tries;
    uint64_t failures;
    uint64_t detail;
};

void check_that(struct check *check, bool holds, uint64_t detail);
void check_end(const struct check *check);

// A check that is asked once.
void check(const char *name, bool holds, uint64_t detail);

void fact(const char *name, uint64_t value);
void fact_text(const char *name, const char *text);
[[noreturn]] void console_done(void);

#endif
