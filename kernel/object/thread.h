// SPDX-License-Identifier: MIT
//
// A thread: user registers, priority, message page, and everything that a call needs, so that delivering a
// message allocates nothing.
//
// State belongs to: the lock of the endpoint, notification or memory object it waits at; the scheduler lock
// of its CPU while ready; its CPU while it runs. Who wants to wake it reads `waiting_at`, locks that, and
// looks again.
#pragma once
#include <arch/thread.h>
#include <base/avl.h>
#include "object/descriptor.h"
#include "object/object.h"
#include "sched/timer.h"

struct process;
struct endpoint;
struct badge;
struct reply;
struct notification;
struct cpu;

enum thread_state {
    THREAD_NEW = 0,
    THREAD_READY,
    THREAD_RUNNING,
    THREAD_CALLING,   // in the endpoint's queue of callers
    THREAD_AWAITING,  // its call was delivered, the answer is not there
    THREAD_RECEIVING, // in the endpoint's queue of receivers
    THREAD_WAITING,   // at a notification
    THREAD_FUTEX,     // at a memory object
    THREAD_ENDED,
};

// A descriptor on its way. Taken out of the sender's table (kind TRANSIT_OUT) or cloned (a strong count
// without slot, which the sender paid).
struct outgoing {
    struct object *object;
    struct slot *slot; // sender's, for a move
    uint64_t rights;
    bool move;
    uint32_t received_index; // after delivery of a move: the server's slot, and its tag then
    uint64_t received_tag;
};

struct lent_range {
    uint64_t address, length, flags;
};

// A call that the thread makes; under the endpoint's lock from the time it is queued.
struct outgoing_call {
    struct badge *badge;    // nullptr: none; lives as long as the descriptor that the call came through
    struct list badge_link; // in badge->calls
    uint64_t badge_value;
    uint64_t header;
    uint64_t number;
    unsigned descriptor_count;
    unsigned range_count;
    struct outgoing descriptors[MESSAGE_DESCRIPTORS];
    struct lent_range ranges[MESSAGE_RANGES];
    struct thread *server;          // the thread in whose own slot the call is
    struct process *server_process; // who received it; holds a reference while something is in transit
    struct reply *reply;            // or the reply object that keeps it
    bool is_fault;                  // sent by the kernel for this thread
    uint64_t fault_words[4];
    unsigned offer_slots; // for the answer
    uint64_t offer_bytes;
};

// A call of the kernel that goes on over several bounded steps, run by the scheduler in place of the thread.
struct operation {
    bool (*step)(struct thread *thread); // true: done; results are set
    struct object *object;               // holds a reference when not nullptr
    struct slot *slot;
    uint64_t value;
    uint64_t deadline;
    // A transfer: where to (the process holds a reference), the reserved slot, and the descriptor to be.
    struct process *target;
    uint32_t target_index;
    uint64_t target_tag;
    uint64_t moved;
};

struct thread {
    struct object object;
    struct arch_thread arch;
    // Immutable after creation.
    struct process *process; // holds a reference
    void *message;           // the message page, in the direct map
    uint32_t slot;           // of the message page
    // See above.
    _Atomic(enum thread_state) state;
    struct cpu *cpu; // whose queue it uses
    atomic_uint priority;
    atomic_bool ending;       // to be finished instead of run
    struct list queue;        // in a ready group, or in a queue of an endpoint
    unsigned queued_priority; // of the ready group; under the scheduler lock
    struct object *_Atomic waiting_at;
    struct slot *_Atomic through; // the descriptor that the wait came through
    uint64_t deadline;
    struct timer timer;
    // Under the process lock.
    struct list link; // in process->threads
    bool started;     // or never to be started
    // As a caller.
    struct outgoing_call call;
    // As a server: the caller whose call is in this thread's own slot; changed under its endpoint's lock.
    struct thread *_Atomic pending;
    atomic_bool gone; // that caller gave up before the answer
    unsigned offer_slots;
    uint64_t offer_bytes;
    // Waiting at a notification, or bound to one.
    uint64_t wait_mask;
    struct notification *_Atomic bound; // under the notification's lock
    struct slot *_Atomic bound_through;
    // Waiting at a futex; under the memory object's lock.
    struct avl_node futex;
    uint64_t futex_offset;
    uint64_t futex_ticket;
    // By who runs the thread.
    struct operation operation;
};

// A thread of the process, which pays; its lock is held. PROCESS_ENDED, TABLE_FULL, NO_QUOTA, RESTART.
status_t thread_create_locked(struct process *process, unsigned priority, struct thread **thread);
// STARTED, PROCESS_ENDED.
status_t thread_start(struct thread *thread, uint64_t entry, uint64_t stack, uint64_t argument);
uint64_t thread_message_address(const struct thread *thread);

// The current thread waits at `object`, whose lock the caller holds; it came through `handle` (nullptr:
// nothing). False, and nothing happens, if the descriptor is not what it was: the caller returns CLOSED.
bool thread_block_locked(struct thread *thread, enum thread_state state, struct object *object,
                         const struct handle *handle, uint64_t deadline);
// Takes back a block that turned out not to be needed; same lock.
void thread_unblock_locked(struct thread *thread);
// Ends the wait: the caller holds the lock of what it waited at and took it out of its queue.
void thread_wake_locked(struct thread *thread);
// Same, with a status for the system call.
void thread_wake_status_locked(struct thread *thread, status_t status);

// Takes a waiting thread out of whatever it waits at and gives it the status; no effect when it does not
// wait, or when `through` is not nullptr and the wait came through another descriptor. No lock held.
void thread_cancel(struct thread *thread, struct slot *through, status_t status);

// Marks a thread as to be finished, wherever it is.
void thread_kill(struct thread *thread, unsigned priority);
// Frees one that was never started, if it still is not.
void thread_free(struct thread *thread);
// The last strong descriptor of a thread went; one that was not started is freed.
void thread_end_unstarted(struct thread *thread);
// Starts an operation of the current thread: the first step is made at once; STATUS_OK when that was all,
// else STATUS_PENDING.
status_t thread_operate(struct thread *thread, const struct operation *operation);
// Run by the scheduler in place of a thread marked so, when no operation is left: calls dropped, storage
// freed.
void thread_finish(struct thread *thread);
