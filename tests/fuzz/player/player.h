// SPDX-License-Identifier: MIT
//
// What the files of the model test have in common: the player makes each call on the kernel and on the model.
//
// In all of it `t` is a thread of the model in use, `p` a process, `s` a slot of its table. A thread that
// makes a call is the one that runs (running()). After a call it may have ended, and its process too: only
// scripts[t] and model.threads[t].used may be read without asking. What differs ends the program through
// mismatch().
#pragma once
#include <arch/clock.h>
#include <arch/memory.h>
#include <arch/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../unit/unit.h"
#include "../../unit/audit.h"
#include "../../unit/world.h"
#include "memory/reclaim.h"
#include "memory/slab.h"
#include "object/endpoint.h"
#include "object/memory.h"
#include "object/space.h"
#include "sched/cpu.h"
#include "../model/model.h"

// In the two pages that every process gets at SCRATCH.
#define BUFFER     (SCRATCH + 0x400)
#define LENT       (SCRATCH + 0x800)
#define WORDS      (SCRATCH + 0x1000) // futex words, never written
#define TYPE(name) (1u << OBJECT_##name)

// ---- random.c

extern uint64_t random_state, seed;
extern const uint8_t *input; // of a fuzzer, if input_used; at its end the numbers are 0
extern size_t input_left;
extern bool input_used;
uint64_t random_next(void);
// 0 to limit - 1; limit is not 0.
uint64_t below(uint64_t limit);
bool one_in(uint64_t n);

// ---- report.c

extern uint64_t calls;        // made so far
extern uint64_t last_call[8]; // thread, number, arguments
[[noreturn, gnu::format(printf, 1, 2)]] void mismatch(const char *format, ...);

// ---- compare.c: the kernel's objects beside the model's, and what they must agree in

// Those of the model's entry; nullptr before the first descriptor of it was seen. Of an ended one they may be
// used again for another.
extern struct thread *kernel_threads[M_THREADS];
extern struct process *kernel_processes[M_PROCESSES];
extern uint64_t numbers[M_THREADS]; // of the call that a thread is in; SYSCALL_LIMIT: of none
extern uint64_t histogram[SYSCALL_LIMIT][64];
extern uint64_t successes;
// These two belong together from now on.
void twin_process(int p, struct process *process);
void twin_thread(int t, struct thread *thread);
// The model's thread, or M_NONE for one that has ended there.
int thread_of(const struct thread *thread);
void count(uint64_t number, status_t status);
// The running thread yields, its result compared before; the machine is in user mode.
void yield(void);
// Lets the kernel come to rest, then compares every result, state and event; what is the kernel's choice
// (values, the order of events that one call posted, who pays last) is taken over into the model.
void results_compare(void);
// Every quota to the byte. The kernel is at rest.
void quotas_compare(void);

// ---- pick.c: arguments, mostly such that the call may succeed

extern uint64_t protected_slots[M_SLOTS]; // init's own descriptors, which it keeps
extern unsigned protected_count;
extern uint64_t stale[64]; // values that were released
extern uint32_t missing;   // types of descriptors that were wanted and not found; call() clears it
uint64_t live_slots(int p);
bool is_protected(int p, int s);
// A descriptor of the process of one of these types. `keep`: none that init needs, so that it may be given
// away. pick_slot(): one of them, 0 if there is none. pick(): sometimes one of another type, stale or made
// up.
uint64_t pick_slot(int p, uint32_t types, bool keep);
uint64_t pick(int p, uint32_t types, bool keep);
// One that is on its way in a call, of another type if need be; 0: none.
uint64_t pick_sent(int p, uint32_t types);
uint64_t pick_other_than_init(int p);
uint64_t pick_rights(void);
uint64_t pick_deadline(void);
// Addresses: of a structure, of a page to map at, of a mapping.
uint64_t pick_buffer(void);
uint64_t pick_page(void);
uint64_t pick_mapping(int p);
uint64_t pick_flags(void);
uint64_t pick_size(uint64_t size);
// Fills the thread's message page, on both sides, and gives the header that fits it.
uint64_t message_make(int t, bool is_call);
void offer_make(int t);
uint64_t header_spoil(uint64_t header);
// model_limits, and the same bytes at BUFFER; false if nothing writable is mapped there.
bool limits_make(int t);

// ---- script.c

// What a thread does for a process that it has made: memory for it, a thread in it, a start. Or, for its own,
// SCRIPT_FILL.
#define SCRIPT_FILL 20

struct script {
    unsigned step; // 0: none
    uint64_t process, space, value;
};

extern struct script scripts[M_THREADS];
// One call of the running thread on both sides, compared. If a descriptor for it was missing, one that makes
// such a descriptor is made in its place.
void call(int t, uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);
// The next call of the thread's script.
void script_step(int t);

// ---- act.c: random calls of the running thread, by noun. Each makes one call, or none where there is no
// room for what it would make; those that give a bool say whether they made one.

unsigned used_count(void);
unsigned threads_count(void);
void act_process(int t);
void act_descriptor(int t);
void act_memory(int t);
void act_end(int t);
bool act_server_end(int t);
void act_thread(int t);
bool act_transit(int t);
void act_ipc(int t);
void act_notification(int t);
void act_platform(int t);
void act_touch(int t);
// An interrupt line or time.
void world_move(void);
// When no thread runs: time passes until the next timer.
void idle(void);
// The thread that runs; the machine is in user mode.
int running(void);

// ---- round.c

// Takes what boot has made into the empty model. Once.
void import_init(void);
// Ends everything but init; the audit finds nothing left.
void round_end(void);
