// SPDX-License-Identifier: MIT
//
// The reference model of the kernel: what every system call must return and change, in arrays and loops,
// without a thought for speed. It knows nothing of locks, jobs, timers' trees, slabs or page tables; charges
// are summed up anew from what exists each time they are needed. The player (../player) makes random calls on
// both and compares.
//
// A call is predicted before the kernel makes it. New descriptors have no value then: the caller of the model
// learns it from the kernel and enters it (bind_process, bind_slot).
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <abi/syscalls.h>
#include "object/charge.h"

#define M_OBJECTS   512
#define M_PROCESSES 12
#define M_THREADS   48
#define M_SLOTS     256
#define M_MAPPINGS  256
#define M_EVENTS    64
#define M_NONE      (-1)

enum m_kind { M_FREE, M_STRONG, M_WEAK, M_BORROWED, M_TRANSIT_IN, M_TRANSIT_OUT };

enum m_wait { M_NEW, M_RUNS, M_CALLING, M_AWAITING, M_RECEIVING, M_WAITING, M_FUTEX, M_ENDED };

struct m_object {
    bool used;  // the record exists
    bool ended; // no strong descriptor any more
    enum object_type type;
    unsigned strong;
    int payer;            // quota that pays for the record after the last descriptor
    struct charge charge; // then
    uint64_t step;        // the call in which it ended
    uint64_t id;          // never used twice
    uint64_t serial;      // from the kernel, once it was seen
    void *kernel;
    int index; // process or thread
    int owner; // space: process
    // memory
    uint64_t pages, base;
    bool physical, sealed;
    bool ram;    // physical, but ordinary memory (the initrd)
    bool filled; // not all zero
    uint64_t rights;
    // endpoint
    uint64_t places;
    // badge
    int endpoint;
    uint64_t value;
    bool destroyed, heard;
    // reply
    int caller;
    bool gone;
    // notification
    uint64_t bits, timer, timer_bits;
    int waiter, bound;
    // interrupt
    uint64_t line, interrupt_bits;
    int notification;
    bool owes_ack, line_pending;
    // platform
    uint64_t kind, length;
};

struct m_slot {
    enum m_kind kind;
    enum object_type type;
    int object; // of a weak one only if its id is still the same
    uint64_t id;
    uint64_t value, rights;
    int peer_process, peer_slot;
};

struct m_mapping {
    bool used;
    int space, process, slot, memory;
    uint64_t start, end, offset;
    unsigned flags;
};

struct m_quota {
    bool used, closed;
    int parent, process;
    struct charge limit;
    uint32_t priority, weight;
};

struct m_process {
    bool used; // its record exists
    enum { M_PROCESS_NEW, M_PROCESS_RUNNING, M_PROCESS_ENDED } state;
    bool started, told; // the supervisor has heard of the end: its quota is closed
    int object, quota, space, supervisor;
    uint64_t value;
    struct m_slot slots[M_SLOTS];
    uint32_t populated, used_slots;
    uint64_t end[4];
};

struct m_outgoing {
    int object;
    bool move;
    int slot; // sender's
    uint64_t rights;
    int received; // slot of the server
};

struct m_call {
    int endpoint, badge;
    uint64_t header, words[MESSAGE_WORDS];
    unsigned count, ranges;
    struct m_outgoing descriptors[MESSAGE_DESCRIPTORS];
    struct message_range range[MESSAGE_RANGES];
    int server, reply, server_process;
    bool is_fault;
    uint64_t offer_slots, offer_bytes;
};

struct m_event {
    bool used;
    int endpoint, object; // object: the badge or the process that it tells of
    uint64_t label, badge, words[4], ticket;
    uint64_t step; // the call in which it was posted: events of one call come in any order
};

// What the thread's call returns, once it is over.
struct m_result {
    bool over;
    status_t status;
    bool check[3], check_words;
    uint64_t a[3], words[MESSAGE_WORDS];
    // Descriptors whose values the kernel tells: in a[i], or received[i] of the message page.
    int bind_process[3], bind_slot[3];
    int received_slot[MESSAGE_DESCRIPTORS];
    unsigned received;
    bool number;          // a[2] is a fresh call number
    struct m_event event; // used: what was heard; taken when the result was compared
};

struct m_thread {
    bool used;
    int object, process;
    enum m_wait wait;
    bool started;
    uint32_t page; // message page slot
    // The wait.
    int at;      // object
    int through; // slot of its process
    uint64_t deadline, ticket, mask, futex_offset;
    // The message page, as the thread wrote it.
    struct message_descriptor send[MESSAGE_DESCRIPTORS];
    struct message_range lend[MESSAGE_RANGES];
    uint64_t offer_slots, offer_bytes; // what it offers
    uint64_t taken_slots, taken_bytes; // as its receive took it
    uint64_t words[MESSAGE_WORDS];     // registers of the message of its call
    struct m_call call;
    int pending;
    bool gone;
    int bound, bound_through;
    struct m_result result;
};

struct model {
    struct m_object objects[M_OBJECTS];
    struct m_quota quotas[M_PROCESSES];
    struct m_process processes[M_PROCESSES];
    struct m_thread threads[M_THREADS];
    struct m_mapping mappings[M_MAPPINGS];
    struct m_event events[M_EVENTS];
    uint64_t ticket, now, last_id, step;
    bool overflow; // the model has no room for what the kernel allows: the run starts anew
};

extern struct model model;
// What the limits at SCRATCH hold, as the player wrote them.
extern struct limits model_limits;

// A call of a thread with its registers. The result is in its `result`, now or later.
void model_call(int thread, uint64_t number, const uint64_t arguments[6]);
// The thread touches memory; a fault that nothing resolves becomes a call to its supervisor.
bool model_touch(int thread, uint64_t address, unsigned access);
// Time reaches `now`; fires the earliest timer that is due, false if there is none.
bool model_fire(void);
uint64_t model_next_timer(void);
void model_interrupt(uint64_t line);
// Frees what nothing keeps any more.
void model_sweep(void);
// A process is ended from outside of the system.
void model_end(int process);

// The event of a result was heard.
void model_heard(struct m_result *result);

struct charge model_used(int quota);
// The mapping of a process's first space behind an address, or M_NONE.
int model_mapping_at(int space, uint64_t address);
bool model_can_access(int process, uint64_t address, uint64_t length, unsigned flag);
// M_NONE if no descriptor of the process has this value.
int model_find_slot(int process, uint64_t value);
// A running process's thread that was not started, with a message page slot.
struct m_thread model_thread(int process, uint32_t page);
int model_new_object(enum object_type type);
