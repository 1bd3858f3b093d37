// SPDX-License-Identifier: MIT
//
// The shell: lines that a person types, a script, or the text behind -c. shell.h says how a line is run. A
// shell is interactive when a person types: it gives each job a group of its own and the console's
// foreground, and tells of jobs that have ended. What it runs otherwise stays in its own group, so that one
// Ctrl-C ends all.

#include "editor.h"
#include "shell.h"
#include <base/string.h>
#include <manual/sh.h>
#include <protocols/console.h>
#include <user/fs.h>
#include <user/heap.h>
#include <user/program.h>

enum {
    NAMES_MAX = 256,
    NAME_SIZE = 32,
    TYPED_SIZE = 8 << 10,
    SCRIPT_MAX = 256 << 10,
    SCRIPT_STEP = 16 << 10
};

struct shell shell;

static struct editor editor;
static char names[NAMES_MAX][NAME_SIZE]; // of programs, for completion
static size_t name_count;

// ---- names

static void name_add(const char *name) {
    if (name_count == NAMES_MAX || strlen(name) >= NAME_SIZE)
        return;
    memcpy(names[name_count++], name, strlen(name) + 1);
}

static void names_load(void) {
    static struct directory_entry entry;
    struct file folder;
    uint64_t position = 0;
    if (fs_open("/bin", &folder) == STATUS_OK) {
        while (fs_list(&folder, &position, &entry) == STATUS_OK)
            name_add(entry.name);
    }
    for (size_t i = 0; builtin_name(i) != nullptr; i++)
        name_add(builtin_name(i));
}

static const char *name_complete(void *context, const char *prefix, size_t length, size_t index) {
    (void)context;
    for (size_t i = 0; i < name_count; i++) {
        if (strncmp(names[i], prefix, length) == 0 && index-- == 0)
            return names[i];
    }
    return nullptr;
}

// ---- lines from a person

static enum editor_result line_read(const char *prompt) {
    (void)!input_raw(true);
    editor_start(&editor, prompt);
    enum editor_result result = EDITOR_MORE;
    while (result == EDITOR_MORE) {
        char byte;
        size_t count = 0;
        status_t status = input_read(&byte, 1, &count);
        if (status != STATUS_OK || count == 0) {
            result = EDITOR_END;
            break;
        }
        result = editor_input(&editor, byte);
    }
    print_flush();
    (void)!input_raw(false);
    return result;
}

static bool is_open(const char *text) {
    uint32_t at = 0;
    enum parse_result result;
    do {
        result = parse_line(text, &at, &shell.tree);
    } while (result == PARSE_LINE);
    return parse_is_open(text, &shell.tree, result);
}

// A line, and those behind it that it needs. An end of the input in the middle leaves it to the parser to say
// what is missing.
static enum editor_result lines_read(char typed[TYPED_SIZE]) {
    char prompt[PATH_SIZE + 16];
    size_t length = 0;
    format_buffer(prompt, sizeof(prompt), "tessera:%s$ ", shell.directory);
    for (;;) {
        enum editor_result result = line_read(length == 0 ? prompt : "> ");
        if (result == EDITOR_END && length > 0)
            return EDITOR_LINE;
        if (result != EDITOR_LINE)
            return result;
        editor_remember(&editor, editor.line);
        if (strlen(editor.line) + 2 > TYPED_SIZE - length) {
            print_error("this is too long to be typed; write it into a file");
            return EDITOR_INTERRUPT;
        }
        length += format_buffer(typed + length, TYPED_SIZE - length, "%s", editor.line);
        // Without its end, so that a backslash before that is found open.
        if (!is_open(typed))
            return EDITOR_LINE;
        typed[length++] = '\n';
        typed[length] = 0;
    }
}

static void interact(void) {
    static char typed[TYPED_SIZE];
    shell.interactive = true;
    names_load();
    editor_init(&editor, print_sink, nullptr);
    editor.complete = name_complete;
    while (!shell.ended) {
        jobs_show_ended(&shell.jobs);
        switch (lines_read(typed)) {
        case EDITOR_LINE:
            (void)shell_run(typed, nullptr);
            break;
        case EDITOR_END:
            return;
        case EDITOR_INTERRUPT:
        case EDITOR_MORE:
            break;
        }
    }
}

// ---- scripts

// All of a file, or of the input when `path` is nullptr, with a NUL behind it; nullptr: what is wrong was
// said, and *exit_status is what to end with.
static char *script_read(const char *path, int *exit_status) {
    struct file file;
    const char *name = path != nullptr ? path : "input";
    char *text = heap_allocate(SCRIPT_MAX + 1);
    status_t status = path != nullptr ? fs_open(path, &file) : STATUS_OK;
    size_t length = 0, count = 1;
    while (text != nullptr && status == STATUS_OK && count > 0 && length < SCRIPT_MAX) {
        size_t step = min_u64(SCRIPT_STEP, SCRIPT_MAX - length);
        status = path != nullptr ? fs_read(&file, length, text + length, step, &count)
                                 : input_read(text + length, step, &count);
        length += status == STATUS_OK ? count : 0;
    }
    *exit_status =
        status == STATUS_NOT_FOUND || status == STATUS_BAD_NAME ? EXIT_NO_PROGRAM : EXIT_CANNOT_RUN;
    if (text == nullptr || status != STATUS_OK) {
        print_error("%s: %s", name, status_text(text == nullptr ? STATUS_NO_QUOTA : status));
    } else if (length == SCRIPT_MAX || memchr(text, 0, length) != nullptr) {
        print_error("%s: this is no script (text, up to %d KiB)", name, SCRIPT_MAX >> 10);
    } else {
        text[length] = 0;
        return text;
    }
    return nullptr;
}

static int script_run(const char *path) {
    int status;
    char *text = script_read(path, &status);
    if (text == nullptr)
        return status;
    (void)shell_run(text, path != nullptr ? path : "input");
    return shell.status;
}

static int run_as_asked(size_t operands, char **arguments) {
    if (operands == 0 && !option_command) {
        if (stream_get(STREAM_INPUT).kind != STREAM_CONSOLE)
            return script_run(nullptr);
        interact();
        return shell.status;
    }
    // Behind -c stand the text, then $0 and the rest; else the file, which is $0.
    size_t zero = option_command ? 1 : 0;
    if (operands > zero)
        shell.zero = arguments[zero];
    shell.argument_count = operands > zero + 1 ? operands - zero - 1 : 0;
    shell.arguments = arguments + zero + 1;
    if (!option_command)
        return script_run(arguments[0]);
    (void)shell_run(arguments[0], "-c");
    return shell.status;
}

int main(int count, char **arguments) {
    size_t environment_count;
    const char *const *environment = environment_all(&environment_count);
    size_t operands = options_take(&usage, count, arguments);
    format_buffer(shell.directory, sizeof(shell.directory), "%s", working_directory());
    shell.zero = "sh";
    if (option_command && operands == 0) {
        print_error("-c wants a text (try sh --help)");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < environment_count; i++) {
        size_t length = lexer_name_length(environment[i], SIZE_MAX);
        if (environment[i][length] == '=' && variable_assign(&shell.variables, environment[i]))
            (void)variable_export(&shell.variables, environment[i], length);
    }
    print_keep_going();
    int status = run_as_asked(operands, arguments);
    // Its own output may have failed with nobody left to hear of it.
    (void)!print_result();
    return status;
}
