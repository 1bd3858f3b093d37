// SPDX-License-Identifier: MIT
//
// The object layer under several CPUs: one POSIX thread for each CPU runs the kernel for threads of two
// processes that make random calls on the same objects at the same time. For the thread sanitizer
// (build/host-tsan), and for the audit at the end, which finds what a lost race would leave behind. What the
// calls return is not looked at here: tests/fuzz/model does that.
//
//   THREADS_SEED=N THREADS_CALLS=N build/host-tsan/tests/unit/test_threads

#include "unit.h"
#include "world.h"
#include <base/splitmix.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include "audit.h"
#include "memory/reclaim.h"
#include "object/endpoint.h"
#include "object/space.h"
#include "sched/cpu.h"

#define CPUS      3
#define THREADS   9
#define CELLS     48
#define PROCESSES 2
// Rounds at the end; each brings what waits one step further.
#define FINISH_MOST 1000

static uint64_t seed = 1, calls_most = 100000;
static struct process *processes[PROCESSES];
static _Atomic uint64_t cells[PROCESSES][CELLS]; // descriptors that the threads of a process share
static _Atomic uint64_t calls_made;
static pthread_t others[CPUS];
static struct endpoint *supervisor;
static uint64_t supervisor_value;

static void call_set(struct arch_thread *thread, unsigned number, uint64_t a, uint64_t b, uint64_t c,
                     uint64_t d, uint64_t e, uint64_t f) {
    const uint64_t arguments[6] = {a, b, c, d, e, f};
    thread->status = number;
    memcpy(thread->a, arguments, sizeof(arguments));
}

static _Atomic uint64_t *cell(const struct thread *thread, uint64_t *random) {
    unsigned which = thread->process == processes[1];
    return &cells[which][splitmix64(random) % CELLS];
}

// Puts descriptors to send and an offer into the thread's message page.
static uint64_t message_make(struct thread *thread, uint64_t *random) {
    struct message_page *page = thread->message;
    uint64_t count = splitmix64(random) % 3;
    for (uint64_t i = 0; i < count; i++)
        page->send[i] = (struct message_descriptor){.descriptor = atomic_load(cell(thread, random)),
                                                    .rights = 0,
                                                    .mode = splitmix64(random) % 2 ? 1 : 2};
    page->offer_slots = splitmix64(random) % 5;
    page->offer_bytes = 1 << 20;
    return count << HEADER_DESCRIPTORS_SHIFT;
}

// What a call may use: descriptors that some thread has put there, an address, a time, and more chance.
struct draw {
    unsigned which;
    uint64_t x, y, r, soon, address;
};

// The process descriptor of the other process.
static uint64_t other_process(const struct thread *thread) {
    return atomic_load(&cells[thread->process == processes[1]][0]);
}

static void descriptor_call(struct thread *thread, const struct draw *draw) {
    struct arch_thread *registers = &thread->arch;
    switch (draw->which) {
    case 0:
        call_set(registers, SYSCALL_ENDPOINT_CREATE, 3, 0, 0, 0, 0, 0);
        return;
    case 1:
    case 2:
        call_set(registers, SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0);
        return;
    case 3:
        call_set(registers, SYSCALL_MEMORY_ALLOCATE, PAGE_SIZE * (1 + draw->r % 12), 0, 0, 0, 0, 0);
        return;
    case 4:
    case 5:
        call_set(registers, SYSCALL_DESCRIPTOR_CLONE, draw->x,
                 RIGHT_CLONE | RIGHT_TRANSFER | (draw->r & 0xf0), 0, 0, 0, 0);
        return;
    case 6:
        call_set(registers, SYSCALL_DESCRIPTOR_WEAKEN, draw->x, 0, 0, 0, 0, 0);
        return;
    case 7:
        call_set(registers, SYSCALL_DESCRIPTOR_STRENGTHEN, draw->x, 0, 0, 0, 0, 0);
        return;
    case 8:
    case 9:
    case 10:
        call_set(registers, SYSCALL_DESCRIPTOR_RELEASE, draw->x, 0, 0, 0, 0, 0);
        return;
    default:
        call_set(registers, SYSCALL_DESCRIPTOR_TRANSFER, draw->x, other_process(thread), 0x17, 0, 0, 0);
        return;
    }
}

static void memory_call(struct thread *thread, const struct draw *draw) {
    struct arch_thread *registers = &thread->arch;
    switch (draw->which) {
    case 12:
        call_set(registers, SYSCALL_SPACE_MAP, 0, draw->x, draw->address, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
        return;
    case 13:
        call_set(registers, SYSCALL_SPACE_UNMAP, 0, draw->address, 0, 0, 0, 0);
        return;
    case 14:
        call_set(registers, SYSCALL_SPACE_PROTECT, 0, draw->address, MAP_READ, 0, 0, 0);
        return;
    case 15:
        call_set(registers, SYSCALL_FUTEX_WAIT, draw->address, 0, draw->soon, 0, 0, 0);
        return;
    default:
        call_set(registers, SYSCALL_FUTEX_WAKE, draw->address, 2, 0, 0, 0, 0);
        return;
    }
}

static void notification_call(struct thread *thread, const struct draw *draw) {
    struct arch_thread *registers = &thread->arch;
    switch (draw->which) {
    case 17:
        call_set(registers, SYSCALL_NOTIFICATION_SIGNAL, draw->x, 1 + draw->r % 7, 0, 0, 0, 0);
        return;
    case 18:
        call_set(registers, SYSCALL_NOTIFICATION_WAIT, draw->x, 7, draw->soon, 0, 0, 0);
        return;
    case 19:
        call_set(registers, SYSCALL_NOTIFICATION_TIMER, draw->x, 2, draw->soon, 0, 0, 0);
        return;
    default:
        call_set(registers, SYSCALL_NOTIFICATION_BIND, draw->r % 2 ? draw->x : 0, 0, 0, 0, 0, 0);
        return;
    }
}

static void ipc_call(struct thread *thread, const struct draw *draw, uint64_t *random) {
    struct arch_thread *registers = &thread->arch;
    switch (draw->which) {
    case 21:
        call_set(registers, SYSCALL_BADGE_CREATE, draw->x, 1 + draw->r % 4, 0, 0, 0, 0);
        return;
    case 22:
        call_set(registers, draw->r % 4 ? SYSCALL_BADGE_CREATE : SYSCALL_BADGE_DESTROY, draw->x,
                 1 + draw->r / 4 % 4, 0, 0, 0, 0);
        return;
    case 23:
        call_set(registers, SYSCALL_CALL, draw->x, message_make(thread, random), draw->soon, 0, 0, 0);
        return;
    case 24:
        message_make(thread, random);
        call_set(registers, SYSCALL_RECEIVE, draw->x, 0, draw->soon, 0, 0, 0);
        return;
    case 25: // nothing is mapped there, but what would be copied is gathered before
        call_set(registers, SYSCALL_PROCESS_QUOTA, draw->r % 2 ? 0 : other_process(thread), SCRATCH,
                 sizeof(struct quota_info), 0, 0, 0);
        return;
    default:
        if (draw->r % 3 == 0)
            call_set(registers, SYSCALL_REPLY_CREATE, 0, 0, 0, 0, 0, 0);
        else if (draw->r % 3 == 1)
            call_set(registers, SYSCALL_REPLY_KEEP, draw->y, 0, 0, 0, 0, 0);
        else
            call_set(registers, SYSCALL_REPLY, draw->r % 2 ? draw->y : 0, message_make(thread, random), 0, 0,
                     0, 0);
    }
}

static void call_random(struct thread *thread, uint64_t *random) {
    struct draw draw = {.x = atomic_load(cell(thread, random)), .y = atomic_load(cell(thread, random))};
    draw.r = splitmix64(random);
    draw.soon = clock_now() + draw.r % 5000;
    draw.address = 0x20000000 + draw.r % 8 * PAGE_SIZE;
    draw.which = (unsigned)(splitmix64(random) % 27);
    if (draw.which < 12)
        descriptor_call(thread, &draw);
    else if (draw.which < 17)
        memory_call(thread, &draw);
    else if (draw.which < 21)
        notification_call(thread, &draw);
    else
        ipc_call(thread, &draw, random);
}

// What the last call made, and what its message brought, goes into the shared cells.
static void results_keep(struct thread *thread, uint64_t *random) {
    uint64_t value = thread->arch.a[0];
    if (thread->arch.status == 0 && value >> DESCRIPTOR_INDEX_BITS != 0)
        atomic_store(cell(thread, random), value);
    const struct message_page *page = thread->message;
    if (splitmix64(random) % 4 == 0 && page->received[0].descriptor != 0)
        atomic_store(cell(thread, random), page->received[0].descriptor);
}

// ---- set-up, in init's name, by the object layer itself

static struct process *process_new(struct quota *parent) {
    struct limits limits = limits_usual();
    struct charge fixed = process_fixed_charge();
    struct quota *quota;
    limits.bytes = 2 << 20;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = root_quota.limit.records[i] / 4;
    if (quota_carve(parent, &limits, &fixed, &quota) != STATUS_OK)
        abort();
    object_get(&quota->object);
    return process_create(quota, supervisor, 1);
}

static void threads_new(struct process *process, unsigned first, unsigned count) {
    for (unsigned i = first; i < first + count; i++) {
        struct thread *thread;
        lock_acquire(&process->object.lock);
        status_t status = thread_create_locked(process, PRIORITY_COUNT / 2, &thread);
        lock_release(&process->object.lock);
        if (status != STATUS_OK)
            abort();
        thread->cpu = &cpus[i % CPUS];
        if (thread_start(thread, 0x400000, SCRATCH, i) != STATUS_OK)
            abort();
    }
}

static void give_process(unsigned from, unsigned to) {
    struct charge charge = object_charge(&processes[to]->object);
    lock_acquire(&processes[from]->object.lock);
    if (descriptor_prepare_locked(processes[from], 1, &charge) != STATUS_OK)
        abort();
    cells[from][0] = descriptor_commit_locked(processes[from], &processes[to]->object, RIGHTS_PROCESS_ALL);
    lock_release(&processes[from]->object.lock);
}

static void world_make(void) {
    struct charge charge = charge_records(RECORD_ENDPOINT, 1);
    reclaim_enter();
    if (quota_charge(&root_quota, &charge) != STATUS_OK)
        abort();
    supervisor = endpoint_create(0);
    lock_acquire(&init_process->object.lock);
    if (table_reserve_locked(init_process, 1) != STATUS_OK)
        abort();
    supervisor_value = descriptor_commit_locked(init_process, &supervisor->object, RIGHTS_ENDPOINT_ALL);
    lock_release(&init_process->object.lock);
    audit_baseline();
    for (unsigned i = 0; i < PROCESSES; i++)
        processes[i] = process_new(&root_quota);
    give_process(0, 1);
    give_process(1, 0);
    threads_new(processes[0], 0, THREADS / 2);
    threads_new(processes[1], THREADS / 2, THREADS - THREADS / 2);
    reclaim_leave();
}

// ---- the user side of each CPU

struct player {
    unsigned index;
    uint64_t random;
};

static bool all_ended(void) {
    for (unsigned i = 0; i < PROCESSES; i++)
        if (atomic_load(&processes[i]->state) != PROCESS_ENDED)
            return false;
    return true;
}

// init waits for the end of both processes, hears of them, stops the CPUs, and waits for ever.
static void play_init(struct arch_thread *registers) {
    static unsigned heard;
    if (heard == 0 && !all_ended()) {
        call_set(registers, SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
        return;
    }
    if (heard++ == PROCESSES)
        host_cpu_stop();
    call_set(registers, SYSCALL_RECEIVE, supervisor_value, 0, DEADLINE_NONE, 0, 0, 0);
}

static bool play(void *context, struct arch_thread *registers) {
    struct player *player = context;
    struct thread *thread = cpu_current()->thread;
    host_clock_tick(splitmix64(&player->random) % 200);
    if (thread->process == init_process) {
        play_init(registers);
        return true;
    }
    results_keep(thread, &player->random);
    if (atomic_fetch_add(&calls_made, 1) >= calls_most)
        call_set(registers, SYSCALL_PROCESS_EXIT, 0, 0, 0, 0, 0, 0);
    else
        call_random(thread, &player->random);
    return true;
}

// ---- the end: a CPU that is stopped leaves as soon as it idles, and another may give it a job after that

static pthread_barrier_t barrier;
static bool quiet; // written by CPU 0 between two barriers

static bool nothing_to_do(void) {
    for (unsigned i = 0; i < CPUS; i++)
        if (atomic_load(&cpus[i].job_mask) != 0 || atomic_load(&cpus[i].ready_mask) != 0)
            return false;
    return reclaim_pending() == 0;
}

// All CPUs have stopped. One after the other goes on until it idles, until none has anything to do.
static void cpu_finish(struct player *player) {
    for (unsigned round = 0; round < FINISH_MOST; round++) {
        pthread_barrier_wait(&barrier);
        if (player->index == 0)
            quiet = nothing_to_do();
        for (unsigned i = 0; i < CPUS; i++) {
            pthread_barrier_wait(&barrier);
            if (quiet)
                return;
            if (player->index == i)
                host_cpu_loop(&cpus[i], false, play, player);
        }
    }
}

static void *cpu_run(void *context) {
    struct player *player = context;
    host_cpu_loop(&cpus[player->index], false, play, player);
    cpu_finish(player);
    return nullptr;
}

// The first exit to user mode, on CPU 0: makes the world, and starts the other CPUs.
static bool play_first(void *context, struct arch_thread *registers) {
    static bool started;
    static struct player players[CPUS];
    if (!started) {
        started = true;
        for (unsigned i = 1; i < CPUS; i++)
            cpu_init(&cpus[i], i);
        world_make();
        for (unsigned i = 1; i < CPUS; i++) {
            players[i] = (struct player){.index = i, .random = seed + i};
            if (pthread_create(&others[i], nullptr, cpu_run, &players[i]) != 0)
                abort();
        }
    }
    return play(context, registers);
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != nullptr ? strtoull(text, nullptr, 0) : otherwise;
}

static void races_leave_nothing(void **state) {
    (void)state;
    printf("# THREADS_SEED=%llu THREADS_CALLS=%llu\n", (unsigned long long)seed,
           (unsigned long long)calls_most);
    struct player player = {.index = 0, .random = seed};
    pthread_barrier_init(&barrier, nullptr, CPUS);
    host_cpu_loop(&cpus[0], true, play_first, &player);
    cpu_finish(&player);
    for (unsigned i = 1; i < CPUS; i++)
        pthread_join(others[i], nullptr);
    assert_true(quiet);
    audit_walk();
    audit_nothing_left();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(races_leave_nothing)};
    seed = number_from("THREADS_SEED", seed);
    calls_most = number_from("THREADS_CALLS", calls_most);
    world_machine_free();
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
