// SPDX-License-Identifier: MIT
//
// The command line of a program: options of one letter, some with an argument, `--help`, `--`, then operands.
// All programs answer
// `--help` in the same form and refuse what they do not know with status 2. Pure: the text goes to a sink.

#ifndef USER_OPTIONS_H
#define USER_OPTIONS_H

#include <base/format.h>
#include <base/types.h>

struct option {
    char letter; // 0 ends the table
    const char *help;
    bool *value;           // a flag: set to true
    const char **argument; // else: gets the rest of the word, or the next one
    const char *name;      // of the argument, in the help
};

struct usage {
    const char *name;
    const char *operands;         // "[FILE...]"
    const char *summary;          // one line
    const struct option *options; // or nullptr
    size_t operands_min;
    size_t operands_max;
    bool options_anywhere; // false: the first operand ends the options
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_HELP,  // help was printed: end with status 0
    OPTIONS_WRONG, // what is wrong was printed: end with EXIT_USAGE
};

enum { OPERANDS_UNLIMITED = 1 << 20 };

// Examines arguments[1] to [count - 1] and moves the operands to the front: *operands of them at
// arguments[0].
[[nodiscard]] enum options_result options_parse(const struct usage *usage, int count, char **arguments,
                                                size_t *operands, format_sink_t *sink, void *context);

// Decimal digits only; false when it is not a number or does not fit.
[[nodiscard]] bool number_parse(const char *text, uint64_t *value);
// The same with an optional K or M behind it, for 1024 or 1024 * 1024.
[[nodiscard]] bool size_parse(const char *text, uint64_t *value);

#endif
