// SPDX-License-Identifier: MIT
//
// See jobs.h.

#include "shell.h"
#include <abi/constants.h>
#include <protocols/console.h>
#include <user/program.h>

static size_t place_find(const struct jobs *jobs) {
    size_t index = 0;
    while (index < JOBS_MAX && jobs->list[index].count != 0)
        index++;
    return index;
}

size_t job_add(struct jobs *jobs, const struct job *job) {
    for (size_t i = 0; i < job->count; i++)
        jobs->last = job->processes[i] != 0 ? job->processes[i] : jobs->last;
    size_t index = place_find(jobs);
    if (index == JOBS_MAX)
        jobs_show_ended(jobs);
    index = place_find(jobs);
    if (index == JOBS_MAX)
        return 0;
    jobs->list[index] = *job;
    return index + 1;
}

static void process_ended(struct job *job, size_t index, status_t error, const struct process_end *end) {
    job->processes[index] = 0;
    int status = error == STATUS_OK ? (int)end->status : 1;
    if (index + 1 == job->count)
        job->status = status;
    job->interrupted |= error == STATUS_OK && end->reason == END_KILLED && status == EXIT_CTRL_C;
}

void job_wait(struct job *job, bool foreground) {
    desc_t console = startup_descriptor("console");
    for (size_t i = 0; i < job->count; i++) {
        struct process_end end = {};
        if (job->processes[i] == 0)
            continue;
        if (foreground)
            (void)!console_foreground(console, job->processes[i], DEADLINE_NONE);
        status_t error = process_attend(job->processes[i], &end);
        if (error != STATUS_OK)
            print_error("the wait for %llu: %s", (unsigned long long)job->processes[i], status_text(error));
        process_ended(job, i, error, &end);
    }
    if (foreground)
        (void)!console_foreground(console, 0, DEADLINE_NONE);
}

bool job_poll(struct job *job) {
    for (size_t i = 0; i < job->count; i++) {
        struct process_end end = {};
        if (job->processes[i] == 0)
            continue;
        status_t error = process_poll(job->processes[i], &end);
        if (error != STATUS_TIMED_OUT)
            process_ended(job, i, error, &end);
    }
    return !job_is_running(job);
}

bool job_is_running(const struct job *job) {
    for (size_t i = 0; i < job->count; i++) {
        if (job->processes[i] != 0)
            return true;
    }
    return false;
}

static bool job_has(const struct job *job, uint64_t process) {
    for (size_t i = 0; i < job->count; i++) {
        if (job->processes[i] == process)
            return true;
    }
    return false;
}

struct job *job_find(struct jobs *jobs, const char *name) {
    uint64_t number = jobs->last;
    if (name != nullptr && !number_parse(name + (*name == '%'), &number))
        return nullptr;
    if (name != nullptr && *name == '%')
        return number >= 1 && number <= JOBS_MAX && jobs->list[number - 1].count > 0 ? &jobs->list[number - 1]
                                                                                     : nullptr;
    for (size_t i = 0; i < JOBS_MAX && number != 0; i++) {
        if (job_has(&jobs->list[i], number))
            return &jobs->list[i];
    }
    return nullptr;
}

void jobs_show_ended(struct jobs *jobs) {
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &jobs->list[i];
        if (job->count == 0 || !job_poll(job))
            continue;
        if (shell.interactive)
            print("[%zu] %s ended, status %d\n", i + 1, job->text, job->status);
        job->count = 0;
    }
}
