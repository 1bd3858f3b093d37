// SPDX-License-Identifier: MIT
//
// The shell: reads lines (or one from -c), runs programs, shows how background jobs ended. Commands that it
// does itself: cd, pwd, exit. Everything else is a program, found in /bin or by its path.

#include "editor.h"
#include "parse.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console.h>
#include <user/fs.h>
#include <user/path.h>
#include <user/program.h>

enum { NAMES_MAX = 256, NAME_SIZE = 32, JOBS_MAX = 16, STATUS_NOT_FOUND_HERE = 127, STATUS_CANNOT = 126 };

struct job {
    uint64_t process; // 0: a free entry
    char name[NAME_SIZE];
};

struct shell {
    char directory[PATH_SIZE];
    int status;
    bool ended;
    struct editor editor;
    struct command command;
    char names[NAMES_MAX][NAME_SIZE]; // of programs, for completion
    size_t name_count;
    struct job jobs[JOBS_MAX];
};

static struct shell shell;

// ---- names

static bool name_add(const char *name) {
    if (shell.name_count == NAMES_MAX || strlen(name) >= NAME_SIZE)
        return false;
    memcpy(shell.names[shell.name_count++], name, strlen(name) + 1);
    return true;
}

static void names_load(void) {
    static struct directory_entry entry;
    struct file folder;
    uint64_t position = 0;
    if (fs_open("/bin", &folder) == STATUS_OK) {
        while (fs_list(&folder, &position, &entry) == STATUS_OK)
            (void)name_add(entry.name);
    }
    (void)name_add("cd");
    (void)name_add("exit");
    (void)name_add("pwd");
}

static const char *name_complete(void *context, const char *prefix, size_t length, size_t index) {
    (void)context;
    for (size_t i = 0; i < shell.name_count; i++) {
        if (strncmp(shell.names[i], prefix, length) == 0 && index-- == 0)
            return shell.names[i];
    }
    return nullptr;
}

// ---- the shell's own commands

static int builtin_cd(size_t count, char **words) {
    char path[PATH_SIZE];
    struct file file;
    if (count > 2) {
        print_error("cd: too many operands");
        return OPTIONS_STATUS_WRONG;
    }
    if (!path_resolve(shell.directory, count == 2 ? words[1] : "/", path)) {
        print_error("cd: the path is empty or too long");
        return 1;
    }
    status_t status = fs_open(path, &file);
    if (status == STATUS_OK && !file.is_directory)
        status = STATUS_NOT_DIRECTORY;
    if (status != STATUS_OK) {
        print_error("cd: %s: %s", words[count - 1], status_text(status));
        return 1;
    }
    memcpy(shell.directory, path, sizeof(path));
    return 0;
}

static int builtin_exit(size_t count, char **words) {
    uint64_t status = (uint64_t)shell.status;
    if (count > 2 || (count == 2 && (!number_parse(words[1], &status) || status > 255))) {
        print_error("exit: wants one number from 0 to 255");
        return OPTIONS_STATUS_WRONG;
    }
    shell.ended = true;
    return (int)status;
}

static bool builtin_run(size_t count, char **words) {
    if (strcmp(words[0], "cd") == 0) {
        shell.status = builtin_cd(count, words);
    } else if (strcmp(words[0], "exit") == 0) {
        shell.status = builtin_exit(count, words);
    } else if (strcmp(words[0], "pwd") == 0) {
        print("%s\n", shell.directory);
        shell.status = 0;
    } else {
        return false;
    }
    return true;
}

// ---- programs

static void job_add(uint64_t process, const char *name) {
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &shell.jobs[i];
        if (job->process != 0)
            continue;
        job->process = process;
        format_buffer(job->name, sizeof(job->name), "%s", name);
        print("[%zu] %llu\n", i + 1, (unsigned long long)process);
        return;
    }
    print_error("more than %d jobs: this one's end will not be shown", JOBS_MAX);
}

static void jobs_show_ended(void) {
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &shell.jobs[i];
        struct process_end end;
        if (job->process == 0 || process_poll(job->process, &end) == STATUS_TIMED_OUT)
            continue;
        print("[%zu] %s ended, status %llu\n", i + 1, job->name, (unsigned long long)end.status);
        job->process = 0;
    }
}

static void foreground_wait(uint64_t process) {
    uint64_t status = 0, reason = 0;
    desc_t console = startup_descriptor("console");
    (void)console_foreground(console, process, DEADLINE_NONE);
    status_t error = process_wait(process, &status, &reason);
    (void)console_foreground(console, 0, DEADLINE_NONE);
    if (error != STATUS_OK)
        print_error("the wait for %llu: %s", (unsigned long long)process, status_text(error));
    shell.status = error == STATUS_OK ? (int)status : 1;
}

static void program_run(struct command *command) {
    uint64_t process;
    const char *name = command->words[0];
    status_t status = process_spawn(shell.directory, command->word_count, command->words, &process);
    if (status == STATUS_NOT_FOUND || status == STATUS_BAD_NAME) {
        print_error("%s: there is no such program (try help)", name);
        shell.status = STATUS_NOT_FOUND_HERE;
    } else if (status != STATUS_OK) {
        print_error("%s: %s", name, status_text(status));
        shell.status = STATUS_CANNOT;
    } else if (command->background) {
        job_add(process, name);
        shell.status = 0;
    } else {
        foreground_wait(process);
    }
}

static void line_run(const char *line) {
    while (!shell.ended) {
        enum parse_result result = parse_command(&line, shell.status, &shell.command);
        if (result == PARSE_END)
            return;
        if (result != PARSE_COMMAND) {
            print_error("%s", parse_result_text(result));
            shell.status = OPTIONS_STATUS_WRONG;
            return;
        }
        if (shell.command.word_count > 0 && !builtin_run(shell.command.word_count, shell.command.words))
            program_run(&shell.command);
    }
}

// ---- lines from a person

static enum editor_result line_read(void) {
    char prompt[PATH_SIZE + 16];
    desc_t console = startup_descriptor("console");
    format_buffer(prompt, sizeof(prompt), "tessera:%s$ ", shell.directory);
    (void)console_mode(console, 1, DEADLINE_NONE);
    editor_start(&shell.editor, prompt);
    enum editor_result result = EDITOR_MORE;
    while (result == EDITOR_MORE) {
        char byte;
        size_t count = 0;
        status_t status = input_read(&byte, 1, &count);
        if (status != STATUS_OK || count == 0) {
            result = EDITOR_END;
            break;
        }
        result = editor_input(&shell.editor, byte);
    }
    print_flush();
    (void)console_mode(console, 0, DEADLINE_NONE);
    return result;
}

static void interact(void) {
    names_load();
    editor_init(&shell.editor, print_sink, nullptr);
    shell.editor.complete = name_complete;
    while (!shell.ended) {
        jobs_show_ended();
        switch (line_read()) {
        case EDITOR_LINE:
            editor_remember(&shell.editor, shell.editor.line);
            line_run(shell.editor.line);
            break;
        case EDITOR_END:
            return;
        case EDITOR_INTERRUPT:
        case EDITOR_MORE:
            break;
        }
    }
}

static bool flag_command;

int main(int count, char **arguments) {
    static const struct option options[] = {{'c', "run the line that follows, then end", &flag_command}, {}};
    static const struct usage usage = {
        .name = "sh",
        .operands = "[LINE]",
        .summary = "The shell: runs programs, with quotes, $?, ; and &.",
        .options = options,
        .operands_max = 1,
    };
    size_t operands = options_take(&usage, count, arguments);
    format_buffer(shell.directory, sizeof(shell.directory), "%s", working_directory());
    if (flag_command != (operands == 1)) {
        print_error("%s (try sh --help)", flag_command ? "-c wants a line" : "a line wants -c");
        return OPTIONS_STATUS_WRONG;
    }
    if (flag_command) {
        line_run(arguments[0]);
    } else {
        interact();
    }
    return shell.status;
}
