// SPDX-License-Identifier: MIT
//
// What the shell does itself, because it concerns the shell's own state.

#include "shell.h"
#include <base/string.h>
#include <user/fs.h>
#include <user/program.h>

enum { LINE_MAX_SIZE = 4096 };

static int wrong(const char *name, const char *text) {
    print_error("%s: %s", name, text);
    return EXIT_USAGE;
}

// ---- where

// Where `cd` goes: nullptr, and said, when there is no such place.
static const char *cd_target(size_t count, char **words) {
    if (count == 1) {
        const char *home = variable_get(&shell.variables, "HOME", 4);
        return home != nullptr && *home != 0 ? home : "/";
    }
    if (strcmp(words[1], "-") != 0)
        return words[1];
    if (shell.previous[0] != 0)
        return shell.previous;
    print_error("cd: there was no directory before this one");
    return nullptr;
}

static int builtin_cd(size_t count, char **words) {
    char path[PATH_SIZE];
    struct file file;
    if (count > 2)
        return wrong("cd", "too many operands");
    const char *target = cd_target(count, words);
    if (target == nullptr)
        return 1;
    status_t status = path_resolve(shell.directory, target, path) ? fs_open(path, &file) : STATUS_BAD_NAME;
    if (status == STATUS_OK && !file.is_directory)
        status = STATUS_NOT_DIRECTORY;
    if (status != STATUS_OK) {
        print_error("cd: %s: %s", target, status_text(status));
        return 1;
    }
    if (target == shell.previous)
        print("%s\n", path);
    memcpy(shell.previous, shell.directory, sizeof(shell.previous));
    memcpy(shell.directory, path, sizeof(path));
    return 0;
}

static int builtin_pwd(size_t count, char **words) {
    (void)words;
    if (count > 1)
        return wrong("pwd", "takes no operand");
    print("%s\n", shell.directory);
    return 0;
}

static int builtin_exit(size_t count, char **words) {
    uint64_t status = (uint64_t)shell.status;
    if (count > 2 || (count == 2 && (!number_parse(words[1], &status) || status > 255)))
        return wrong("exit", "wants one number from 0 to 255");
    shell.ended = true;
    return (int)status;
}

// `break` and `continue`, of so many loops.
static int loops_leave(size_t count, char **words, bool continues) {
    uint64_t loops = 1;
    if (count > 2 || (count == 2 && (!number_parse(words[1], &loops) || loops == 0)))
        return wrong(words[0], "wants one number from 1 on");
    if (shell.loops == 0)
        return wrong(words[0], "there is no loop here");
    shell.leaves = (unsigned)min_u64(loops, shell.loops);
    shell.continues = continues;
    return 0;
}

static int builtin_break(size_t count, char **words) {
    return loops_leave(count, words, false);
}

static int builtin_continue(size_t count, char **words) {
    return loops_leave(count, words, true);
}

static int builtin_nothing(size_t count, char **words) {
    (void)count;
    (void)words;
    return 0;
}

// ---- variables

static void exported_print(void) {
    size_t count;
    const char *const *list = variables_environment(&shell.variables, false, &count);
    for (size_t i = 0; i < count; i++)
        print("%s\n", list[i]);
}

static bool name_export(const char *word) {
    size_t length = lexer_name_length(word, strlen(word));
    if (length == 0 || (word[length] != 0 && word[length] != '=')) {
        print_error("export: '%s' is no name of a variable", word);
        return false;
    }
    if (variable_assign(&shell.variables, word) && variable_export(&shell.variables, word, length))
        return true;
    print_error("export: there is no room for more variables");
    return false;
}

static int builtin_export(size_t count, char **words) {
    bool good = true;
    if (count == 1)
        exported_print();
    for (size_t i = 1; i < count; i++)
        good = name_export(words[i]) && good;
    return good ? 0 : 1;
}

static bool is_name(const char *word) {
    size_t length = strlen(word);
    return length > 0 && lexer_name_length(word, length) == length;
}

static int builtin_unset(size_t count, char **words) {
    int status = 0;
    for (size_t i = 1; i < count; i++) {
        if (is_name(words[i])) {
            variable_unset(&shell.variables, words[i], strlen(words[i]));
        } else {
            print_error("unset: '%s' is no name of a variable", words[i]);
            status = 1;
        }
    }
    return status;
}

static int builtin_shift(size_t count, char **words) {
    (void)words;
    if (count > 1)
        return wrong("shift", "takes no operand");
    if (shell.argument_count == 0)
        return 1;
    shell.argument_count--;
    shell.arguments++;
    return 0;
}

// A line of the input, byte by byte, since what stands behind it belongs to whoever reads next. False: there
// is none.
static bool line_take(char *line, size_t size) {
    size_t length = 0, count = 1;
    bool any = false;
    char byte = 0;
    while (byte != '\n' && input_read(&byte, 1, &count) == STATUS_OK && count > 0) {
        any = true;
        if (byte != '\n' && byte != 0 && length < size - 1)
            line[length++] = byte;
    }
    line[length] = 0;
    return any && byte == '\n';
}

// The next word of a line, or all that is left for the last name, without the blanks around it.
static char *part_take(char **line, bool last) {
    char *start = *line;
    while (*start == ' ' || *start == '\t')
        start++;
    char *end = start + strlen(start);
    for (; last && end > start && (end[-1] == ' ' || end[-1] == '\t'); end--)
        ;
    for (char *at = start; !last && at < end; at++) {
        if (*at == ' ' || *at == '\t')
            end = at;
    }
    *line = end + (*end != 0);
    *end = 0;
    return start;
}

static int builtin_read(size_t count, char **words) {
    static char line[LINE_MAX_SIZE];
    char *rest = line;
    for (size_t i = 1; i < count; i++) {
        if (!is_name(words[i])) {
            print_error("read: '%s' is no name of a variable", words[i]);
            return EXIT_USAGE;
        }
    }
    if (count < 2)
        return wrong("read", "wants names of variables");
    bool whole = line_take(line, sizeof(line));
    for (size_t i = 1; i < count; i++) {
        if (!variable_set(&shell.variables, words[i], strlen(words[i]), part_take(&rest, i + 1 == count)))
            return 1;
    }
    return whole ? 0 : 1;
}

// ---- jobs

static int builtin_jobs(size_t count, char **words) {
    (void)words;
    if (count > 1)
        return wrong("jobs", "takes no operand");
    jobs_show_ended(&shell.jobs);
    for (size_t i = 0; i < JOBS_MAX; i++) {
        if (shell.jobs.list[i].count > 0)
            print("[%zu] %s\n", i + 1, shell.jobs.list[i].text);
    }
    return 0;
}

// Its status; Ctrl-C ends the job, since a person waits for it.
static int job_finish(struct job *job) {
    job_wait(job, shell.interactive);
    shell.interrupted |= job->interrupted;
    job->count = 0;
    return job->status;
}

static int wait_all(void) {
    int status = 0;
    for (size_t i = 0; i < JOBS_MAX && !shell.interrupted; i++) {
        if (shell.jobs.list[i].count > 0)
            status = job_finish(&shell.jobs.list[i]);
    }
    return shell.interrupted ? status : 0;
}

static int builtin_wait(size_t count, char **words) {
    int status = 0;
    if (count == 1)
        return wait_all();
    for (size_t i = 1; i < count && !shell.interrupted; i++) {
        struct job *job = job_find(&shell.jobs, words[i]);
        if (job == nullptr)
            print_error("wait: %s: there is no such job", words[i]);
        status = job != nullptr ? job_finish(job) : EXIT_NO_PROGRAM;
    }
    return status;
}

static int builtin_fg(size_t count, char **words) {
    if (count > 2)
        return wrong("fg", "wants one job");
    struct job *job = job_find(&shell.jobs, count == 2 ? words[1] : nullptr);
    if (job == nullptr) {
        print_error("fg: there is no such job");
        return 1;
    }
    print("%s\n", job->text);
    return job_finish(job);
}

// ---- all of them

static const struct builtin {
    const char *name;
    int (*run)(size_t count, char **words);
} builtins[] = {
    {":", builtin_nothing},   {"break", builtin_break},
    {"cd", builtin_cd},       {"continue", builtin_continue},
    {"exit", builtin_exit},   {"export", builtin_export},
    {"fg", builtin_fg},       {"jobs", builtin_jobs},
    {"pwd", builtin_pwd},     {"read", builtin_read},
    {"shift", builtin_shift}, {"unset", builtin_unset},
    {"wait", builtin_wait},
};

const char *builtin_name(size_t index) {
    return index < array_length(builtins) ? builtins[index].name : nullptr;
}

static const struct builtin *find(const char *name) {
    for (size_t i = 0; i < array_length(builtins); i++) {
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    }
    return nullptr;
}

bool builtin_is(const char *name) {
    return find(name) != nullptr;
}

bool builtin_run(size_t count, char **words) {
    const struct builtin *builtin = find(words[0]);
    if (builtin == nullptr)
        return false;
    int status = builtin->run(count, words);
    status_t error = print_result();
    if (error != STATUS_OK && error != STATUS_PIPE_CLOSED)
        print_error("%s: output: %s", words[0], status_text(error));
    shell.status = error != STATUS_OK && status == 0 ? 1 : status;
    return true;
}
