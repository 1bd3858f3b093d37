// SPDX-License-Identifier: MIT
//
// The strings of a command: what the words of its node stand for, with the shell's variables and arguments.

#include "expand.h"
#include "glob.h"
#include "shell.h"
#include <base/format.h>
#include <base/string.h>
#include <user/program.h>

static const char *variable(void *context, const char *name, size_t length) {
    static char digits[24];
    (void)context;
    if (*name != '?' && *name != '!' && *name != '$')
        return variable_get(&shell.variables, name, length);
    uint64_t number = *name == '?'   ? (uint64_t)shell.status
                      : *name == '!' ? shell.jobs.last
                                     : startup->process;
    format_buffer(digits, sizeof(digits), "%llu", (unsigned long long)number);
    return digits;
}

static bool names(void *context, const char *pattern, struct fields *fields) {
    (void)context;
    return glob_expand(shell.directory, pattern, fields);
}

static const char *output(void *context, const char *text, size_t length) {
    (void)context;
    return substitution_output(text, length);
}

static struct expand_source source(void) {
    return (struct expand_source){.variable = variable,
                                  .names = names,
                                  .output = output,
                                  .argument_count = shell.argument_count,
                                  .arguments = shell.arguments,
                                  .zero = shell.zero};
}

static bool too_long(void) {
    print_error("the command is too long");
    shell.status = 1;
    return false;
}

bool words_expand(const struct node *node, size_t from) {
    struct expand_source values = source();
    fields_clear(&shell.fields);
    for (size_t i = from; i < node->word_count; i++) {
        struct slice word = shell.tree.words[node->words + i];
        if (!expand_word(shell.text + word.start, word.length, &values, &shell.fields))
            return too_long();
    }
    return !shell.interrupted;
}

bool whole_expand(struct slice slice, struct fields *fields) {
    struct expand_source values = source();
    if (!expand_whole(shell.text + slice.start, slice.length, &values, fields))
        return too_long();
    return !shell.interrupted;
}

bool words_bracketed(void) {
    static char test[] = "test";
    struct fields *fields = &shell.fields;
    if (strcmp(fields->words[0], "[") != 0)
        return true;
    if (strcmp(fields->words[fields->count - 1], "]") != 0) {
        print_error("[: the ] is missing");
        shell.status = EXIT_USAGE;
        return false;
    }
    fields->words[0] = test;
    fields->words[--fields->count] = nullptr;
    return true;
}

bool words_for_shell(const struct node *node) {
    struct slice text = node->kind == NODE_SHELL ? node_at(node->first)->text : node->text;
    struct fields *fields = &shell.fields;
    fields_clear(fields);
    bool fits = fields_add(fields, "sh", 2) && fields_add(fields, "-c", 2) &&
                fields_add(fields, shell.text + text.start, text.length) &&
                fields_add(fields, shell.zero, strlen(shell.zero));
    for (size_t i = 0; i < shell.argument_count && fits; i++)
        fits = fields_add(fields, shell.arguments[i], strlen(shell.arguments[i]));
    return fits || too_long();
}
