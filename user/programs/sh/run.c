// SPDX-License-Identifier: MIT
//
// Runs what was typed: line by line, so that what stands before a syntax error in a script has been run when
// it is met. The tree is that of one line; nothing here keeps a pointer into it beyond its line.

#include "shell.h"
#include <abi/constants.h>
#include <protocols/console.h>
#include <user/heap.h>
#include <user/program.h>

// ---- commands

// NAME=word, on its own.
static bool assign(const struct node *node) {
    static struct fields values;
    for (size_t i = 0; i < node->assignments; i++) {
        fields_clear(&values);
        if (!whole_expand(shell.tree.words[node->words + i], &values))
            return false;
        if (!variable_assign(&shell.variables, values.words[0])) {
            print_error("there is no room for more variables");
            shell.status = 1;
            return false;
        }
    }
    return true;
}

static void command_run(const struct node *node) {
    if (node->word_count > node->assignments || node->redirection_count > 0) {
        pipeline_run(node, false);
        return;
    }
    // The words may ask for the status of the command before.
    shell.output_status = 0;
    if (assign(node))
        shell.status = shell.output_status;
}

static bool stops(void) {
    return shell.ended || shell.interrupted || shell.leaves > 0;
}

// Behind each turn of a loop: whether that was the last one.
static bool loop_ends(void) {
    if (shell.leaves == 0)
        return stops();
    shell.leaves--;
    return shell.leaves > 0 || !shell.continues;
}

static void list_run(const struct node *list) {
    for (uint16_t at = list->first; at != 0 && !stops(); at = node_at(at)->next) {
        const struct node *item = node_at(at);
        if (item->background) {
            pipeline_run(item, true);
        } else {
            run_node(item);
        }
    }
}

static void if_run(const struct node *node) {
    const struct node *condition = node_at(node->first);
    const struct node *then = node_at(condition->next);
    run_node(condition);
    if (stops())
        return;
    if (shell.status == 0) {
        run_node(then);
    } else if (then->next != 0) {
        run_node(node_at(then->next));
    } else {
        shell.status = 0;
    }
}

void ask_whether_interrupted(void) {
    uint64_t typed = 0;
    if (!shell.interactive ||
        console_interrupted(startup_descriptor("console"), &typed, DEADLINE_NONE) != STATUS_OK || typed == 0)
        return;
    shell.interrupted = true;
    shell.status = EXIT_CTRL_C;
}

static void while_run(const struct node *node) {
    const struct node *condition = node_at(node->first);
    const struct node *body = node_at(condition->next);
    int status = 0;
    shell.loops++;
    do {
        run_node(condition);
        if (!stops() && (shell.status == 0) != (node->kind == NODE_WHILE)) {
            shell.status = status;
            break;
        }
        if (!stops())
            run_node(body);
        status = shell.status;
        ask_whether_interrupted(); // there may be no program that Ctrl-C could end
    } while (!loop_ends());
    shell.loops--;
}

static bool turn_run(const struct node *node, const char *value) {
    struct slice name = shell.tree.words[node->words];
    if (!variable_set(&shell.variables, shell.text + name.start, name.length, value)) {
        print_error("there is no room for more variables");
        shell.status = 1;
        return false;
    }
    run_node(node_at(node->first));
    return true;
}

static void for_each(const struct node *node, size_t count, char *const *list) {
    shell.status = 0;
    shell.loops++;
    for (size_t i = 0; i < count; i++) {
        if (!turn_run(node, list[i]) || loop_ends())
            break;
    }
    shell.loops--;
}

// The strings are copied, because the commands of the body use the same fields.
static void for_run(const struct node *node) {
    if (node->arguments) {
        for_each(node, shell.argument_count, shell.arguments);
        return;
    }
    if (!words_expand(node, 1))
        return;
    struct fields *copy = heap_allocate(sizeof(*copy));
    if (copy == nullptr) {
        print_error("for: %s", status_text(STATUS_NO_QUOTA));
        shell.status = 1;
        return;
    }
    fields_copy(copy, &shell.fields);
    for_each(node, copy->count, copy->words);
    heap_free(copy);
}

static void compound_run(const struct node *node) {
    if (node->kind == NODE_IF)
        if_run(node);
    else if (node->kind == NODE_FOR)
        for_run(node);
    else if (node->kind == NODE_GROUP)
        run_node(node_at(node->first));
    else
        while_run(node);
}

// What a compound command starts gets the streams that stand behind it.
static void compound_redirected(const struct node *node) {
    struct stream streams[STREAM_COUNT];
    struct streams_kept kept;
    streams_get(streams);
    if (!streams_redirect(node, streams))
        return;
    streams_enter(&kept, streams);
    compound_run(node);
    (void)!print_result();
    streams_leave(&kept);
}

static void chain_run(const struct node *node) {
    const struct node *first = node_at(node->first);
    run_node(first);
    if (stops() || node->kind == NODE_NOT)
        shell.status = stops() ? shell.status : shell.status == 0;
    else if ((shell.status == 0) == (node->kind == NODE_AND))
        run_node(node_at(first->next));
}

void run_node(const struct node *node) {
    switch (node->kind) {
    case NODE_COMMAND:
        command_run(node);
        break;
    case NODE_PIPELINE:
    case NODE_SHELL:
        pipeline_run(node, false);
        break;
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
        chain_run(node);
        break;
    case NODE_LIST:
        list_run(node);
        break;
    case NODE_GROUP:
    case NODE_IF:
    case NODE_WHILE:
    case NODE_UNTIL:
    case NODE_FOR:
        compound_redirected(node);
        break;
    }
}

// ---- texts

static void syntax_error(const char *name, enum parse_result result) {
    unsigned line = 1, column = 1;
    for (uint32_t i = 0; i < shell.tree.error_at; i++) {
        column = shell.text[i] == '\n' ? 1 : column + 1;
        line += shell.text[i] == '\n';
    }
    if (name != nullptr)
        print_error("%s: line %u, column %u: %s", name, line, column, parse_result_text(result));
    else if (line > 1)
        print_error("line %u, column %u: %s", line, column, parse_result_text(result));
    else
        print_error("column %u: %s", column, parse_result_text(result));
    shell.status = EXIT_USAGE;
}

bool shell_run(const char *text, const char *name) {
    uint32_t at = 0;
    shell.text = text;
    shell.interrupted = false;
    while (!stops()) {
        enum parse_result result = parse_line(text, &at, &shell.tree);
        if (result == PARSE_END)
            break;
        if (result != PARSE_LINE) {
            syntax_error(name, result);
            return false;
        }
        run_node(node_at(shell.tree.root));
    }
    return true;
}
