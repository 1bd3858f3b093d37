// SPDX-License-Identifier: MIT
//
// The shell's grammar: text becomes a tree. Pure; all memory is the caller's struct tree, and what does not
// fit is refused by name. Words stay as they were typed, as slices of the text; expand.h makes strings of
// them when their command runs.
//
//     line      = and-or { ( ";" | "&" ) and-or } [ ";" | "&" ] newline
//     and-or    = pipeline { ( "&&" | "||" ) pipeline }
//     pipeline  = [ "!" ] command { "|" command }
//     command   = { NAME=word } { word } with redirections between them
//               | "(" list ")" | "{" list "}" | if list then list { elif list then list } [ else list ] fi
//               | while list do list done | until list do list done | for NAME [ in { word } ] ; do list done
//     redirection = [ digit ] ( "<" | ">" | ">>" ) word | [ digit ] ">&" digit
//
// After `|`, `&&` and `||` the line goes on. lexer.h says what a word is.

#ifndef SH_PARSE_H
#define SH_PARSE_H

#include "lexer.h"

enum {
    PARSE_NODES_MAX = 512,
    PARSE_WORDS_MAX = 1024,
    PARSE_REDIRECTIONS_MAX = 128,
    PARSE_DEPTH_MAX = 32,
    PARSE_PIPELINE_MAX = 16,
};

const char *parse_result_text(enum parse_result result);

enum redirection_kind : uint8_t { REDIRECT_INPUT, REDIRECT_OUTPUT, REDIRECT_APPEND, REDIRECT_SAME };

struct redirection {
    enum redirection_kind kind;
    uint8_t stream;      // 0 to 2
    uint8_t same_as;     // of REDIRECT_SAME
    struct slice target; // of the others
};

enum node_kind : uint8_t {
    NODE_COMMAND,  // words
    NODE_PIPELINE, // children: its commands, at least two
    NODE_NOT,      // one child
    NODE_AND,      // two children
    NODE_OR,
    NODE_LIST,  // children one after the other
    NODE_GROUP, // { }: a list
    NODE_SHELL, // ( ): a list, for a shell of its own
    NODE_IF,    // condition, list, and possibly another list
    NODE_WHILE, // condition, list
    NODE_UNTIL,
    NODE_FOR, // a list; words: the name, then what it stands for
};

struct node {
    enum node_kind kind;
    bool background; // an item of a list that is not waited for
    bool arguments;  // NODE_FOR without `in`
    uint16_t first;  // index of the first child, 0: none
    uint16_t next;   // of the next child of the same parent
    uint16_t words;  // index of the first
    uint16_t word_count;
    uint16_t assignments; // so many of the words, at the front, are NAME=word
    uint16_t redirections;
    uint16_t redirection_count;
    struct slice text; // all of it
};

struct tree {
    uint32_t error_at; // offset of what is wrong
    uint16_t root;     // a NODE_LIST
    uint16_t node_count;
    uint16_t word_count;
    uint16_t redirection_count;
    struct node nodes[PARSE_NODES_MAX]; // number 0 is not used
    struct slice words[PARSE_WORDS_MAX];
    struct redirection redirections[PARSE_REDIRECTIONS_MAX];
};

// The next line at text[*at], which moves behind it. After an error *at stands at the end of the text.
[[nodiscard]] enum parse_result parse_line(const char *text, uint32_t *at, struct tree *tree);

// Whether more lines behind a text could mend the error that it ends with: a quote or a compound command is
// open, or a command is to follow.
bool parse_is_open(const char *text, const struct tree *tree, enum parse_result error);

#endif
