// SPDX-License-Identifier: MIT
//
// Processes: creation, start, and the end, which is a job in phases.

#include <arch/platform.h>
#include <base/types.h>
#include <kernel/panic.h>
#include "memory/page.h"
#include "object/endpoint.h"
#include "object/process.h"
#include "object/space.h"
#include "object/thread.h"

#define CLOSE_STEP 16 // slots closed, and table pages freed, in one step

struct process *init_process;

static bool process_job(struct job *job);
static void ended_taken(struct event *event);

struct charge process_fixed_charge(void) {
    struct charge charge = space_fixed_charge();
    charge.bytes += PAGE_SIZE; // the page of pointers to pages of slots
    charge.records[RECORD_PROCESS] = 1;
    charge.records[RECORD_SPACE] = 1;
    return charge;
}

struct process *process_create(struct quota *quota, struct endpoint *supervisor, uint64_t value) {
    struct process *process = object_create(OBJECT_PROCESS, LOCK_PROCESS);
    process->quota = quota;
    process->supervisor = supervisor;
    process->value = value;
    if (supervisor)
        object_get(&supervisor->object);
    list_init(&process->threads);
    list_init(&process->spaces);
    list_init(&process->ended.link);
    process->ended.taken = ended_taken;
    job_init(&process->job, process_job);
    process->table.pages = page_alloc_paid();
    process->space = space_create(process);
    object_get(&process->space->object);
    object_retain(&process->space->object);
    list_push_back(&process->spaces, &process->space->link);
    // The quota is in the tree, where reports find it.
    lock_acquire(&quota->object.lock);
    quota->process = process;
    lock_release(&quota->object.lock);
    return process;
}

bool process_is_ending(const struct process *process) {
    return atomic_load(&process->state) >= PROCESS_ENDING;
}

void process_start_locked(struct process *process) {
    if (process->started)
        return;
    process->started = true;
    atomic_store(&process->state, PROCESS_RUNNING);
    object_retain(&process->object); // itself, paid at creation
}

// The end runs at the process's ceiling at least, whatever priorities its threads had: who waits for it must
// not wait for a program that has made itself less urgent than everybody.
static unsigned end_priority(const struct process *process, unsigned priority) {
    const struct quota *quota = atomic_load(&process->quota);
    return quota && quota->priority > priority ? quota->priority : priority;
}

void process_end(struct process *process, uint32_t reason, uint32_t status, uint64_t address,
                 uint64_t instruction, unsigned priority) {
    lock_acquire(&process->object.lock);
    bool first = !process_is_ending(process);
    if (first) {
        atomic_store(&process->state, PROCESS_ENDING);
        process->end_reason = reason;
        process->end_status = status;
        process->end_address = address;
        process->end_instruction = instruction;
        object_get(&process->object);
    }
    priority = end_priority(process, priority);
    lock_release(&process->object.lock);
    if (first)
        job_queue(&process->job, priority);
    else
        job_raise(&process->job, priority);
}

void process_thread_gone(struct process *process, unsigned priority) {
    lock_acquire(&process->object.lock);
    bool last = --process->thread_count == 0;
    bool awaited = last && process->awaits_threads;
    // Who makes a process may give up its first thread and make another one.
    bool ends = last && process->started;
    process->awaits_threads &= !awaited;
    unsigned ceiling = end_priority(process, priority);
    lock_release(&process->object.lock);
    if (awaited)
        job_queue(&process->job, ceiling);
    else if (ends)
        process_end(process, END_LAST_THREAD, 0, 0, 0, priority);
}

enum end_phase { END_KILL, END_CLOSE, END_SPACES, END_TABLE, END_TELL, END_RELEASE };

static struct thread *next_to_kill(struct process *process) {
    struct thread *found = nullptr;
    lock_acquire(&process->object.lock);
    list_for_each(link, &process->threads) {
        struct thread *thread = list_entry(link, struct thread, link);
        if (!atomic_load(&thread->ending)) {
            found = thread;
            object_get(&thread->object);
            break;
        }
    }
    lock_release(&process->object.lock);
    return found;
}

// True when all were told.
static bool kill_threads(struct process *process) {
    for (unsigned i = 0; i < CLOSE_STEP; i++) {
        struct thread *thread = next_to_kill(process);
        if (!thread)
            return true;
        thread_kill(thread, process->job.priority);
        object_put(&thread->object);
    }
    return false;
}

// The job goes on, or waits to be queued by the last thread. Decided under the lock, so that exactly one of
// the two goes on: a job that is queued once more than it waits would pass by the supervisor's answer at its
// end.
static bool threads_are_gone(struct process *process) {
    lock_acquire(&process->object.lock);
    bool gone = process->thread_count == 0;
    process->awaits_threads = !gone;
    lock_release(&process->object.lock);
    return gone;
}

// One step on one slot; true when it is closed.
static bool close_slot(struct process *process, struct slot *slot) {
    lock_acquire(&process->object.lock);
    enum slot_kind kind = tag_kind(slot->tag);
    bool in_use = kind != SLOT_FREE && !(kind == SLOT_CLOSING && !slot->object);
    // Every call of the process was cancelled or answered before, and what it had sent is back.
    ASSERT(kind != SLOT_TRANSIT_OUT);
    if (in_use)
        slot_mark_closing_locked(slot);
    uint64_t tag = slot->tag;
    lock_release(&process->object.lock);
    return !in_use || slot_close_step(process, slot, tag);
}

static bool close_table(struct process *process) {
    for (unsigned i = 0; i < CLOSE_STEP; i++) {
        struct slot *slot = table_slot(process, process->close_index);
        if (!slot)
            return true;
        if (!close_slot(process, slot))
            return false;
        process->close_index++;
    }
    return false;
}

static bool tear_spaces(struct process *process) {
    lock_acquire(&process->object.lock);
    struct space *space =
        list_is_empty(&process->spaces) ? nullptr : list_first(&process->spaces, struct space, link);
    if (space)
        object_get(&space->object);
    lock_release(&process->object.lock);
    if (!space)
        return true;
    space_teardown_step(space);
    object_put(&space->object);
    return false;
}

static bool free_table(struct process *process) {
    struct descriptor_table *table = &process->table;
    lock_acquire(&process->object.lock);
    uint64_t freed = 0;
    for (; freed < CLOSE_STEP && table->populated > 0; freed++) {
        table->populated -= SLOTS_PER_PAGE;
        page_free(table->pages[table->populated / SLOTS_PER_PAGE]);
    }
    bool done = table->populated == 0;
    if (done) {
        page_free(table->pages);
        freed++;
        table->free = nullptr;
        table->free_count = 0;
    }
    lock_release(&process->object.lock);
    struct charge charge = charge_bytes(freed * PAGE_SIZE);
    quota_uncharge(process->quota, &charge);
    return done;
}

// The supervisor heard it: the job goes on.
static void ended_taken(struct event *event) {
    struct process *process = container_of(event, struct process, ended);
    job_queue(&process->job, process->job.priority);
}

static void init_ended(const struct process *process) {
    static const char *const reasons[] = {"?", "it exited", "it was killed", "a fault",
                                          "its last thread ended"};
    halt_orderly("init has ended (%s, status %u, address 0x%lx at 0x%lx): the system halts with status 125",
                 reasons[process->end_reason], process->end_status, process->end_address,
                 process->end_instruction);
}

static void tell(struct process *process) {
    if (!process->supervisor)
        init_ended(process);
    process->ended.label = EVENT_PROCESS_ENDED;
    process->ended.badge_value = process->value;
    process->ended.words[0] = process->end_reason;
    process->ended.words[1] = process->end_status;
    process->ended.words[2] = process->end_address;
    process->ended.words[3] = process->end_instruction;
    endpoint_post(process->supervisor, &process->ended);
}

// All that is left is the record. Until the supervisor has heard of the end it is paid by the process's own
// quota, which returns to the creator's after that.
static void release(struct process *process) {
    struct quota *quota = process->quota;
    if (process->started) {
        object_release(&process->object, quota);
    } else {
        struct charge record = charge_records(RECORD_PROCESS, 1);
        quota_uncharge(quota, &record);
    }
    process->quota = nullptr;
    quota_close(quota);
    object_put(&quota->object);
    object_put(&process->object);
}

// Phases in order; each is entered again until it is done.
static bool process_job(struct job *job) {
    struct process *process = container_of(job, struct process, job);
    switch ((enum end_phase)process->end_phase) {
    case END_KILL:
        if (!kill_threads(process))
            return false;
        if (!threads_are_gone(process))
            return true; // process_thread_gone() goes on
        break;
    case END_CLOSE:
        if (!close_table(process))
            return false;
        break;
    case END_SPACES:
        if (!tear_spaces(process))
            return false;
        break;
    case END_TABLE:
        if (!free_table(process))
            return false;
        break;
    case END_TELL:
        atomic_store(&process->state, PROCESS_ENDED);
        object_release(&process->space->object, process->quota);
        object_put(&process->space->object); // the space refers to us: who keeps the other must let go first
        process->end_phase = END_RELEASE;
        // One that never ran has no end to tell of.
        if (process->started)
            tell(process);
        return process->started;
    case END_RELEASE:
        release(process);
        return true;
    }
    process->end_phase++;
    return false;
}

void process_put_links(struct process *process) {
    if (process->supervisor)
        object_put(&process->supervisor->object);
}
