// SPDX-License-Identifier: MIT
//
// The user side of the kernel's host tests: processes and threads ("actors") whose every system call a test
// makes by hand, on the fake machine (kernel/arch/host/host.h). One boot for each test program; a test makes
// what it needs below init, and world_teardown() at its end proves that nothing is left.
//
// An actor whose turn it is not, but who is asked to act, gets the CPU because the others yield. So all
// actors have one priority unless the test is about priorities.
#pragma once
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/structs.h>
#include <abi/syscalls.h>
#include <arch/thread.h>
#include <host.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include "object/descriptor.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/thread.h"

#define ACTORS_MOST 64
// Where every process of the world has writable memory for structures.
#define SCRATCH       0x10000000ull
#define SCRATCH_PAGES 4

struct actor {
    struct thread *thread;
    uint64_t serial;       // of the thread; an actor whose thread has ended is gone
    uint64_t message;      // address of its message page
    struct arch_thread in; // registers when its last call was over
    bool busy;             // its call is not over
    // Descriptors in init's table; 0 for init itself.
    uint64_t process, space, control;
};

extern struct actor init_actor;
// Badge value and endpoint (in init's table) of the supervision of the processes that a test makes.
extern uint64_t world_supervisor;

// Once in a program. The environment variable HOST_CONSOLE echoes the kernel's console.
void world_boot(void);
// The same with a memory size.
void world_boot_with(uint64_t memory_bytes);
// Only the machine, for a free run (see host.h).
void world_machine_free(void);

// A call that is expected to be over at once: returns its status; results are in actor->in.a[].
status_t act(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count);
#define ACT(actor, NUMBER, ...)                                                                              \
    act((actor), SYSCALL_##NUMBER, (const uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0},                         \
        sizeof((uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0}) / sizeof(uint64_t) - 1)
// A call that may block: begins it.
void begin(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count);
#define BEGIN(actor, NUMBER, ...)                                                                            \
    begin((actor), SYSCALL_##NUMBER, (const uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0},                       \
          sizeof((uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0}) / sizeof(uint64_t) - 1)
// Is the actor's last call over? Lets others run in between.
bool is_over(struct actor *actor);
// The status of a call that is over now, but was begun.
status_t finish(struct actor *actor);
// Message words of the actor's next call, and of its last result.
void words_set(struct actor *actor, const uint64_t words[MESSAGE_WORDS]);
const uint64_t *words(const struct actor *actor);

// The same, and the test fails unless the call succeeds; returns the first result.
uint64_t must(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count);
#define MUST(actor, NUMBER, ...)                                                                             \
    must((actor), SYSCALL_##NUMBER, (const uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0},                        \
         sizeof((uint64_t[]){__VA_ARGS__ __VA_OPT__(, ) 0}) / sizeof(uint64_t) - 1)
#define assert_status(call, NAME) assert_int_equal((int)(call), (int)STATUS_##NAME)

// User memory, through the page tables of the actor's process.
void store(struct actor *actor, uint64_t address, const void *bytes, size_t length);
void load(struct actor *actor, uint64_t address, void *bytes, size_t length);
// One access: false if it faulted (the actor is stopped then, or its process gone).
bool touch(struct actor *actor, uint64_t address, unsigned access);

// Makes it the actor's turn.
void turn(struct actor *actor);
// Lets the kernel do what it still has to do: jobs, storage on its way back.
void drain(void);
void pass(uint64_t nanoseconds);

// A process below init with one started thread and scratch memory; generous limits.
struct actor *process_make(void);
struct actor *process_make_with(const struct limits *limits);
struct limits limits_usual(void);
// A further thread of the actor's process, made by the actor.
struct actor *thread_make(struct actor *actor, unsigned priority);
// Ends the process of an actor and waits until all of it is gone; releases init's descriptors to it.
void process_unmake(struct actor *actor);
bool is_alive(const struct actor *actor);

// White box.
struct object *object_of(struct actor *actor, uint64_t descriptor);
struct process *process_of(struct actor *actor);
struct quota *quota_of(struct actor *actor);
// Moves init's descriptor into the process of the actor.
uint64_t give(struct actor *actor, uint64_t descriptor, uint64_t rights);
// Gives the actor a clone of init's descriptor.
uint64_t give_clone(struct actor *actor, uint64_t descriptor, uint64_t rights);
void offer(struct actor *actor, uint64_t slots, uint64_t bytes);

// A snapshot of everything that counts: compared before and after a refused call.
struct snapshot {
    uint64_t free_pages;
    uint32_t records[RECORD_COUNT];
    struct charge used, root_used;
    uint32_t table_used;
    uint64_t hash; // of the table, the mappings, queues
};
void snapshot_take(struct actor *actor, struct snapshot *snapshot);

// Every test's set-up and tear-down: the second ends all actors but init, and audits.
int world_setup(void **state);
int world_teardown(void **state);

// What the kernel told init.
extern struct boot_info world_boot_info;
// For cmocka's groups: boots.
int world_group_setup(void **state);
#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)
#define WORLD_MAIN(...)                                                                                      \
    int main(void) {                                                                                         \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                                     \
        cmocka_set_test_filter(getenv("TEST"));                                                              \
        return cmocka_run_group_tests(tests, world_group_setup, nullptr);                                    \
    }
