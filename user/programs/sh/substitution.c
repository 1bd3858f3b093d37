// SPDX-License-Identifier: MIT
//
// `$(...)`: another shell runs the text, with a pipe for its output, which this one reads to its end. Ctrl-C
// ends the other shell and stops what this one was about to do.

#include "shell.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console.h>
#include <user/heap.h>
#include <user/program.h>

static char output[FIELDS_SIZE];

static bool shell_start(const char *text, struct stream writer, uint64_t *process) {
    size_t count = shell.argument_count + 4;
    char **words = heap_allocate((count + 1) * sizeof(*words));
    struct spawn spawn;
    if (words == nullptr) {
        print_error("$( ): %s", status_text(STATUS_NO_QUOTA));
        shell.output_status = 1;
        return false;
    }
    const char *const first[] = {"sh", "-c", text, shell.zero};
    memcpy(words, first, sizeof(first));
    for (size_t i = 0; i < shell.argument_count; i++)
        words[array_length(first) + i] = shell.arguments[i];
    words[count] = nullptr;
    spawn_init(&spawn, count, words);
    spawn.directory = shell.directory;
    streams_get(spawn.streams);
    spawn.streams[STREAM_OUTPUT] = writer;
    spawn.environment = variables_environment(&shell.variables, true, &spawn.environment_count);
    if (shell.interactive)
        spawn.group = INIT_GROUP_NEW;
    status_t status = spawn_start(&spawn, process);
    if (status != STATUS_OK)
        shell.output_status = spawn_failed(&spawn, status);
    heap_free(words);
    return status == STATUS_OK;
}

// False: there is more than fits.
static bool output_read(struct stream reader, size_t *length) {
    struct stream streams[STREAM_COUNT];
    struct streams_kept kept;
    size_t count = 1;
    streams_get(streams);
    streams[STREAM_INPUT] = reader;
    streams_enter(&kept, streams);
    for (*length = 0; count > 0 && *length < sizeof(output); *length += count) {
        if (stream_read(STREAM_INPUT, output + *length, sizeof(output) - *length, &count) != STATUS_OK)
            count = 0;
    }
    streams_leave(&kept);
    return *length < sizeof(output);
}

static void output_end(size_t length) {
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (output[i] != 0)
            output[kept++] = output[i];
    }
    while (kept > 0 && output[kept - 1] == '\n')
        kept--;
    output[kept] = 0;
}

// The pipe's ends are given back in any case. False: there is more than fits.
static bool run(const char *text, struct stream *writer, struct stream *reader, size_t *length) {
    struct job job = {.count = 1};
    bool started = shell_start(text, *writer, &job.processes[0]);
    end_release(writer);
    if (started && shell.interactive)
        (void)!console_foreground(startup_descriptor("console"), job.processes[0], DEADLINE_NONE);
    bool fits = !started || output_read(*reader, length);
    end_release(reader);
    if (!started)
        return true;
    ask_whether_interrupted(); // by then the shell may have ended, and not what it left in the background
    job_wait(&job, shell.interactive);
    shell.output_status = job.status;
    if (job.interrupted) {
        shell.interrupted = true;
        shell.status = EXIT_CTRL_C;
    }
    return fits;
}

const char *substitution_output(const char *text, size_t length) {
    struct stream writer, reader;
    size_t printed = 0;
    bool fits = true;
    output_end(0);
    if (shell.interrupted)
        return output; // by one that stood before it
    char *copy = heap_allocate(length + 1);
    shell.output_status = 1;
    if (copy != nullptr && pipe_between(&writer, &reader)) {
        memcpy(copy, text, length);
        copy[length] = 0;
        fits = run(copy, &writer, &reader, &printed);
    }
    heap_free(copy);
    if (!fits)
        return nullptr; // all of the buffer is full, so there is no place for the NUL
    output_end(printed);
    return output;
}
