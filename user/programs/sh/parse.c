// SPDX-License-Identifier: MIT
//
// See parse.h.

#include "parse.h"
#include <base/format.h>
#include <base/string.h>

static const char *const result_texts[] = {
    [PARSE_COMMAND] = "a command",
    [PARSE_END] = "nothing left",
    [PARSE_OPEN_QUOTE] = "a quote is not closed",
    [PARSE_TOO_LONG] = "the command is too long",
    [PARSE_BACKGROUND_NOTHING] = "nothing stands before &",
    [PARSE_NOT_SUPPORTED] = "this shell has no pipes, redirections, groups or lists",
};

const char *parse_result_text(enum parse_result result) {
    return (size_t)result < array_length(result_texts) ? result_texts[result] : "unknown";
}

struct parser {
    const char *at;
    int status;
    struct command *command;
    size_t used; // bytes of storage
    bool overflow;
};

static void put(struct parser *parser, char byte) {
    // One place is kept for the NUL.
    if (parser->used + 1 >= PARSE_LINE_SIZE) {
        parser->overflow = true;
        return;
    }
    parser->command->storage[parser->used++] = byte;
}

static void put_status(struct parser *parser) {
    char digits[16];
    size_t length = format_buffer(digits, sizeof(digits), "%d", parser->status);
    for (size_t i = 0; i < length; i++)
        put(parser, digits[i]);
    parser->at += 2;
}

static bool at_status(const struct parser *parser) {
    return parser->at[0] == '$' && parser->at[1] == '?';
}

static bool single_quoted(struct parser *parser) {
    for (parser->at++; *parser->at != '\''; parser->at++) {
        if (*parser->at == 0)
            return false;
        put(parser, *parser->at);
    }
    parser->at++;
    return true;
}

static bool double_quoted(struct parser *parser) {
    parser->at++;
    while (*parser->at != '"') {
        if (*parser->at == '\\' && parser->at[1] != 0 && strchr("\"\\$`", parser->at[1]) != nullptr)
            parser->at++;
        else if (at_status(parser)) {
            put_status(parser);
            continue;
        }
        if (*parser->at == 0)
            return false;
        put(parser, *parser->at++);
    }
    parser->at++;
    return true;
}

// One piece of a word. False: a quote stays open.
static bool piece(struct parser *parser) {
    switch (*parser->at) {
    case '\'':
        return single_quoted(parser);
    case '"':
        return double_quoted(parser);
    case '\\':
        if (parser->at[1] == 0)
            return false;
        put(parser, parser->at[1]);
        parser->at += 2;
        return true;
    default:
        if (at_status(parser)) {
            put_status(parser);
        } else {
            put(parser, *parser->at++);
        }
        return true;
    }
}

static bool ends_word(char byte) {
    return byte == 0 || strchr(" \t\n;&|<>()", byte) != nullptr;
}

static enum parse_result word(struct parser *parser) {
    struct command *command = parser->command;
    if (command->word_count == PARSE_WORDS_MAX)
        return PARSE_TOO_LONG;
    command->words[command->word_count++] = command->storage + parser->used;
    while (!ends_word(*parser->at)) {
        if (!piece(parser))
            return PARSE_OPEN_QUOTE;
    }
    if (parser->overflow || parser->used + 1 >= PARSE_LINE_SIZE)
        return PARSE_TOO_LONG;
    command->storage[parser->used++] = 0;
    return PARSE_COMMAND;
}

static void skip_blanks(struct parser *parser) {
    while (*parser->at == ' ' || *parser->at == '\t' || (*parser->at == '\\' && parser->at[1] == '\n'))
        parser->at += *parser->at == '\\' ? 2 : 1;
    if (*parser->at == '#') {
        while (*parser->at != 0 && *parser->at != '\n')
            parser->at++;
    }
}

static void skip_separators(struct parser *parser) {
    skip_blanks(parser);
    while (*parser->at == ';' || *parser->at == '\n') {
        parser->at++;
        skip_blanks(parser);
    }
}

static enum parse_result words(struct parser *parser) {
    while (!ends_word(*parser->at)) {
        enum parse_result result = word(parser);
        if (result != PARSE_COMMAND)
            return result;
        skip_blanks(parser);
    }
    struct command *command = parser->command;
    if (*parser->at != 0 && strchr("|<>()", *parser->at) != nullptr)
        return PARSE_NOT_SUPPORTED;
    if (*parser->at == '&') {
        if (parser->at[1] == '&')
            return PARSE_NOT_SUPPORTED;
        if (command->word_count == 0)
            return PARSE_BACKGROUND_NOTHING;
        command->background = true;
        parser->at++;
    }
    return PARSE_COMMAND;
}

enum parse_result parse_command(const char **text, int status, struct command *command) {
    struct parser parser = {.at = *text, .status = status, .command = command};
    command->word_count = 0;
    command->background = false;
    skip_separators(&parser);
    enum parse_result result = PARSE_END;
    if (*parser.at != 0)
        result = words(&parser);
    command->words[command->word_count] = nullptr;
    *text = parser.at;
    return result;
}
