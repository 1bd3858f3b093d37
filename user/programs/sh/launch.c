// SPDX-License-Identifier: MIT
//
// From a command of the tree to running processes: words become strings, redirections become streams, pipes
// are made between the commands of a pipeline. The shell keeps no end of a pipe longer than until the command
// that it is for was started, so that each end closes with who uses it.

#include "shell.h"
#include <abi/constants.h>
#include <base/format.h>
#include <base/string.h>
#include <protocols/pipe.h>
#include <tessera/syscalls.h>
#include <user/heap.h>
#include <user/program.h>

// ---- one command

// A command of a pipeline on its way to a process.
struct stage {
    struct stream streams[STREAM_COUNT];
    uint64_t process; // 0: none was started
    bool by_shell;    // another shell runs its text
    // Of a builtin, which is done when all processes have been started: its strings, on the heap. What they
    // came from is not looked at a second time, since `$( )` would run again.
    struct fields *builtin;
};

// What the assignments before a command say, for it alone: strings NAME=VALUE behind those that are exported.
static bool environment_make(const struct node *node, bool by_shell, struct spawn *spawn) {
    static const char *list[VARIABLES_MAX + PARSE_WORDS_MAX];
    static struct fields values;
    size_t count;
    const char *const *exported = variables_environment(&shell.variables, by_shell, &count);
    memcpy(list, exported, count * sizeof(list[0]));
    fields_clear(&values);
    for (size_t i = 0; i < node->assignments && !by_shell; i++) {
        if (!whole_expand(shell.tree.words[node->words + i], &values))
            return false;
        const char *text = values.words[values.count - 1];
        size_t length = lexer_name_length(text, strlen(text)) + 1, at = 0;
        while (at < count && strncmp(list[at], text, length) != 0)
            at++;
        count += at == count;
        list[at] = text;
    }
    spawn->environment = list;
    spawn->environment_count = count;
    return true;
}

// Starts shell.fields. `leader` is the first process of the job, 0: this is it.
static void program_start(const struct node *node, struct stage *stage, uint64_t leader) {
    struct spawn spawn;
    spawn_init(&spawn, shell.fields.count, shell.fields.words);
    spawn.directory = shell.directory;
    memcpy(spawn.streams, stage->streams, sizeof(spawn.streams));
    if (shell.interactive)
        spawn.group = leader != 0 ? leader : INIT_GROUP_NEW;
    if (!environment_make(node, stage->by_shell, &spawn))
        return;
    status_t status = spawn_start(&spawn, &stage->process);
    if (status != STATUS_OK) {
        struct streams_kept kept;
        stage->process = 0;
        streams_enter(&kept, stage->streams); // the message goes where the program's own would have gone
        shell.status = spawn_failed(&spawn, status);
        streams_leave(&kept);
    }
}

// Whether another shell runs it, from its text. Reading from a pipe takes as long as its writer likes, so
// that is for a shell that Ctrl-C ends.
static bool wants_shell(const struct node *node, bool has_pipe) {
    if (node->kind != NODE_COMMAND || !has_pipe || node->word_count == node->assignments)
        return node->kind != NODE_COMMAND;
    struct slice first = shell.tree.words[node->words + node->assignments];
    return first.length == 4 && memcmp(shell.text + first.start, "read", 4) == 0;
}

static void builtin_keep(struct stage *stage) {
    stage->builtin = heap_allocate(sizeof(*stage->builtin));
    if (stage->builtin != nullptr) {
        fields_copy(stage->builtin, &shell.fields);
    } else {
        (void)status_report(shell.fields.words[0], STATUS_NO_QUOTA);
        shell.status = 1;
    }
}

// The text for another shell holds the redirections already, but that of `( )`.
static void stage_start(const struct node *node, struct stage *stage, uint64_t leader) {
    bool in_text = stage->by_shell && node->kind != NODE_SHELL;
    if (!in_text && !streams_redirect(node, stage->streams))
        return;
    shell.output_status = 0;
    if (stage->by_shell ? !words_for_shell(node) : !words_expand(node, node->assignments))
        return;
    shell.status = shell.fields.count == 0 ? shell.output_status : 0;
    if (shell.fields.count == 0 || !words_bracketed())
        return;
    if (!stage->by_shell && builtin_is(shell.fields.words[0]))
        builtin_keep(stage);
    else
        program_start(node, stage, leader);
}

// ---- pipelines

void end_release(struct stream *stream) {
    if (stream->kind == STREAM_PIPE)
        (void)ts_descriptor_release((desc_t){stream->number});
    stream->kind = STREAM_NOTHING;
}

bool pipe_between(struct stream *output, struct stream *input) {
    desc_t reader, writer;
    status_t status = pipe_make(startup_descriptor("pipe"), &reader, &writer, DEADLINE_NONE);
    if (status != STATUS_OK) {
        print_error("no pipe: %s", status_text(status));
        shell.status = EXIT_CANNOT_RUN;
        return false;
    }
    *output = (struct stream){.kind = STREAM_PIPE, .number = writer.value};
    *input = (struct stream){.kind = STREAM_PIPE, .number = reader.value};
    return true;
}

// A builtin works on the shell itself, with other streams for as long as it takes.
static void builtin_do(const struct stage *stage) {
    struct streams_kept kept;
    streams_enter(&kept, stage->streams);
    (void)!builtin_run(stage->builtin->count, stage->builtin->words);
    streams_leave(&kept);
    heap_free(stage->builtin);
}

static void job_name(struct job *job, struct slice text) {
    format_buffer(job->text, sizeof(job->text), "%.*s", (int)min_u64(text.length, JOB_TEXT_SIZE - 1),
                  shell.text + text.start);
}

struct launch {
    struct job job;
    int before; // what `$?` stands for in all of it
    uint64_t leader;
    struct stage stages[PARSE_PIPELINE_MAX];
    // Streams that a builtin still needs are released behind it.
    struct stream ends[PARSE_PIPELINE_MAX][2];
};

static void stage_launch(struct launch *launch, const struct node *node, size_t index, bool last) {
    struct stage *stage = &launch->stages[index];
    struct stream(*ends)[2] = launch->ends;
    streams_get(stage->streams);
    if (index > 0)
        stage->streams[STREAM_INPUT] = ends[index][0];
    if (!last && pipe_between(&ends[index][1], &ends[index + 1][0]))
        stage->streams[STREAM_OUTPUT] = ends[index][1];
    else if (!last)
        stage->streams[STREAM_OUTPUT] = (struct stream){.kind = STREAM_NOTHING};
    shell.status = launch->before;
    stage->by_shell = wants_shell(node, index > 0);
    stage_start(node, stage, launch->leader);
    if (launch->leader == 0)
        launch->leader = stage->process;
    launch->job.processes[index] = stage->process;
    launch->job.status = shell.status;
    end_release(&ends[index][0]);
    if (stage->builtin == nullptr)
        end_release(&ends[index][1]);
}

static void builtins_do(struct launch *launch) {
    for (size_t i = 0; i < launch->job.count; i++) {
        if (launch->stages[i].builtin != nullptr) {
            shell.status = launch->before;
            builtin_do(&launch->stages[i]);
            launch->job.status = i + 1 == launch->job.count ? shell.status : launch->job.status;
        }
        end_release(&launch->ends[i][1]);
    }
}

static void job_to_background(struct launch *launch) {
    shell.status = 0;
    if (!job_is_running(&launch->job))
        return;
    size_t number = job_add(&shell.jobs, &launch->job);
    if (number == 0) {
        // Nobody would ask init for its end, and its place there would be lost for as long as this shell
        // lives.
        print_error("more than %d jobs: waiting for this one", JOBS_MAX);
        job_wait(&launch->job, shell.interactive);
        shell.interrupted |= launch->job.interrupted;
        shell.status = launch->job.status;
    } else if (shell.interactive) {
        print("[%zu] %llu\n", number, (unsigned long long)shell.jobs.last);
    }
}

void pipeline_run(const struct node *node, bool background) {
    static struct launch launch;
    bool many = node->kind == NODE_PIPELINE;
    const struct node *first = many ? node_at(node->first) : node;
    launch = (struct launch){.before = shell.status};
    job_name(&launch.job, node->text);
    for (const struct node *one = first;; one = node_at(one->next)) {
        bool last = !many || one->next == 0;
        stage_launch(&launch, one, launch.job.count++, last);
        if (last)
            break;
    }
    builtins_do(&launch);
    if (background) {
        job_to_background(&launch);
        return;
    }
    // The status of the last command, also when it is not a process.
    if (job_is_running(&launch.job))
        job_wait(&launch.job, shell.interactive);
    shell.interrupted |= launch.job.interrupted;
    shell.status = launch.job.status;
}
