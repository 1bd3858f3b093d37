// SPDX-License-Identifier: MIT
//
// See world.h.

#include "unit.h"
#include "world.h"
#include <abi/status.h>
#include <arch/elf.h>
#include <arch/clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit.h"
#include "memory/page.h"
#include "memory/slab.h"
#include "object/space.h"
#include "sched/cpu.h"

#define TURNS_MOST 4096

struct actor init_actor;
uint64_t world_supervisor;
struct boot_info world_boot_info;

static struct actor *actors[ACTORS_MOST] = {&init_actor};
static struct actor pool[ACTORS_MOST];

// ---- the boot archive: a program of one page

static void octal(char *field, size_t size, uint64_t value) {
    snprintf(field, size, "%0*llo", (int)size - 1, (unsigned long long)value);
}

// One ustar entry (POSIX.1-2017, pax, "ustar Interchange Format").
static size_t archive_add(uint8_t *at, const char *name, const void *bytes, size_t size) {
    char *header = (char *)at;
    memset(at, 0, 512);
    strcpy(header, name);
    octal(header + 100, 8, 0755);
    octal(header + 108, 8, 0);
    octal(header + 116, 8, 0);
    octal(header + 124, 12, size);
    octal(header + 136, 12, 0);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++)
        sum += at[i];
    snprintf(header + 148, 7, "%06o", sum);
    memcpy(at + 512, bytes, size);
    return 512 + (size + 511) / 512 * 512;
}

struct program_file {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_size, program_size, program_count, section_size, section_count, section_names;
    uint32_t segment_type, segment_flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
    uint8_t code[16];
};

static const struct program_file program = {
    .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
    .type = 3,
    .machine = ARCH_ELF_MACHINE,
    .version = 1,
    .entry = offsetof(struct program_file, code),
    .program_offset = offsetof(struct program_file, segment_type),
    .header_size = 64,
    .program_size = 56,
    .program_count = 1,
    .section_size = 64,
    .segment_type = 1,
    .segment_flags = 5,
    .file_size = sizeof(program),
    .memory_size = sizeof(program),
    .alignment = PAGE_SIZE,
};

static uint8_t archive[8 * 512];

static size_t archive_make(void) {
    memset(archive, 0, sizeof(archive));
    size_t size = archive_add(archive, "bin/init", &program, sizeof(program));
    return size + 1024;
}

// ---- turns

static struct actor *running(void) {
    struct thread *thread = cpu_current()->thread;
    assert_int_equal(host_state(), HOST_USER);
    assert_ptr_equal(host_registers(), &thread->arch);
    for (unsigned i = 0; i < ACTORS_MOST; i++)
        if (actors[i] != nullptr && actors[i]->thread == thread && actors[i]->serial == thread->object.serial)
            return actors[i];
    fail_msg("a thread runs that no test made");
    return nullptr;
}

// The results stay in the actor, because its registers will be used for yielding.
static void capture(struct actor *actor) {
    if (actor->busy) {
        actor->in = actor->thread->arch;
        actor->busy = false;
    }
}

static void yield(void) {
    struct actor *actor = running();
    capture(actor);
    actor->thread->arch.status = SYSCALL_THREAD_YIELD;
    host_syscall();
}

bool is_alive(const struct actor *actor) {
    return actor->thread != nullptr && actor->thread->object.serial == actor->serial &&
           atomic_load(&actor->thread->state) != THREAD_ENDED;
}

static bool is_blocked(const struct actor *actor) {
    switch (atomic_load(&actor->thread->state)) {
    case THREAD_CALLING:
    case THREAD_AWAITING:
    case THREAD_RECEIVING:
    case THREAD_WAITING:
    case THREAD_FUTEX:
        return true;
    default:
        return false;
    }
}

void turn(struct actor *actor) {
    for (unsigned i = 0; i < TURNS_MOST; i++) {
        if (!is_alive(actor))
            fail_msg("an actor is asked to act, but its thread has ended");
        if (host_state() == HOST_USER && running() == actor) {
            capture(actor);
            return;
        }
        if (host_state() != HOST_USER || is_blocked(actor))
            fail_msg("an actor is asked to act, but waits (state %d)",
                     (int)atomic_load(&actor->thread->state));
        yield();
    }
    fail_msg("an actor does not get its turn");
}

bool is_over(struct actor *actor) {
    for (unsigned i = 0; i < TURNS_MOST; i++) {
        if (!actor->busy)
            return true;
        if (!is_alive(actor) || is_blocked(actor) || host_state() != HOST_USER)
            return false;
        if (running() == actor) {
            capture(actor);
            return true;
        }
        yield();
    }
    return false;
}

void begin(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count) {
    turn(actor);
    struct arch_thread *registers = host_registers();
    registers->status = number;
    for (unsigned i = 0; i < 3 || i < count; i++)
        registers->a[i] = i < count ? arguments[i] : 0;
    actor->busy = true;
    host_syscall();
}

status_t finish(struct actor *actor) {
    if (!is_over(actor))
        fail_msg("a call is not over (state %d)", (int)atomic_load(&actor->thread->state));
    return (status_t)(int64_t)actor->in.status;
}

status_t act(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count) {
    begin(actor, number, arguments, count);
    return finish(actor);
}

uint64_t must(struct actor *actor, unsigned number, const uint64_t *arguments, unsigned count) {
    status_t status = act(actor, number, arguments, count);
    if (status != STATUS_OK)
        fail_msg("%s returns %s", syscall_info(number)->name, status_name(status));
    return actor->in.a[0];
}

void words_set(struct actor *actor, const uint64_t values[MESSAGE_WORDS]) {
    turn(actor);
    memcpy(&host_registers()->a[3], values, MESSAGE_WORDS * sizeof(uint64_t));
}

const uint64_t *words(const struct actor *actor) {
    return &actor->in.a[3];
}

void store(struct actor *actor, uint64_t address, const void *bytes, size_t length) {
    turn(actor);
    assert_true(host_store(address, bytes, length));
}

void load(struct actor *actor, uint64_t address, void *bytes, size_t length) {
    turn(actor);
    assert_true(host_load(address, bytes, length));
}

bool touch(struct actor *actor, uint64_t address, unsigned access) {
    uint8_t byte = 0;
    turn(actor);
    return host_access(address, &byte, 1, access);
}

void drain(void) {
    for (unsigned i = 0; i < 64; i++) {
        for (unsigned j = 0; host_state() == HOST_USER && j < ACTORS_MOST; j++)
            yield();
        if (host_state() != HOST_USER)
            host_clock_advance(1);
    }
}

void pass(uint64_t nanoseconds) {
    host_clock_advance(nanoseconds);
}

// ---- processes

struct object *object_of(struct actor *actor, uint64_t descriptor) {
    struct slot *slot =
        table_slot(process_of(actor), (uint32_t)(descriptor & ((1u << DESCRIPTOR_INDEX_BITS) - 1)));
    assert_non_null(slot);
    assert_int_equal(tag_generation(slot->tag), descriptor >> DESCRIPTOR_INDEX_BITS);
    return slot->object;
}

struct process *process_of(struct actor *actor) {
    return actor->thread->process;
}

struct quota *quota_of(struct actor *actor) {
    return process_of(actor)->quota;
}

static struct actor *actor_new(struct thread *thread, uint64_t message) {
    for (unsigned i = 1; i < ACTORS_MOST; i++) {
        if (actors[i] != nullptr && is_alive(actors[i]))
            continue;
        actors[i] = &pool[i];
        *actors[i] = (struct actor){.thread = thread, .serial = thread->object.serial, .message = message};
        return actors[i];
    }
    fail_msg("too many actors");
    return nullptr;
}

uint64_t give(struct actor *actor, uint64_t descriptor, uint64_t rights) {
    return MUST(&init_actor, DESCRIPTOR_TRANSFER, descriptor, actor->process, rights);
}

uint64_t give_clone(struct actor *actor, uint64_t descriptor, uint64_t rights) {
    uint64_t clone = MUST(&init_actor, DESCRIPTOR_CLONE, descriptor, rights | RIGHT_TRANSFER);
    return give(actor, clone, rights);
}

struct limits limits_usual(void) {
    struct limits limits = {.bytes = 1 << 20, .priority = PRIORITY_COUNT - 1, .weight = 100};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = 16;
    limits.records[RECORD_LEASE] = 0;
    limits.records[RECORD_PROCESS] = limits.records[RECORD_QUOTA] = 4;
    return limits;
}

static void scratch_map(struct actor *actor) {
    uint64_t memory = MUST(&init_actor, MEMORY_ALLOCATE, SCRATCH_PAGES * PAGE_SIZE, 0);
    uint64_t rights = RIGHTS_MEMORY_ALL & ~RIGHT_MEMORY_EXECUTE;
    if (actor != &init_actor)
        memory = give(actor, memory, rights);
    MUST(&init_actor, SPACE_MAP, actor->space, memory, SCRATCH, 0, SCRATCH_PAGES * PAGE_SIZE,
         MAP_READ | MAP_WRITE);
}

struct actor *process_make_with(const struct limits *limits) {
    struct actor made = {};
    store(&init_actor, SCRATCH, limits, sizeof(*limits));
    made.process = MUST(&init_actor, PROCESS_CREATE, world_supervisor, 1, SCRATCH, sizeof(*limits));
    made.space = init_actor.in.a[1];
    made.control = MUST(&init_actor, THREAD_CREATE, made.process, PRIORITY_COUNT / 2);
    made.message = init_actor.in.a[1];
    struct actor *actor = actor_new((struct thread *)object_of(&init_actor, made.control), made.message);
    actor->process = made.process;
    actor->space = made.space;
    actor->control = made.control;
    scratch_map(actor);
    MUST(&init_actor, THREAD_START, made.control, 0x400000, SCRATCH + PAGE_SIZE, 7);
    return actor;
}

struct actor *process_make(void) {
    struct limits limits = limits_usual();
    return process_make_with(&limits);
}

struct actor *thread_make(struct actor *actor, unsigned priority) {
    uint64_t control = MUST(actor, THREAD_CREATE, 0, priority);
    struct actor *made = actor_new((struct thread *)object_of(actor, control), actor->in.a[1]);
    made->process = actor->process;
    made->control = control;
    MUST(actor, THREAD_START, control, 0x400000, SCRATCH + PAGE_SIZE, 7);
    return made;
}

void offer(struct actor *actor, uint64_t slots, uint64_t bytes) {
    uint64_t values[2] = {slots, bytes};
    store(actor, actor->message + offsetof(struct message_page, offer_slots), values, sizeof(values));
}

static void descriptors_release(struct actor *actor) {
    MUST(&init_actor, DESCRIPTOR_RELEASE, actor->control);
    MUST(&init_actor, DESCRIPTOR_RELEASE, actor->space);
    MUST(&init_actor, DESCRIPTOR_RELEASE, actor->process);
}

void process_unmake(struct actor *actor) {
    struct process *process = (struct process *)object_of(&init_actor, actor->process);
    status_t status = ACT(&init_actor, PROCESS_END, actor->process, 0);
    assert_true(status == STATUS_OK || status == STATUS_PROCESS_ENDED);
    // The supervisor hears of it.
    for (unsigned i = 0; i < 1000 && atomic_load(&process->state) != PROCESS_ENDED; i++)
        drain();
    assert_int_equal(atomic_load(&process->state), PROCESS_ENDED);
    MUST(&init_actor, RECEIVE, world_supervisor, 0, 0);
    assert_int_equal((uint32_t)init_actor.in.a[1], EVENT_PROCESS_ENDED);
    descriptors_release(actor);
    actor->thread = nullptr;
    drain();
}

void snapshot_take(struct actor *actor, struct snapshot *snapshot) {
    const struct quota *quota = quota_of(actor);
    drain();
    memset(snapshot, 0, sizeof(*snapshot)); // compared with its padding
    snapshot->free_pages = page_free_count();
    snapshot->used = quota->used;
    snapshot->root_used = root_quota.used;
    snapshot->table_used = process_of(actor)->table.used;
    snapshot->hash = audit_hash();
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        snapshot->records[i] = slab_used((enum record_type)i);
}

// ---- the boot

static void actor_init(struct thread *thread) {
    init_actor = (struct actor){.thread = thread, .serial = thread->object.serial};
    uint64_t info = thread->arch.a[0];
    init_actor.message = thread->arch.a[1];
    struct boot_info *boot = malloc(sizeof(*boot));
    assert_true(host_load(info, boot, sizeof(*boot)));
    assert_int_equal(boot->size, sizeof(*boot));
    world_boot_info = *boot;
    free(boot);
    init_actor.process = world_boot_info.process;
    init_actor.space = world_boot_info.space;
    init_actor.control = world_boot_info.thread;
}

static void machine_make(uint64_t memory_bytes, bool free_run) {
    struct host_configuration configuration = {
        .memory_bytes = memory_bytes,
        .seed = 1,
        .free_run = free_run,
        .initrd_size = archive_make(),
        .initrd = archive,
        .command_line = "test",
    };
    host_machine_create(&configuration);
}

void world_machine_free(void) {
    machine_make(0, true);
}

void world_boot_with(uint64_t memory_bytes) {
    machine_make(memory_bytes, false);
    assert_int_equal(host_boot(), HOST_USER);
    actor_init(cpu_current()->thread);
    MUST(&init_actor, THREAD_PRIORITY, 0, PRIORITY_COUNT / 2);
    scratch_map(&init_actor);
    world_supervisor = MUST(&init_actor, ENDPOINT_CREATE, 16);
    drain();
    audit_baseline();
}

void world_boot(void) {
    world_boot_with(0);
}

int world_setup([[maybe_unused]] void **state) {
    audit_walk();
    return 0;
}

int world_teardown([[maybe_unused]] void **state) {
    for (unsigned i = 1; i < ACTORS_MOST; i++)
        if (actors[i] != nullptr && actors[i]->thread != nullptr && actors[i]->space != 0)
            process_unmake(actors[i]);
    for (unsigned i = 1; i < ACTORS_MOST; i++)
        actors[i] = nullptr;
    drain();
    audit_walk();
    audit_nothing_left();
    return 0;
}

static void test_fail(void) {
    fail();
}

int world_group_setup([[maybe_unused]] void **state) {
    audit_failed = test_fail;
    world_boot();
    return 0;
}
