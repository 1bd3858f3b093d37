// SPDX-License-Identifier: MIT
//
// See lexer.h.

#include "lexer.h"
#include <base/string.h>

// ---- characters

char lexer_peek(const struct lexer *lexer, uint32_t ahead) {
    const char *text = lexer->text + lexer->at;
    for (uint32_t i = 0; i < ahead; i++) {
        if (text[i] == 0)
            return 0;
    }
    return text[ahead];
}

static bool is_name(char byte, bool first) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (!first && byte >= '0' && byte <= '9');
}

size_t lexer_name_length(const char *text, size_t length) {
    size_t count = 0;
    while (count < length && is_name(text[count], count == 0))
        count++;
    return count;
}

enum parse_result lexer_wrong(struct lexer *lexer, enum parse_result result, uint32_t at) {
    lexer->error_at = at;
    return result;
}

bool lexer_ends_word(char byte) {
    return byte == 0 || strchr(" \t\n;&|<>()", byte) != nullptr;
}

void lexer_skip_blanks(struct lexer *lexer) {
    for (;;) {
        char byte = lexer_peek(lexer, 0);
        if (byte == ' ' || byte == '\t') {
            lexer->at++;
        } else if (byte == '\\' && lexer_peek(lexer, 1) == '\n') {
            lexer->at += 2;
        } else {
            break;
        }
    }
    if (lexer_peek(lexer, 0) == '#') {
        while (lexer_peek(lexer, 0) != 0 && lexer_peek(lexer, 0) != '\n')
            lexer->at++;
    }
}

void lexer_skip_lines(struct lexer *lexer) {
    lexer_skip_blanks(lexer);
    while (lexer_peek(lexer, 0) == '\n') {
        lexer->at++;
        lexer_skip_blanks(lexer);
    }
}

// ---- words

// At the parenthesis of a `$(`: up to the one that closes it. What stands between is not looked at beyond its
// words: the shell that runs it says what is wrong with it.
static enum parse_result substitution(struct lexer *lexer, uint32_t start) {
    unsigned open = 0;
    if (++lexer->depth > LEXER_DEPTH_MAX)
        return lexer_wrong(lexer, PARSE_TOO_DEEP, start);
    do {
        char byte = lexer_peek(lexer, 0);
        struct slice word;
        if (byte == 0)
            return lexer_wrong(lexer, PARSE_OPEN_SUBSTITUTION, start);
        open += byte == '(';
        open -= byte == ')';
        if (lexer_ends_word(byte)) {
            lexer->at++;
        } else {
            PARSE_TRY(lexer_word(lexer, &word));
        }
        if (open > 0)
            lexer_skip_lines(lexer);
    } while (open > 0);
    lexer->depth--;
    return PARSE_LINE;
}

// Behind a `$`: `${NAME}` has to be whole; what other shells know beside it and `$(...)` is refused.
static enum parse_result dollar(struct lexer *lexer) {
    uint32_t start = lexer->at++;
    if (lexer_peek(lexer, 0) == '(' && lexer_peek(lexer, 1) == '(')
        return lexer_wrong(lexer, PARSE_NOT_SUPPORTED, start);
    if (lexer_peek(lexer, 0) == '(')
        return substitution(lexer, start);
    if (lexer_peek(lexer, 0) != '{')
        return PARSE_LINE;
    lexer->at++;
    uint32_t name = lexer->at;
    while (is_name(lexer_peek(lexer, 0), false))
        lexer->at++;
    if (lexer->at == name && lexer_peek(lexer, 0) != 0 && strchr("?!#$@*", lexer_peek(lexer, 0)) != nullptr)
        lexer->at++;
    if (lexer_peek(lexer, 0) == 0)
        return lexer_wrong(lexer, PARSE_OPEN_BRACE, start);
    if (lexer_peek(lexer, 0) != '}')
        return lexer_wrong(lexer, PARSE_NOT_SUPPORTED, start);
    if (lexer->at == name)
        return lexer_wrong(lexer, PARSE_NAME_WRONG, name);
    lexer->at++;
    return PARSE_LINE;
}

static enum parse_result single_quoted(struct lexer *lexer) {
    uint32_t start = lexer->at++;
    while (lexer_peek(lexer, 0) != '\'') {
        if (lexer_peek(lexer, 0) == 0)
            return lexer_wrong(lexer, PARSE_OPEN_QUOTE, start);
        lexer->at++;
    }
    lexer->at++;
    return PARSE_LINE;
}

static enum parse_result double_quoted(struct lexer *lexer) {
    uint32_t start = lexer->at++;
    while (lexer_peek(lexer, 0) != '"') {
        char byte = lexer_peek(lexer, 0);
        if (byte == 0 || (byte == '\\' && lexer_peek(lexer, 1) == 0))
            return lexer_wrong(lexer, PARSE_OPEN_QUOTE, start);
        if (byte == '`')
            return lexer_wrong(lexer, PARSE_NOT_SUPPORTED, lexer->at);
        if (byte == '$') {
            PARSE_TRY(dollar(lexer));
        } else {
            lexer->at += byte == '\\' ? 2 : 1;
        }
    }
    lexer->at++;
    return PARSE_LINE;
}

static enum parse_result piece(struct lexer *lexer) {
    switch (lexer_peek(lexer, 0)) {
    case '\'':
        return single_quoted(lexer);
    case '"':
        return double_quoted(lexer);
    case '$':
        return dollar(lexer);
    case '`':
        return lexer_wrong(lexer, PARSE_NOT_SUPPORTED, lexer->at);
    case '\\':
        if (lexer_peek(lexer, 1) == 0)
            return lexer_wrong(lexer, PARSE_OPEN_QUOTE, lexer->at);
        lexer->at += 2;
        return PARSE_LINE;
    default:
        lexer->at++;
        return PARSE_LINE;
    }
}

enum parse_result lexer_word(struct lexer *lexer, struct slice *slice) {
    slice->start = lexer->at;
    while (!lexer_ends_word(lexer_peek(lexer, 0)))
        PARSE_TRY(piece(lexer));
    slice->length = lexer->at - slice->start;
    return PARSE_LINE;
}

size_t lexer_substitution_length(const char *text) {
    struct lexer lexer = {.text = text};
    return dollar(&lexer) == PARSE_LINE ? lexer.at : 0;
}

// Whether the word that begins here, unquoted, is this one.
bool lexer_at_word(const struct lexer *lexer, const char *wanted) {
    size_t length = strlen(wanted);
    return strncmp(lexer->text + lexer->at, wanted, length) == 0 &&
           lexer_ends_word(lexer->text[lexer->at + length]);
}

bool lexer_take_word(struct lexer *lexer, const char *wanted) {
    lexer_skip_blanks(lexer);
    if (!lexer_at_word(lexer, wanted))
        return false;
    lexer->at += (uint32_t)strlen(wanted);
    return true;
}
