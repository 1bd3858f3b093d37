// SPDX-License-Identifier: MIT
//
// The shell's state, for its own files.
//
// A line goes this way: lexer.c and parse.c make a tree of it, run.c walks the tree, words.c makes strings of
// the words of the command whose turn it is, with expand.c, redirect.c makes its streams, and launch.c starts
// it or builtin.c does it. What must not change the shell's own state, `( )` and what is more than one
// program in the background or in a pipeline, is run by another shell: `sh -c` with the text.

#ifndef SH_SHELL_H
#define SH_SHELL_H

#include "fields.h"
#include "jobs.h"
#include "parse.h"
#include "variables.h"
#include <user/path.h>
#include <user/stream.h>

struct shell {
    char directory[PATH_SIZE];
    char previous[PATH_SIZE]; // directory before the last `cd`, for `cd -`; empty: none
    int status;
    int output_status; // of the last `$(...)`
    bool ended;        // `exit`
    bool interrupted;  // Ctrl-C: the rest of the line is not run
    unsigned loops;    // that are being run, one in the other
    unsigned leaves;   // so many of them end, by `break` or `continue`, from the innermost on
    bool continues;    // the last of these goes on with its next turn
    bool interactive;  // a person types at the console
    const char *zero;  // $0
    size_t argument_count;
    char *const *arguments;
    struct variables variables;
    struct jobs jobs;
    const char *text; // what `tree` was made of
    struct tree tree;
    struct fields fields; // of the command that is being run
};

extern struct shell shell;

// ---- run.c

// Runs all lines of a text. `name` says in messages where they come from; nullptr: a person typed the line.
// False: a syntax error; what stands before it has been run.
bool shell_run(const char *text, const char *name);

// Runs a node of the tree and leaves its status in shell.status.
void run_node(const struct node *node);

// Notes a Ctrl-C that was typed when no program of the foreground ran.
void ask_whether_interrupted(void);

static inline const struct node *node_at(uint16_t index) {
    return &shell.tree.nodes[index];
}

// ---- words.c

// The strings of a node's words from this one on go to shell.fields. False: they are too long, which was
// said, or Ctrl-C ended what some were to come from.
[[nodiscard]] bool words_expand(const struct node *node, size_t from);
// `[ WORDS ]` in shell.fields becomes `test WORDS`. False: the `]` is missing, which was said.
[[nodiscard]] bool words_bracketed(void);
// `sh -c TEXT $0 $1 ...`, for what is more than a program. The text of `( list )` is that of the list.
[[nodiscard]] bool words_for_shell(const struct node *node);
// One string of a word, added to the fields.
[[nodiscard]] bool whole_expand(struct slice slice, struct fields *fields);

// ---- redirect.c

// The shell's own streams, while others stand in their place.
struct streams_kept {
    struct stream own[STREAM_COUNT];
    bool changed[STREAM_COUNT];
};

void streams_get(struct stream streams[STREAM_COUNT]);
// Applies the redirections of a node to three streams. False: one failed, and was said.
[[nodiscard]] bool streams_redirect(const struct node *node, struct stream streams[STREAM_COUNT]);

// For what the shell does itself: from enter to leave these are its streams. The same nests.
void streams_enter(struct streams_kept *kept, const struct stream streams[STREAM_COUNT]);
void streams_leave(const struct streams_kept *kept);

// ---- launch.c

// Starts the commands of a node, a pipeline or one command, as one job. Those that the shell does itself are
// done.
void pipeline_run(const struct node *node, bool background);

// A pipe, or nothing for both and a message.
[[nodiscard]] bool pipe_between(struct stream *output, struct stream *input);
// Gives an end of a pipe back; other streams are only forgotten.
void end_release(struct stream *stream);

// ---- substitution.c

// What a shell of its own prints that runs this text, without the newlines at its end; it stays until the
// next call. nullptr: it is too long.
const char *substitution_output(const char *text, size_t length);

// ---- builtin.c

// Does a command of the shell's own. False: there is none of this name.
[[nodiscard]] bool builtin_run(size_t count, char **words);
bool builtin_is(const char *name);
const char *builtin_name(size_t index); // nullptr behind the last

#endif
