// SPDX-License-Identifier: MIT
//
// A process: descriptor table, space, quota, threads. A started process is kept alive by itself until it
// ends; its end is a job that finishes its threads, closes its descriptors, frees its tables, tells its
// supervisor and gives its quota back.
#pragma once
#include "ipc/event.h"
#include "object/descriptor.h"
#include "object/object.h"
#include "object/quota.h"
#include "sched/job.h"

struct space;
struct endpoint;

enum process_state {
    PROCESS_NEW = 0,
    PROCESS_RUNNING = 1,
    PROCESS_ENDING = 2,
    PROCESS_ENDED = 3,
};

struct process {
    struct object object;        // object.lock is the process lock
    struct quota *_Atomic quota; // holds a reference; nullptr when the end is told
    // Immutable after creation.
    struct space *space;         // the first one; holds a reference
    struct endpoint *supervisor; // holds a reference; nullptr: init
    uint64_t value;              // badge value of messages to the supervisor
    // Under the lock.
    _Atomic(enum process_state) state;
    struct descriptor_table table;
    struct list threads;
    _Atomic uint32_t thread_count; // that still use it or its quota; reports read it without the lock
    bool awaits_threads;           // the end's job: the last of them queues it
    uint64_t slots[(THREADS_PER_PROCESS + 63) / 64]; // message page slots in use
    struct list spaces;
    bool started; // holds itself
    // How it ended; written once under the lock.
    uint32_t end_reason;
    uint32_t end_status;
    uint64_t end_address;
    uint64_t end_instruction;
    // The end; only by its job.
    struct job job;
    uint32_t close_index;
    unsigned end_phase;
    struct event ended; // for the supervisor
};

// What a process pays at creation: records, table page, space.
struct charge process_fixed_charge(void);
// A new process of the quota, whose reference it takes over and which has paid process_fixed_charge().
// supervisor may be nullptr.
struct process *process_create(struct quota *quota, struct endpoint *supervisor, uint64_t value);
// A thread starts; the first start makes the process a root, which lives until it ends.
void process_start_locked(struct process *process);
// Starts the end; the first reason counts. Any lock up to an endpoint's may be held.
void process_end(struct process *process, uint32_t reason, uint32_t status, uint64_t address,
                 uint64_t instruction, unsigned priority);
// One of its threads, of this priority, is gone and uses neither it nor its quota any more. The caller holds
// a reference.
void process_thread_gone(struct process *process, unsigned priority);
bool process_is_ending(const struct process *process);
extern struct process *init_process;
// The record goes: what it refers to is put back.
void process_put_links(struct process *process);
