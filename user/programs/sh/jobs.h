// SPDX-License-Identifier: MIT
//
// Jobs: the processes of one pipeline, waited for together. One in the foreground has a struct job on its
// own; the table is for those in the background.

#ifndef SH_JOBS_H
#define SH_JOBS_H

#include "parse.h"
#include <base/types.h>

enum { JOBS_MAX = 32, JOB_TEXT_SIZE = 80 };

struct job {
    uint64_t processes[PARSE_PIPELINE_MAX]; // 0: has ended, or was never started
    size_t count;                           // 0: a free entry of the table
    int status;                             // of the last process
    bool interrupted;                       // Ctrl-C ended one of them
    char text[JOB_TEXT_SIZE];
};

struct jobs {
    struct job list[JOBS_MAX];
    uint64_t last; // process of the job that was added last, `$!`
};

// Number of the job, from 1 on; 0: there are too many.
size_t job_add(struct jobs *jobs, const struct job *job);

// Waits for all of them in turn. `foreground`: each stands in the console's foreground while it is waited
// for, as a person's job does; else each reads where the shell may.
void job_wait(struct job *job, bool foreground);
// Looks without waiting. True: all have ended.
[[nodiscard]] bool job_poll(struct job *job);
bool job_is_running(const struct job *job);

// `%N`, a process number, or nullptr for the job that was added last; nullptr: there is none.
struct job *job_find(struct jobs *jobs, const char *name);

// Forgets the jobs that have ended, and tells the person, where there is one.
void jobs_show_ended(struct jobs *jobs);

#endif
