// SPDX-License-Identifier: MIT
//
// user/programs/sh/parse.c and expand.c on arbitrary text: the tree of each line is a tree, all that it names
// lies in the text, its words become strings that lie in their storage, and each string, written again in
// quotes, is read as the same string.

#include "fuzz.h"
#include "../../user/programs/sh/expand.h"
#include "../../user/programs/sh/parse.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static struct tree tree;
static bool seen[PARSE_NODES_MAX];

static void check_slice(struct slice slice) {
    size_t length = strlen(text);
    fuzz_check(slice.start <= length && slice.length <= length - slice.start);
}

static size_t check_children(const struct node *node) {
    size_t count = 0;
    for (uint16_t child = node->first; child != 0; child = tree.nodes[child].next) {
        fuzz_check(child < tree.node_count && !seen[child]);
        seen[child] = true;
        count++;
    }
    return count;
}

// How many children a node of each kind has, at least and at most.
static void check_shape(const struct node *node) {
    static const struct {
        size_t least, most;
    } shapes[] = {
        [NODE_COMMAND] = {0, 0}, [NODE_PIPELINE] = {2, PARSE_PIPELINE_MAX},
        [NODE_NOT] = {1, 1},     [NODE_AND] = {2, 2},
        [NODE_OR] = {2, 2},      [NODE_LIST] = {1, PARSE_NODES_MAX},
        [NODE_GROUP] = {1, 1},   [NODE_SHELL] = {1, 1},
        [NODE_IF] = {2, 3},      [NODE_WHILE] = {2, 2},
        [NODE_UNTIL] = {2, 2},   [NODE_FOR] = {1, 1},
    };
    size_t count = check_children(node);
    fuzz_check(node->kind < sizeof(shapes) / sizeof(shapes[0]));
    fuzz_check(count >= shapes[node->kind].least && count <= shapes[node->kind].most);
    fuzz_check(node->assignments <= node->word_count);
    fuzz_check(node->words + node->word_count <= tree.word_count);
    fuzz_check(node->redirections + node->redirection_count <= tree.redirection_count);
    if (node->kind == NODE_COMMAND)
        fuzz_check(node->word_count + node->redirection_count > 0);
    check_slice(node->text);
}

static void check_tree(void) {
    memset(seen, 0, sizeof(seen));
    fuzz_check(tree.node_count <= PARSE_NODES_MAX && tree.nodes[tree.root].kind == NODE_LIST);
    for (uint16_t i = 1; i < tree.node_count; i++)
        check_shape(&tree.nodes[i]);
    for (uint16_t i = 1; i < tree.node_count; i++)
        fuzz_check(seen[i] == (i != tree.root));
    for (uint16_t i = 0; i < tree.redirection_count; i++) {
        fuzz_check(tree.redirections[i].stream <= 2 && tree.redirections[i].same_as <= 2);
        check_slice(tree.redirections[i].target);
    }
}

static const char *variable(void *context, const char *name, size_t length) {
    (void)context;
    return length % 2 ? " a  'b' $x\n" : *name == '?' ? "0" : NULL;
}

static const char *output(void *context, const char *commands, size_t length) {
    static char printed[64];
    (void)context;
    fuzz_check(commands[-1] == '(' && commands[length] == ')');
    snprintf(printed, sizeof(printed), "%.*s", (int)length, commands);
    return length % 7 == 6 ? NULL : printed;
}

static char *const arguments[] = {"1 2", "", "\t3"};
static const struct expand_source source = {
    .variable = variable, .output = output, .argument_count = 3, .arguments = arguments, .zero = "sh"};

static void check_fields(const struct fields *fields) {
    fuzz_check(fields->count <= FIELDS_MAX && fields->words[fields->count] == NULL);
    for (size_t i = 0; i < fields->count; i++) {
        size_t start = (size_t)(fields->words[i] - fields->storage);
        fuzz_check(start < sizeof(fields->storage));
        fuzz_check(memchr(fields->words[i], 0, sizeof(fields->storage) - start) != NULL);
    }
}

static void check_round_trip(const char *word) {
    static char quoted[4 * FIELDS_SIZE + 3];
    static struct fields again;
    static struct tree one;
    size_t used = 0;
    uint32_t at = 0;
    quoted[used++] = '\'';
    for (const char *byte = word; *byte != 0; byte++) {
        if (*byte == '\'')
            used += (size_t)sprintf(quoted + used, "'\\''");
        else
            quoted[used++] = *byte;
    }
    quoted[used++] = '\'';
    quoted[used] = 0;
    fuzz_check(parse_line(quoted, &at, &one) == PARSE_LINE && one.word_count == 1);
    fields_clear(&again);
    fuzz_check(expand_word(quoted, used, &source, &again));
    fuzz_check(again.count == 1 && strcmp(again.words[0], word) == 0);
    fuzz_check(parse_line(quoted, &at, &one) == PARSE_END && quoted[at] == 0);
}

static void check_words(void) {
    static struct fields fields;
    for (uint16_t i = 0; i < tree.word_count; i++) {
        struct slice word = tree.words[i];
        check_slice(word);
        fields_clear(&fields);
        bool fits = expand_word(text + word.start, word.length, &source, &fields);
        if (fits) {
            check_fields(&fields);
            for (size_t j = 0; j < fields.count && j < 4; j++)
                check_round_trip(fields.words[j]);
        }
        fields_clear(&fields);
        if (expand_whole(text + word.start, word.length, &source, &fields)) {
            check_fields(&fields);
            fuzz_check(fields.count == 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    text = malloc(size + 1);
    fuzz_check(text != NULL);
    memcpy(text, bytes, size);
    text[size] = 0;
    uint32_t at = 0;
    enum parse_result result = PARSE_LINE;
    while (result == PARSE_LINE) {
        uint32_t before = at;
        result = parse_line(text, &at, &tree);
        fuzz_check(at >= before && at <= strlen(text) && tree.error_at <= strlen(text));
        fuzz_check(parse_result_text(result) != NULL);
        if (result == PARSE_LINE) {
            fuzz_check(at > before);
            check_tree();
            check_words();
        }
    }
    fuzz_check(text[at] == 0);
    free(text);
    return 0;
}
