// SPDX-License-Identifier: MIT
//
// From a word as it was typed to the strings that it stands for: quotes and backslashes go, `$NAME`,
// `${NAME}`, `$(...)`, `$?`, `$!`, `$#`, `$$`, `$0` ... `$9`, `$@` and `$*` are replaced. What a variable
// holds is split at blanks outside quotes, and a string with signs outside quotes is a pattern of names
// (wildcard.h). Pure; strings go to the caller's struct fields.

#ifndef SH_EXPAND_H
#define SH_EXPAND_H

#include "fields.h"

// Where values come from. `name` is a variable's name, or one of `?`, `!`, `#`, `$`; nullptr: not set.
typedef const char *expand_variable_t(void *context, const char *name, size_t length);

// Adds the names of a pattern that has signs; nothing when there are none. False: they do not fit.
typedef bool expand_names_t(void *context, const char *pattern, struct fields *fields);

// What the commands of a `$(...)` print, without the newlines at its end; it stays until the next call.
// nullptr: it does not fit.
typedef const char *expand_output_t(void *context, const char *text, size_t length);

struct expand_source {
    expand_variable_t *variable;
    expand_names_t *names; // nullptr: signs mean themselves
    expand_output_t *output;
    void *context;
    size_t argument_count; // $1 ...
    char *const *arguments;
    const char *zero; // $0
};

// Adds the strings of a word that parse.h found whole; none when it comes to nothing. False: they do not fit.
[[nodiscard]] bool expand_word(const char *word, size_t length, const struct expand_source *source,
                               struct fields *fields);
// The same as one string, without splitting: for assignments and names of files.
[[nodiscard]] bool expand_whole(const char *word, size_t length, const struct expand_source *source,
                                struct fields *fields);

#endif
