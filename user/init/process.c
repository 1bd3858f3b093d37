// SPDX-License-Identifier: MIT
//
// The table of processes. An entry lives from the start of its process until its end was told to whoever
// started it; numbers are never used twice.

#include "init.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/init.h>

struct process *process_find(uint32_t number) {
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        struct process *process = &init.processes[i];
        if (process->place != PLACE_FREE && process->number == number)
            return process;
    }
    return nullptr;
}

struct process *process_new(const char *name) {
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        struct process *process = &init.processes[i];
        if (process->place != PLACE_FREE)
            continue;
        *process =
            (struct process){.place = PLACE_RUNNING, .number = ++init.last_number, .service = NO_SERVICE};
        for (size_t j = 0; j < STREAM_COUNT; j++)
            process->ends[j] = (desc_t){DESCRIPTOR_NONE};
        size_t length = strnlen(name, INIT_NAME_SIZE - 1);
        memcpy(process->name, name, length);
        process->name[length] = 0;
        return process;
    }
    return nullptr;
}

size_t process_children(uint32_t parent) {
    size_t count = 0;
    for (size_t i = 0; i < PROCESSES_MAX; i++)
        count += init.processes[i].place != PLACE_FREE && init.processes[i].parent == parent;
    return count;
}

const char *end_reason_text(uint64_t reason) {
    switch (reason) {
    case END_EXITED:
        return "exited";
    case END_KILLED:
        return "was ended";
    case END_FAULTED:
        return "crashed";
    case END_LAST_THREAD:
        return "its last thread ended";
    default:
        return "ended";
    }
}

void process_forget(struct process *process) {
    if (process->has_waiter)
        (void)ts_descriptor_release(process->waiter_reply);
    *process = (struct process){};
}

// Its children have nobody left who could ask for them. Those of a service end with it, since its successor
// starts its own; those of a program go on.
static void children_orphan(uint32_t parent, bool end) {
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        struct process *child = &init.processes[i];
        if (child->place == PLACE_FREE || child->parent != parent)
            continue;
        child->parent = 0;
        if (child->place == PLACE_ENDED) {
            process_forget(child);
        } else if (end) {
            (void)ts_process_end(child->descriptor, EXIT_KILLED);
        }
    }
}

void process_told(struct process *process) {
    struct process *parent = process_find(process->parent);
    if (parent != nullptr)
        parent->cpu_time += process->cpu_time;
    process_forget(process);
}

void ends_drop(struct process *process) {
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (process->ends[i].value != DESCRIPTOR_NONE)
            (void)ts_descriptor_release(process->ends[i]);
        process->ends[i] = (desc_t){DESCRIPTOR_NONE};
    }
}

void process_ended(struct process *process, uint64_t reason, uint64_t status) {
    say(LOG_INFO, "%s (%u) %s, status %llu", process->name, process->number, end_reason_text(reason),
        (unsigned long long)status);
    ends_drop(process);
    (void)ts_descriptor_release(process->descriptor);
    process->place = PLACE_ENDED;
    process->reason = reason;
    process->status = status;
    children_orphan(process->number, process->service != NO_SERVICE);
    // Whose wait ran out of time has not heard, and may ask again.
    bool told = process->has_waiter &&
                init_wait_reply(&process->waiter, STATUS_OK, status, reason, process->cpu_time);
    if (told || process->parent == 0)
        process_told(process);
}
