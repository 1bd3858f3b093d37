// SPDX-License-Identifier: MIT
//
// See parse.h. Recursive descent over characters. Every function that takes something says what went wrong
// with the place in tree->error_at, and its caller passes that on.

#include "parse.h"
#include <base/string.h>

static const char *const result_texts[] = {
    [PARSE_LINE] = "a line",
    [PARSE_END] = "nothing left",
    [PARSE_OPEN_QUOTE] = "a quote is not closed",
    [PARSE_OPEN_BRACE] = "${ is not closed",
    [PARSE_TOO_LONG] = "the line has too many words",
    [PARSE_TOO_DEEP] = "the line is nested too deeply",
    [PARSE_PIPELINE_TOO_LONG] = "more than 16 programs in one pipeline",
    [PARSE_COMMAND_MISSING] = "a command is missing here",
    [PARSE_TARGET_MISSING] = "a file name is missing here",
    [PARSE_STREAM_WRONG] = "a stream is 0, 1 or 2",
    [PARSE_NAME_WRONG] = "a variable's name is missing here",
    [PARSE_UNEXPECTED] = "this is not expected here",
    [PARSE_WORD_MISSING] = "the command is not complete",
    [PARSE_NOT_SUPPORTED] = "this shell has no such substitution",
};

const char *parse_result_text(enum parse_result result) {
    return (size_t)result < array_length(result_texts) ? result_texts[result] : "unknown";
}

struct parser {
    const char *text;
    uint32_t at;
    unsigned depth;
    struct tree *tree;
};

#define TRY(CALL)                                                                                            \
    do {                                                                                                     \
        enum parse_result tried_ = (CALL);                                                                   \
        if (tried_ != PARSE_LINE)                                                                            \
            return tried_;                                                                                   \
    } while (0)

static enum parse_result parse_list(struct parser *parser, bool whole_line, uint16_t *list);

// ---- characters

static char peek(const struct parser *parser, uint32_t ahead) {
    const char *text = parser->text + parser->at;
    for (uint32_t i = 0; i < ahead; i++) {
        if (text[i] == 0)
            return 0;
    }
    return text[ahead];
}

static enum parse_result wrong(struct parser *parser, enum parse_result result, uint32_t at) {
    parser->tree->error_at = at;
    return result;
}

static bool is_name(char byte, bool first) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (!first && byte >= '0' && byte <= '9');
}

size_t parse_name_length(const char *text, size_t length) {
    size_t count = 0;
    while (count < length && is_name(text[count], count == 0))
        count++;
    return count;
}

static bool ends_word(char byte) {
    return byte == 0 || strchr(" \t\n;&|<>()", byte) != nullptr;
}

static void skip_blanks(struct parser *parser) {
    for (;;) {
        char byte = peek(parser, 0);
        if (byte == ' ' || byte == '\t') {
            parser->at++;
        } else if (byte == '\\' && peek(parser, 1) == '\n') {
            parser->at += 2;
        } else {
            break;
        }
    }
    if (peek(parser, 0) == '#') {
        while (peek(parser, 0) != 0 && peek(parser, 0) != '\n')
            parser->at++;
    }
}

static void skip_lines(struct parser *parser) {
    skip_blanks(parser);
    while (peek(parser, 0) == '\n') {
        parser->at++;
        skip_blanks(parser);
    }
}

// ---- words

// Behind a `$`: `${NAME}` has to be whole; what other shells know beside variables is refused.
static enum parse_result dollar(struct parser *parser) {
    uint32_t start = parser->at++;
    if (peek(parser, 0) == '(')
        return wrong(parser, PARSE_NOT_SUPPORTED, start);
    if (peek(parser, 0) != '{')
        return PARSE_LINE;
    parser->at++;
    uint32_t name = parser->at;
    while (is_name(peek(parser, 0), false))
        parser->at++;
    if (parser->at == name && peek(parser, 0) != 0 && strchr("?!#$@*", peek(parser, 0)) != nullptr)
        parser->at++;
    if (peek(parser, 0) == 0)
        return wrong(parser, PARSE_OPEN_BRACE, start);
    if (peek(parser, 0) != '}')
        return wrong(parser, PARSE_NOT_SUPPORTED, start);
    if (parser->at == name)
        return wrong(parser, PARSE_NAME_WRONG, name);
    parser->at++;
    return PARSE_LINE;
}

static enum parse_result single_quoted(struct parser *parser) {
    uint32_t start = parser->at++;
    while (peek(parser, 0) != '\'') {
        if (peek(parser, 0) == 0)
            return wrong(parser, PARSE_OPEN_QUOTE, start);
        parser->at++;
    }
    parser->at++;
    return PARSE_LINE;
}

static enum parse_result double_quoted(struct parser *parser) {
    uint32_t start = parser->at++;
    while (peek(parser, 0) != '"') {
        char byte = peek(parser, 0);
        if (byte == 0 || (byte == '\\' && peek(parser, 1) == 0))
            return wrong(parser, PARSE_OPEN_QUOTE, start);
        if (byte == '`')
            return wrong(parser, PARSE_NOT_SUPPORTED, parser->at);
        if (byte == '$') {
            TRY(dollar(parser));
        } else {
            parser->at += byte == '\\' ? 2 : 1;
        }
    }
    parser->at++;
    return PARSE_LINE;
}

static enum parse_result piece(struct parser *parser) {
    switch (peek(parser, 0)) {
    case '\'':
        return single_quoted(parser);
    case '"':
        return double_quoted(parser);
    case '$':
        return dollar(parser);
    case '`':
        return wrong(parser, PARSE_NOT_SUPPORTED, parser->at);
    case '\\':
        if (peek(parser, 1) == 0)
            return wrong(parser, PARSE_OPEN_QUOTE, parser->at);
        parser->at += 2;
        return PARSE_LINE;
    default:
        parser->at++;
        return PARSE_LINE;
    }
}

static enum parse_result word(struct parser *parser, struct slice *slice) {
    slice->start = parser->at;
    while (!ends_word(peek(parser, 0)))
        TRY(piece(parser));
    slice->length = parser->at - slice->start;
    return PARSE_LINE;
}

// Words of a node stand one behind the other, so a node's words are all taken before another node's.
static enum parse_result word_add(struct parser *parser) {
    struct tree *tree = parser->tree;
    if (tree->word_count == PARSE_WORDS_MAX)
        return wrong(parser, PARSE_TOO_LONG, parser->at);
    TRY(word(parser, &tree->words[tree->word_count]));
    tree->word_count++;
    return PARSE_LINE;
}

// Whether the word that begins here, unquoted, is this one.
static bool at_word(const struct parser *parser, const char *wanted) {
    size_t length = strlen(wanted);
    return strncmp(parser->text + parser->at, wanted, length) == 0 &&
           ends_word(parser->text[parser->at + length]);
}

// A word that ends the list of a compound command, or a part of it.
static bool at_closing_word(const struct parser *parser) {
    static const char *const closing[] = {"then", "elif", "else", "fi", "do", "done", "}"};
    for (size_t i = 0; i < array_length(closing); i++) {
        if (at_word(parser, closing[i]))
            return true;
    }
    return false;
}

static bool take_word(struct parser *parser, const char *wanted) {
    skip_blanks(parser);
    if (!at_word(parser, wanted))
        return false;
    parser->at += (uint32_t)strlen(wanted);
    return true;
}

// ---- nodes

static enum parse_result node_new(struct parser *parser, enum node_kind kind, uint16_t *index) {
    struct tree *tree = parser->tree;
    if (tree->node_count == PARSE_NODES_MAX)
        return wrong(parser, PARSE_TOO_LONG, parser->at);
    *index = tree->node_count++;
    tree->nodes[*index] = (struct node){.kind = kind,
                                        .words = tree->word_count,
                                        .redirections = tree->redirection_count,
                                        .text = {.start = parser->at}};
    return PARSE_LINE;
}

static struct node *node_of(const struct parser *parser, uint16_t index) {
    return &parser->tree->nodes[index];
}

static void node_end(struct parser *parser, uint16_t index) {
    struct node *node = node_of(parser, index);
    uint32_t end = parser->at;
    while (end > node->text.start && strchr(" \t\n", parser->text[end - 1]) != nullptr)
        end--;
    node->text.length = end - node->text.start;
}

static void child_add(struct parser *parser, uint16_t parent, uint16_t child) {
    uint16_t *link = &node_of(parser, parent)->first;
    while (*link != 0)
        link = &node_of(parser, *link)->next;
    *link = child;
}

// ---- commands

static bool at_redirection(const struct parser *parser) {
    char byte = peek(parser, 0);
    if (byte >= '0' && byte <= '9')
        byte = peek(parser, 1);
    return byte == '<' || byte == '>';
}

// Behind `>&`: the number of a stream.
static enum parse_result redirect_same(struct parser *parser, struct redirection *redirection) {
    parser->at++;
    char digit = peek(parser, 0);
    if (digit < '0' || digit > '2' || !ends_word(peek(parser, 1)))
        return wrong(parser, PARSE_STREAM_WRONG, parser->at);
    redirection->kind = REDIRECT_SAME;
    redirection->same_as = (uint8_t)(digit - '0');
    parser->at++;
    return PARSE_LINE;
}

static enum parse_result redirection_add(struct parser *parser, uint16_t command) {
    struct tree *tree = parser->tree;
    if (tree->redirection_count == PARSE_REDIRECTIONS_MAX)
        return wrong(parser, PARSE_TOO_LONG, parser->at);
    struct redirection *redirection = &tree->redirections[tree->redirection_count];
    char digit = peek(parser, 0);
    bool numbered = digit >= '0' && digit <= '9';
    if (numbered && digit > '2')
        return wrong(parser, PARSE_STREAM_WRONG, parser->at);
    parser->at += numbered ? 1 : 0;
    bool input = peek(parser, 0) == '<';
    *redirection = (struct redirection){.kind = input ? REDIRECT_INPUT : REDIRECT_OUTPUT};
    redirection->stream = numbered ? (uint8_t)(digit - '0') : input ? 0 : 1;
    parser->at++;
    if (!input && peek(parser, 0) == '>') {
        redirection->kind = REDIRECT_APPEND;
        parser->at++;
    }
    if (peek(parser, 0) == '&' && redirection->kind != REDIRECT_APPEND) {
        TRY(redirect_same(parser, redirection));
    } else {
        skip_blanks(parser);
        if (ends_word(peek(parser, 0)))
            return wrong(parser, PARSE_TARGET_MISSING, parser->at);
        TRY(word(parser, &redirection->target));
    }
    tree->redirection_count++;
    node_of(parser, command)->redirection_count++;
    return PARSE_LINE;
}

static bool at_assignment(const struct parser *parser) {
    const char *text = parser->text + parser->at;
    size_t length = parse_name_length(text, SIZE_MAX);
    return length > 0 && text[length] == '=';
}

static enum parse_result simple(struct parser *parser, uint16_t *command) {
    TRY(node_new(parser, NODE_COMMAND, command));
    struct node *node = node_of(parser, *command);
    for (skip_blanks(parser);; skip_blanks(parser)) {
        if (at_redirection(parser)) {
            TRY(redirection_add(parser, *command));
        } else if (!ends_word(peek(parser, 0))) {
            bool assignment = node->assignments == node->word_count && at_assignment(parser);
            TRY(word_add(parser));
            node->word_count++;
            node->assignments += assignment;
        } else {
            break;
        }
    }
    if (node->word_count == 0 && node->redirection_count == 0)
        return wrong(parser, PARSE_COMMAND_MISSING, parser->at);
    return PARSE_LINE;
}

// ---- compound commands

static enum parse_result list_child(struct parser *parser, uint16_t parent) {
    uint16_t list;
    TRY(parse_list(parser, false, &list));
    child_add(parser, parent, list);
    return PARSE_LINE;
}

static enum parse_result word_expect(struct parser *parser, const char *wanted) {
    skip_lines(parser);
    if (take_word(parser, wanted))
        return PARSE_LINE;
    return wrong(parser, peek(parser, 0) == 0 ? PARSE_WORD_MISSING : PARSE_UNEXPECTED, parser->at);
}

// Behind `if` or `elif`, up to and with `fi`.
static enum parse_result if_rest(struct parser *parser, uint16_t node) {
    if (++parser->depth > PARSE_DEPTH_MAX)
        return wrong(parser, PARSE_TOO_DEEP, parser->at);
    TRY(list_child(parser, node));
    TRY(word_expect(parser, "then"));
    TRY(list_child(parser, node));
    skip_lines(parser);
    if (take_word(parser, "elif")) {
        uint16_t other;
        TRY(node_new(parser, NODE_IF, &other));
        TRY(if_rest(parser, other));
        node_end(parser, other);
        child_add(parser, node, other);
    } else {
        if (take_word(parser, "else"))
            TRY(list_child(parser, node));
        TRY(word_expect(parser, "fi"));
    }
    parser->depth--;
    return PARSE_LINE;
}

static enum parse_result loop_body(struct parser *parser, uint16_t node) {
    TRY(word_expect(parser, "do"));
    TRY(list_child(parser, node));
    return word_expect(parser, "done");
}

static enum parse_result while_rest(struct parser *parser, uint16_t node) {
    TRY(list_child(parser, node));
    return loop_body(parser, node);
}

static enum parse_result for_rest(struct parser *parser, uint16_t index) {
    struct node *node = node_of(parser, index);
    skip_blanks(parser);
    uint32_t name = parser->at;
    TRY(word_add(parser));
    struct slice taken = parser->tree->words[node->words];
    if (taken.length == 0 || parse_name_length(parser->text + name, taken.length) != taken.length)
        return wrong(parser, PARSE_NAME_WRONG, name);
    node->word_count = 1;
    node->arguments = !take_word(parser, "in");
    if (!node->arguments) {
        for (skip_blanks(parser); !ends_word(peek(parser, 0)); skip_blanks(parser)) {
            TRY(word_add(parser));
            node->word_count++;
        }
    }
    skip_blanks(parser);
    parser->at += peek(parser, 0) == ';';
    return loop_body(parser, index);
}

static enum parse_result group_rest(struct parser *parser, uint16_t node) {
    TRY(list_child(parser, node));
    return word_expect(parser, "}");
}

static enum parse_result shell_rest(struct parser *parser, uint16_t node) {
    TRY(list_child(parser, node));
    skip_lines(parser);
    if (peek(parser, 0) != ')')
        return wrong(parser, peek(parser, 0) == 0 ? PARSE_WORD_MISSING : PARSE_UNEXPECTED, parser->at);
    parser->at++;
    return PARSE_LINE;
}

static const struct compound {
    const char *word;
    enum node_kind kind;
    enum parse_result (*rest)(struct parser *parser, uint16_t node);
} compounds[] = {
    {"if", NODE_IF, if_rest},    {"while", NODE_WHILE, while_rest}, {"until", NODE_UNTIL, while_rest},
    {"for", NODE_FOR, for_rest}, {"{", NODE_GROUP, group_rest},
};

static enum parse_result compound(struct parser *parser, const struct compound *compound, uint16_t *node) {
    TRY(node_new(parser, compound->kind, node));
    parser->at += (uint32_t)strlen(compound->word);
    TRY(compound->rest(parser, *node));
    // Its redirections come behind those of what it holds.
    node_of(parser, *node)->redirections = parser->tree->redirection_count;
    for (skip_blanks(parser); at_redirection(parser); skip_blanks(parser))
        TRY(redirection_add(parser, *node));
    return PARSE_LINE;
}

static enum parse_result command_any(struct parser *parser, uint16_t *node) {
    static const struct compound shell = {"(", NODE_SHELL, shell_rest};
    if (peek(parser, 0) == '(')
        return compound(parser, &shell, node);
    for (size_t i = 0; i < array_length(compounds); i++) {
        if (at_word(parser, compounds[i].word))
            return compound(parser, &compounds[i], node);
    }
    if (at_closing_word(parser))
        return wrong(parser, PARSE_UNEXPECTED, parser->at);
    return simple(parser, node);
}

static enum parse_result command(struct parser *parser, uint16_t *node) {
    skip_blanks(parser);
    if (++parser->depth > PARSE_DEPTH_MAX)
        return wrong(parser, PARSE_TOO_DEEP, parser->at);
    TRY(command_any(parser, node));
    parser->depth--;
    node_end(parser, *node);
    return PARSE_LINE;
}

// ---- pipelines and lists

// A node of this kind whose first child exists already and begins before it.
static enum parse_result node_above(struct parser *parser, enum node_kind kind, uint16_t child,
                                    uint16_t *index) {
    TRY(node_new(parser, kind, index));
    node_of(parser, *index)->text.start = node_of(parser, child)->text.start;
    child_add(parser, *index, child);
    return PARSE_LINE;
}

static enum parse_result pipeline_rest(struct parser *parser, uint16_t *node) {
    unsigned count = 1;
    uint16_t one, whole = 0;
    for (skip_blanks(parser); peek(parser, 0) == '|' && peek(parser, 1) != '|'; skip_blanks(parser)) {
        if (++count > PARSE_PIPELINE_MAX)
            return wrong(parser, PARSE_PIPELINE_TOO_LONG, parser->at);
        parser->at++;
        skip_lines(parser);
        if (whole == 0)
            TRY(node_above(parser, NODE_PIPELINE, *node, &whole));
        TRY(command(parser, &one));
        child_add(parser, whole, one);
    }
    if (whole != 0) {
        node_end(parser, whole);
        *node = whole;
    }
    return PARSE_LINE;
}

static enum parse_result pipeline(struct parser *parser, uint16_t *node) {
    uint16_t negation = 0;
    skip_blanks(parser);
    if (at_word(parser, "!")) {
        TRY(node_new(parser, NODE_NOT, &negation));
        parser->at++;
    }
    TRY(command(parser, node));
    TRY(pipeline_rest(parser, node));
    if (negation != 0) {
        child_add(parser, negation, *node);
        node_end(parser, negation);
        *node = negation;
    }
    return PARSE_LINE;
}

static enum parse_result and_or(struct parser *parser, uint16_t *node) {
    TRY(pipeline(parser, node));
    for (skip_blanks(parser); peek(parser, 0) != 0 && peek(parser, 0) == peek(parser, 1);
         skip_blanks(parser)) {
        char byte = peek(parser, 0);
        if (byte != '&' && byte != '|')
            break;
        uint16_t whole, right;
        TRY(node_above(parser, byte == '&' ? NODE_AND : NODE_OR, *node, &whole));
        parser->at += 2;
        skip_lines(parser);
        TRY(pipeline(parser, &right));
        child_add(parser, whole, right);
        node_end(parser, whole);
        *node = whole;
    }
    return PARSE_LINE;
}

// Whether the list of a compound command ends here.
static bool at_list_end(const struct parser *parser) {
    return peek(parser, 0) == 0 || peek(parser, 0) == ')' || at_closing_word(parser);
}

// A whole line ends with its newline, the list of a compound command with the word or sign behind it.
static enum parse_result parse_list(struct parser *parser, bool whole_line, uint16_t *list) {
    TRY(node_new(parser, NODE_LIST, list));
    skip_lines(parser);
    for (;;) {
        uint16_t item;
        TRY(and_or(parser, &item));
        child_add(parser, *list, item);
        skip_blanks(parser);
        char byte = peek(parser, 0);
        node_of(parser, item)->background = byte == '&';
        if (byte == ';' || byte == '&')
            parser->at++;
        else if (byte != '\n' && !(whole_line ? byte == 0 : at_list_end(parser)))
            return wrong(parser, PARSE_UNEXPECTED, parser->at);
        skip_blanks(parser);
        if (whole_line && (peek(parser, 0) == '\n' || peek(parser, 0) == 0))
            break;
        if (!whole_line)
            skip_lines(parser);
        if (!whole_line && at_list_end(parser))
            break;
    }
    node_end(parser, *list);
    return PARSE_LINE;
}

enum parse_result parse_line(const char *text, uint32_t *at, struct tree *tree) {
    struct parser parser = {.text = text, .at = *at, .tree = tree};
    tree->error_at = *at;
    tree->root = 0;
    tree->node_count = 1;
    tree->word_count = tree->redirection_count = 0;
    skip_lines(&parser);
    enum parse_result result = PARSE_END;
    if (peek(&parser, 0) != 0)
        result = parse_list(&parser, true, &tree->root);
    *at = parser.at;
    if (result != PARSE_LINE)
        *at += (uint32_t)strlen(text + parser.at);
    return result;
}

bool parse_is_open(const char *text, const struct tree *tree, enum parse_result error) {
    bool at_end = text[tree->error_at] == 0;
    return error == PARSE_OPEN_QUOTE ||
           (at_end && (error == PARSE_COMMAND_MISSING || error == PARSE_WORD_MISSING));
}
