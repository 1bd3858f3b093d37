// SPDX-License-Identifier: MIT
//
// The shell's grammar: commands separated by `;`, newline or `&`, words with '...', "..." and backslash, `$?`
// for the last status, `#` starts a comment. No variables, no pipes. Pure; words point into a buffer that the
// caller owns.

#ifndef SH_PARSE_H
#define SH_PARSE_H

#include <base/types.h>

enum { PARSE_WORDS_MAX = 128, PARSE_LINE_SIZE = 8192 };

enum parse_result {
    PARSE_COMMAND,
    PARSE_END,
    PARSE_OPEN_QUOTE,
    PARSE_TOO_LONG,
    PARSE_BACKGROUND_NOTHING,
    PARSE_NOT_SUPPORTED, // | < > ( ) and other characters that other shells give a meaning
};

const char *parse_result_text(enum parse_result result);

struct command {
    size_t word_count;                // at least 1 for PARSE_COMMAND
    char *words[PARSE_WORDS_MAX + 1]; // the last is nullptr
    bool background;
    char storage[PARSE_LINE_SIZE];
};

// The next command at *text, which is moved behind it. `status` is what `$?` stands for.
[[nodiscard]] enum parse_result parse_command(const char **text, int status, struct command *command);

#endif
