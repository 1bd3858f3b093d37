// SPDX-License-Identifier: MIT
//
// What the files of the model test have in common: the player makes each call on the kernel and on the model.
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

#define BUFFER     (SCRATCH + 0x400)
#define LENT       (SCRATCH + 0x800)
#define WORDS      (SCRATCH + 0x1000) // futex words, never written
#define TYPE(name) (1u << OBJECT_##name)

// What a thread does for a process that it has made: memory for it, a thread in it, a start. Or, for its own,
// SCRIPT_FILL.
#define SCRIPT_FILL 20

struct script {
    unsigned step;
    uint64_t process, space, value;
};

// known.c
extern uint64_t random_state, seed;
extern const uint8_t *input;
extern size_t input_left;
extern bool input_used;
extern struct thread *kernel_threads[M_THREADS];
extern uint64_t kernel_serials[M_THREADS];
extern struct process *kernel_processes[M_PROCESSES];
extern uint64_t kernel_quotas[M_PROCESSES];
extern uint64_t protected_slots[M_SLOTS];
extern unsigned protected_count;
extern uint64_t stale[64];
extern uint64_t calls, histogram[SYSCALL_LIMIT][64];
extern uint64_t last_call[8];
extern uint64_t successes;
extern uint32_t missing;
extern uint64_t numbers[M_THREADS];
uint64_t random_next(void);
uint64_t below(uint64_t limit);
bool one_in(uint64_t n);
[[noreturn, gnu::format(printf, 1, 2)]] void mismatch(const char *format, ...);
int thread_of(const struct thread *thread);

// compare.c
void count(uint64_t number, status_t status);
void yield(void);
void quotas_compare(void);
void results_compare(void);

// pick.c
uint64_t live_slots(int p);
bool is_protected(int p, int s);
uint64_t pick_sent(int p, uint32_t types);
uint64_t pick_slot(int p, uint32_t types, bool keep);
uint64_t pick(int p, uint32_t types, bool keep);
uint64_t pick_other_than_init(int p);
uint64_t pick_rights(void);
uint64_t pick_deadline(void);
uint64_t pick_buffer(void);
uint64_t pick_page(void);
uint64_t pick_mapping(int p);
uint64_t pick_flags(void);
uint64_t pick_size(uint64_t size);
uint64_t message_make(int t, bool is_call);
void offer_make(int t);
uint64_t header_spoil(uint64_t header);
bool limits_make(int t);

// script.c
extern struct script scripts[M_THREADS];
void call(int t, uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);
void script_step(int t);

// act.c
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
void world_move(void);
void idle(void);
int running(void);

// round.c
void round_end(void);
void import_init(void);
