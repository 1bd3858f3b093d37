// SPDX-License-Identifier: MIT
//
// Where the words of a shell's text begin and end. '...', "..." and backslash quote; `#` at the start of a
// word begins a comment; a backslash before a newline joins two lines. Pure. A word stays as it was typed, a
// slice of the text, and what stands in it is whole: each quote closed, each `${NAME}` and `$(...)` ended.
//
// Invariant: `at` never passes the text's NUL.

#ifndef SH_LEXER_H
#define SH_LEXER_H

#include <base/types.h>

// What came of taking something from the text, for the grammar (parse.h) too.
enum parse_result {
    PARSE_LINE,
    PARSE_END, // nothing but blanks and comments is left
    PARSE_OPEN_QUOTE,
    PARSE_OPEN_BRACE,
    PARSE_OPEN_SUBSTITUTION,
    PARSE_TOO_LONG,
    PARSE_TOO_DEEP,
    PARSE_PIPELINE_TOO_LONG,
    PARSE_COMMAND_MISSING,
    PARSE_TARGET_MISSING,
    PARSE_STREAM_WRONG,
    PARSE_NAME_WRONG,
    PARSE_UNEXPECTED,
    PARSE_WORD_MISSING, // a compound command ends too early
    PARSE_NOT_SUPPORTED,
};

enum { LEXER_DEPTH_MAX = 32 };

struct slice {
    uint32_t start;
    uint32_t length;
};

#define PARSE_TRY(CALL)                                                                                      \
    do {                                                                                                     \
        enum parse_result tried_ = (CALL);                                                                   \
        if (tried_ != PARSE_LINE)                                                                            \
            return tried_;                                                                                   \
    } while (0)

struct lexer {
    const char *text;
    uint32_t at;
    unsigned depth;    // of the `$(` around it
    uint32_t error_at; // of what lexer_wrong() was told
};

// Keeps the place of what is wrong, and hands the result on.
[[nodiscard]] enum parse_result lexer_wrong(struct lexer *lexer, enum parse_result result, uint32_t at);

// The byte so far ahead; NUL at the end of the text and behind it.
char lexer_peek(const struct lexer *lexer, uint32_t ahead);
bool lexer_ends_word(char byte);

// Blanks, lines that a backslash joins, a comment; and with lexer_skip_lines() the ends of lines.
void lexer_skip_blanks(struct lexer *lexer);
void lexer_skip_lines(struct lexer *lexer);

// Takes the word that begins here, which is empty where none does.
[[nodiscard]] enum parse_result lexer_word(struct lexer *lexer, struct slice *slice);

// Whether the word that begins here, unquoted, is this one. lexer_take_word() looks behind blanks, and takes
// it.
bool lexer_at_word(const struct lexer *lexer, const char *wanted);
bool lexer_take_word(struct lexer *lexer, const char *wanted);

// The length of the whole `$(...)` that begins here.
size_t lexer_substitution_length(const char *text);
// The length of the variable's name at the start of `text`: letters, digits and `_`, no digit first.
size_t lexer_name_length(const char *text, size_t length);

#endif
