// SPDX-License-Identifier: MIT
//
// See parse.h. Recursive descent over what the lexer finds. Every function that takes something says what
// went wrong, the lexer keeps the place, and the caller passes that on.

#include "parse.h"
#include <base/string.h>

static const char *const result_texts[] = {
    [PARSE_LINE] = "a line",
    [PARSE_END] = "nothing left",
    [PARSE_OPEN_QUOTE] = "a quote is not closed",
    [PARSE_OPEN_BRACE] = "${ is not closed",
    [PARSE_OPEN_SUBSTITUTION] = "a substitution that begins here is not closed",
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
    struct lexer *lexer;
    unsigned depth;
    struct tree *tree;
};

static enum parse_result parse_list(struct parser *parser, bool whole_line, uint16_t *list);

// ---- words

// Words of a node stand one behind the other, so a node's words are all taken before another node's.
static enum parse_result word_add(struct parser *parser) {
    struct tree *tree = parser->tree;
    if (tree->word_count == PARSE_WORDS_MAX)
        return lexer_wrong(parser->lexer, PARSE_TOO_LONG, parser->lexer->at);
    PARSE_TRY(lexer_word(parser->lexer, &tree->words[tree->word_count]));
    tree->word_count++;
    return PARSE_LINE;
}

// A word that ends the list of a compound command, or a part of it.
static bool at_closing_word(const struct parser *parser) {
    static const char *const closing[] = {"then", "elif", "else", "fi", "do", "done", "}"};
    for (size_t i = 0; i < array_length(closing); i++) {
        if (lexer_at_word(parser->lexer, closing[i]))
            return true;
    }
    return false;
}

// ---- nodes

static enum parse_result node_new(struct parser *parser, enum node_kind kind, uint16_t *index) {
    struct tree *tree = parser->tree;
    if (tree->node_count == PARSE_NODES_MAX)
        return lexer_wrong(parser->lexer, PARSE_TOO_LONG, parser->lexer->at);
    *index = tree->node_count++;
    tree->nodes[*index] = (struct node){.kind = kind,
                                        .words = tree->word_count,
                                        .redirections = tree->redirection_count,
                                        .text = {.start = parser->lexer->at}};
    return PARSE_LINE;
}

static struct node *node_of(const struct parser *parser, uint16_t index) {
    return &parser->tree->nodes[index];
}

static void node_end(struct parser *parser, uint16_t index) {
    struct node *node = node_of(parser, index);
    uint32_t end = parser->lexer->at;
    while (end > node->text.start && strchr(" \t\n", parser->lexer->text[end - 1]) != nullptr)
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
    char byte = lexer_peek(parser->lexer, 0);
    if (byte >= '0' && byte <= '9')
        byte = lexer_peek(parser->lexer, 1);
    return byte == '<' || byte == '>';
}

// Behind `>&`: the number of a stream.
static enum parse_result redirect_same(struct parser *parser, struct redirection *redirection) {
    parser->lexer->at++;
    char digit = lexer_peek(parser->lexer, 0);
    if (digit < '0' || digit > '2' || !lexer_ends_word(lexer_peek(parser->lexer, 1)))
        return lexer_wrong(parser->lexer, PARSE_STREAM_WRONG, parser->lexer->at);
    redirection->kind = REDIRECT_SAME;
    redirection->same_as = (uint8_t)(digit - '0');
    parser->lexer->at++;
    return PARSE_LINE;
}

static enum parse_result redirection_add(struct parser *parser, uint16_t command) {
    struct tree *tree = parser->tree;
    if (tree->redirection_count == PARSE_REDIRECTIONS_MAX)
        return lexer_wrong(parser->lexer, PARSE_TOO_LONG, parser->lexer->at);
    struct redirection *redirection = &tree->redirections[tree->redirection_count];
    char digit = lexer_peek(parser->lexer, 0);
    bool numbered = digit >= '0' && digit <= '9';
    if (numbered && digit > '2')
        return lexer_wrong(parser->lexer, PARSE_STREAM_WRONG, parser->lexer->at);
    parser->lexer->at += numbered ? 1 : 0;
    bool input = lexer_peek(parser->lexer, 0) == '<';
    *redirection = (struct redirection){.kind = input ? REDIRECT_INPUT : REDIRECT_OUTPUT};
    redirection->stream = numbered ? (uint8_t)(digit - '0') : input ? 0 : 1;
    parser->lexer->at++;
    if (!input && lexer_peek(parser->lexer, 0) == '>') {
        redirection->kind = REDIRECT_APPEND;
        parser->lexer->at++;
    }
    if (lexer_peek(parser->lexer, 0) == '&' && redirection->kind != REDIRECT_APPEND) {
        PARSE_TRY(redirect_same(parser, redirection));
    } else {
        lexer_skip_blanks(parser->lexer);
        if (lexer_ends_word(lexer_peek(parser->lexer, 0)))
            return lexer_wrong(parser->lexer, PARSE_TARGET_MISSING, parser->lexer->at);
        PARSE_TRY(lexer_word(parser->lexer, &redirection->target));
    }
    tree->redirection_count++;
    node_of(parser, command)->redirection_count++;
    return PARSE_LINE;
}

static bool at_assignment(const struct parser *parser) {
    const char *text = parser->lexer->text + parser->lexer->at;
    size_t length = lexer_name_length(text, SIZE_MAX);
    return length > 0 && text[length] == '=';
}

static enum parse_result simple(struct parser *parser, uint16_t *command) {
    PARSE_TRY(node_new(parser, NODE_COMMAND, command));
    struct node *node = node_of(parser, *command);
    for (lexer_skip_blanks(parser->lexer);; lexer_skip_blanks(parser->lexer)) {
        if (at_redirection(parser)) {
            PARSE_TRY(redirection_add(parser, *command));
        } else if (!lexer_ends_word(lexer_peek(parser->lexer, 0))) {
            bool assignment = node->assignments == node->word_count && at_assignment(parser);
            PARSE_TRY(word_add(parser));
            node->word_count++;
            node->assignments += assignment;
        } else {
            break;
        }
    }
    if (node->word_count == 0 && node->redirection_count == 0)
        return lexer_wrong(parser->lexer, PARSE_COMMAND_MISSING, parser->lexer->at);
    return PARSE_LINE;
}

// ---- compound commands

static enum parse_result list_child(struct parser *parser, uint16_t parent) {
    uint16_t list;
    PARSE_TRY(parse_list(parser, false, &list));
    child_add(parser, parent, list);
    return PARSE_LINE;
}

// What ends a compound command, or a part of it, is not here.
static enum parse_result closing_missing(struct parser *parser) {
    return lexer_wrong(parser->lexer,
                       lexer_peek(parser->lexer, 0) == 0 ? PARSE_WORD_MISSING : PARSE_UNEXPECTED,
                       parser->lexer->at);
}

static enum parse_result word_expect(struct parser *parser, const char *wanted) {
    lexer_skip_lines(parser->lexer);
    return lexer_take_word(parser->lexer, wanted) ? PARSE_LINE : closing_missing(parser);
}

// Behind `if` or `elif`, up to and with `fi`.
static enum parse_result if_rest(struct parser *parser, uint16_t node) {
    if (++parser->depth > PARSE_DEPTH_MAX)
        return lexer_wrong(parser->lexer, PARSE_TOO_DEEP, parser->lexer->at);
    PARSE_TRY(list_child(parser, node));
    PARSE_TRY(word_expect(parser, "then"));
    PARSE_TRY(list_child(parser, node));
    lexer_skip_lines(parser->lexer);
    if (lexer_take_word(parser->lexer, "elif")) {
        uint16_t other;
        PARSE_TRY(node_new(parser, NODE_IF, &other));
        PARSE_TRY(if_rest(parser, other));
        node_end(parser, other);
        child_add(parser, node, other);
    } else {
        if (lexer_take_word(parser->lexer, "else"))
            PARSE_TRY(list_child(parser, node));
        PARSE_TRY(word_expect(parser, "fi"));
    }
    parser->depth--;
    return PARSE_LINE;
}

static enum parse_result loop_body(struct parser *parser, uint16_t node) {
    PARSE_TRY(word_expect(parser, "do"));
    PARSE_TRY(list_child(parser, node));
    return word_expect(parser, "done");
}

static enum parse_result while_rest(struct parser *parser, uint16_t node) {
    PARSE_TRY(list_child(parser, node));
    return loop_body(parser, node);
}

static enum parse_result for_rest(struct parser *parser, uint16_t index) {
    struct node *node = node_of(parser, index);
    lexer_skip_blanks(parser->lexer);
    uint32_t name = parser->lexer->at;
    PARSE_TRY(word_add(parser));
    struct slice taken = parser->tree->words[node->words];
    if (taken.length == 0 || lexer_name_length(parser->lexer->text + name, taken.length) != taken.length)
        return lexer_wrong(parser->lexer, PARSE_NAME_WRONG, name);
    node->word_count = 1;
    node->arguments = !lexer_take_word(parser->lexer, "in");
    if (!node->arguments) {
        for (lexer_skip_blanks(parser->lexer); !lexer_ends_word(lexer_peek(parser->lexer, 0));
             lexer_skip_blanks(parser->lexer)) {
            PARSE_TRY(word_add(parser));
            node->word_count++;
        }
    }
    lexer_skip_blanks(parser->lexer);
    parser->lexer->at += lexer_peek(parser->lexer, 0) == ';';
    return loop_body(parser, index);
}

static enum parse_result group_rest(struct parser *parser, uint16_t node) {
    PARSE_TRY(list_child(parser, node));
    return word_expect(parser, "}");
}

static enum parse_result shell_rest(struct parser *parser, uint16_t node) {
    PARSE_TRY(list_child(parser, node));
    lexer_skip_lines(parser->lexer);
    if (lexer_peek(parser->lexer, 0) != ')')
        return closing_missing(parser);
    parser->lexer->at++;
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
    PARSE_TRY(node_new(parser, compound->kind, node));
    parser->lexer->at += (uint32_t)strlen(compound->word);
    PARSE_TRY(compound->rest(parser, *node));
    // Its redirections come behind those of what it holds.
    node_of(parser, *node)->redirections = parser->tree->redirection_count;
    for (lexer_skip_blanks(parser->lexer); at_redirection(parser); lexer_skip_blanks(parser->lexer))
        PARSE_TRY(redirection_add(parser, *node));
    return PARSE_LINE;
}

static enum parse_result command_any(struct parser *parser, uint16_t *node) {
    static const struct compound shell = {"(", NODE_SHELL, shell_rest};
    if (lexer_peek(parser->lexer, 0) == '(')
        return compound(parser, &shell, node);
    for (size_t i = 0; i < array_length(compounds); i++) {
        if (lexer_at_word(parser->lexer, compounds[i].word))
            return compound(parser, &compounds[i], node);
    }
    if (at_closing_word(parser))
        return lexer_wrong(parser->lexer, PARSE_UNEXPECTED, parser->lexer->at);
    return simple(parser, node);
}

static enum parse_result command(struct parser *parser, uint16_t *node) {
    lexer_skip_blanks(parser->lexer);
    if (++parser->depth > PARSE_DEPTH_MAX)
        return lexer_wrong(parser->lexer, PARSE_TOO_DEEP, parser->lexer->at);
    PARSE_TRY(command_any(parser, node));
    parser->depth--;
    node_end(parser, *node);
    return PARSE_LINE;
}

// ---- pipelines and lists

// A node of this kind whose first child exists already and begins before it.
static enum parse_result node_above(struct parser *parser, enum node_kind kind, uint16_t child,
                                    uint16_t *index) {
    PARSE_TRY(node_new(parser, kind, index));
    node_of(parser, *index)->text.start = node_of(parser, child)->text.start;
    child_add(parser, *index, child);
    return PARSE_LINE;
}

static enum parse_result pipeline_rest(struct parser *parser, uint16_t *node) {
    unsigned count = 1;
    uint16_t one, whole = 0;
    for (lexer_skip_blanks(parser->lexer);
         lexer_peek(parser->lexer, 0) == '|' && lexer_peek(parser->lexer, 1) != '|';
         lexer_skip_blanks(parser->lexer)) {
        if (++count > PARSE_PIPELINE_MAX)
            return lexer_wrong(parser->lexer, PARSE_PIPELINE_TOO_LONG, parser->lexer->at);
        parser->lexer->at++;
        lexer_skip_lines(parser->lexer);
        if (whole == 0)
            PARSE_TRY(node_above(parser, NODE_PIPELINE, *node, &whole));
        PARSE_TRY(command(parser, &one));
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
    lexer_skip_blanks(parser->lexer);
    if (lexer_at_word(parser->lexer, "!")) {
        PARSE_TRY(node_new(parser, NODE_NOT, &negation));
        parser->lexer->at++;
    }
    PARSE_TRY(command(parser, node));
    PARSE_TRY(pipeline_rest(parser, node));
    if (negation != 0) {
        child_add(parser, negation, *node);
        node_end(parser, negation);
        *node = negation;
    }
    return PARSE_LINE;
}

static enum parse_result and_or(struct parser *parser, uint16_t *node) {
    PARSE_TRY(pipeline(parser, node));
    for (lexer_skip_blanks(parser->lexer);
         lexer_peek(parser->lexer, 0) != 0 && lexer_peek(parser->lexer, 0) == lexer_peek(parser->lexer, 1);
         lexer_skip_blanks(parser->lexer)) {
        char byte = lexer_peek(parser->lexer, 0);
        if (byte != '&' && byte != '|')
            break;
        uint16_t whole, right;
        PARSE_TRY(node_above(parser, byte == '&' ? NODE_AND : NODE_OR, *node, &whole));
        parser->lexer->at += 2;
        lexer_skip_lines(parser->lexer);
        PARSE_TRY(pipeline(parser, &right));
        child_add(parser, whole, right);
        node_end(parser, whole);
        *node = whole;
    }
    return PARSE_LINE;
}

// Whether the list of a compound command ends here.
static bool at_list_end(const struct parser *parser) {
    return lexer_peek(parser->lexer, 0) == 0 || lexer_peek(parser->lexer, 0) == ')' ||
           at_closing_word(parser);
}

// A whole line ends with its newline, the list of a compound command with the word or sign behind it.
static enum parse_result parse_list(struct parser *parser, bool whole_line, uint16_t *list) {
    PARSE_TRY(node_new(parser, NODE_LIST, list));
    lexer_skip_lines(parser->lexer);
    for (;;) {
        uint16_t item;
        PARSE_TRY(and_or(parser, &item));
        child_add(parser, *list, item);
        lexer_skip_blanks(parser->lexer);
        char byte = lexer_peek(parser->lexer, 0);
        node_of(parser, item)->background = byte == '&';
        if (byte == ';' || byte == '&')
            parser->lexer->at++;
        else if (byte != '\n' && !(whole_line ? byte == 0 : at_list_end(parser)))
            return lexer_wrong(parser->lexer, PARSE_UNEXPECTED, parser->lexer->at);
        lexer_skip_blanks(parser->lexer);
        if (whole_line && (lexer_peek(parser->lexer, 0) == '\n' || lexer_peek(parser->lexer, 0) == 0))
            break;
        if (!whole_line)
            lexer_skip_lines(parser->lexer);
        if (!whole_line && at_list_end(parser))
            break;
    }
    node_end(parser, *list);
    return PARSE_LINE;
}

enum parse_result parse_line(const char *text, uint32_t *at, struct tree *tree) {
    struct lexer lexer = {.text = text, .at = *at, .error_at = *at};
    struct parser parser = {.lexer = &lexer, .tree = tree};
    tree->root = 0;
    tree->node_count = 1;
    tree->word_count = tree->redirection_count = 0;
    lexer_skip_lines(&lexer);
    enum parse_result result = PARSE_END;
    if (lexer_peek(&lexer, 0) != 0)
        result = parse_list(&parser, true, &tree->root);
    tree->error_at = lexer.error_at;
    *at = lexer.at;
    if (result != PARSE_LINE)
        *at += (uint32_t)strlen(text + lexer.at);
    return result;
}

bool parse_is_open(const char *text, const struct tree *tree, enum parse_result error) {
    bool at_end = text[tree->error_at] == 0;
    return error == PARSE_OPEN_QUOTE || error == PARSE_OPEN_SUBSTITUTION ||
           (at_end && (error == PARSE_COMMAND_MISSING || error == PARSE_WORD_MISSING));
}
