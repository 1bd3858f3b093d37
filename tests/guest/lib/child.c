// SPDX-License-Identifier: MIT
//
// See child.h. The segments of the test program are found in its own program headers, which the first segment
// holds; those that cannot be written are copied once into sealed memory that all children share.

#include "child.h"
#include "groups.h"
#include "launch.h"
#include "task.h"
#include <maker.h>
#include <tessera/call.h>
#include <base/string.h>
#include <user/program.h>

enum { SEGMENTS_MAX = 8, ENDINGS = 512, PROGRAM_LOAD = 1, PROGRAM_WRITE = 2, PROGRAM_EXECUTE = 1 };

// System V gABI, chapters 4 and 5.
struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct segment {
    uint64_t start;
    uint64_t size;
    uint64_t map_flags;
    desc_t template; // none: it can be written
};

desc_t supervisor;
desc_t shared_memory;
static struct segment segments[SEGMENTS_MAX];
static size_t segment_count;
static struct ending endings[ENDINGS];
static uint64_t last_value;

static void segments_find(void) {
    const uint8_t *image = (const uint8_t *)(uintptr_t)startup->image_start;
    uint64_t table;
    uint16_t count;
    memcpy(&table, image + 32, sizeof(table)); // e_phoff
    memcpy(&count, image + 56, sizeof(count)); // e_phnum
    for (uint16_t i = 0; i < count; i++) {
        struct program_header header;
        memcpy(&header, image + table + i * sizeof(header), sizeof(header));
        if (header.type != PROGRAM_LOAD || !CHECK(segment_count < SEGMENTS_MAX))
            continue;
        uint64_t start = align_down(header.address, PAGE_SIZE);
        segments[segment_count++] = (struct segment){
            .start = startup->image_start + start,
            .size = align_up(header.address + header.memory_size, PAGE_SIZE) - start,
            .map_flags = MAP_READ | (header.flags & PROGRAM_WRITE ? MAP_WRITE : 0) |
                         (header.flags & PROGRAM_EXECUTE ? MAP_EXECUTE : 0),
        };
    }
}

static desc_t filled(const void *bytes, uint64_t size) {
    desc_t memory = SELF;
    OK(maker_fill(bytes, size, 0, size, &memory));
    return memory;
}

void children_init(void) {
    supervisor = endpoint_make(0);
    segments_find();
    for (size_t i = 0; i < segment_count; i++) {
        struct segment *segment = &segments[i];
        if (segment->map_flags & MAP_WRITE)
            continue;
        segment->template = filled((const void *)(uintptr_t)segment->start, segment->size);
        OK(ts_memory_seal(segment->template));
    }
}

struct limits child_limits(void) {
    struct limits limits = {.bytes = 2 << 20, .priority = 8, .weight = 100};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limits.records[i] = 16;
    limits.records[RECORD_INTERRUPT] = 0;
    limits.records[RECORD_LEASE] = 0;
    limits.records[RECORD_QUOTA] = 2;
    limits.records[RECORD_PROCESS] = 4;
    limits.records[RECORD_SPACE] = 4;
    limits.records[RECORD_PLATFORM] = 2;
    return limits;
}

static struct ending *ending_of(uint64_t value) {
    return &endings[value % ENDINGS];
}

status_t child_create(struct child *child, const struct limits *limits) {
    struct limits usual = child_limits();
    *child = (struct child){.value = ++last_value};
    *ending_of(child->value) = (struct ending){};
    return ts_process_create(supervisor, child->value, limits != nullptr ? limits : &usual, sizeof(*limits),
                             &child->process, &child->space);
}

desc_t child_give(const struct child *child, desc_t descriptor, uint64_t rights) {
    desc_t moved = SELF;
    OK(maker_give(child->process, descriptor, rights, &moved));
    return moved;
}

static bool map_moved(const struct child *child, desc_t memory, uint64_t address, uint64_t size,
                      uint64_t flags) {
    return OK(maker_map(child->process, child->space, memory, address, size, flags));
}

desc_t child_map_new(const struct child *child, uint64_t address, uint64_t pages, uint64_t flags) {
    desc_t moved = child_give(child, memory_make(pages), RIGHTS_MEMORY_ALL);
    OK(ts_space_map(child->space, moved.value, address, 0, PAGES(pages), flags));
    return moved;
}

static bool load_constant(const struct child *child) {
    for (size_t i = 0; i < segment_count; i++) {
        const struct segment *segment = &segments[i];
        if (!(segment->map_flags & MAP_WRITE) &&
            !map_moved(child, clone_of(segment->template, RIGHTS_MEMORY_ALL), segment->start, segment->size,
                       segment->map_flags))
            return false;
    }
    return true;
}

static bool load_variable(const struct child *child) {
    for (size_t i = 0; i < segment_count; i++) {
        const struct segment *segment = &segments[i];
        if ((segment->map_flags & MAP_WRITE) &&
            !map_moved(child, filled((const void *)(uintptr_t)segment->start, segment->size), segment->start,
                       segment->size, segment->map_flags))
            return false;
    }
    return map_moved(child, clone_of(shared_memory, RIGHTS_MEMORY_ALL), SHARED_ADDRESS,
                     align_up(sizeof(struct shared), PAGE_SIZE), MAP_READ | MAP_WRITE);
}

bool child_make_small(struct child *child, const struct limits *limits) {
    return OK(child_create(child, limits)) && load_constant(child);
}

bool child_make(struct child *child, const struct limits *limits) {
    return child_make_small(child, limits) && load_variable(child);
}

// Runs in the child, and in one that has no variables.
static void child_run(struct launch *launch, struct message_page *page) {
    child_function_t *function = (child_function_t *)(uintptr_t)launch->function;
    uint64_t results[3];
    uint64_t status = (uint64_t)function(launch->argument, page) & 0xff;
    (void)bare_syscall6(SYSCALL_PROCESS_EXIT, status, 0, 0, 0, 0, 0, results);
}

static bool stack_load(struct child *child, child_function_t *function, uint64_t argument) {
    const struct launch launch = {.run = child_run, .function = (uintptr_t)function, .argument = argument};
    desc_t memory;
    if (!OK(maker_fill(&launch, sizeof(launch), CHILD_STACK_SIZE - LAUNCH_SIZE, CHILD_STACK_SIZE, &memory)))
        return false;
    child->entry = (uintptr_t)guest_entry;
    child->stack = CHILD_STACK + CHILD_STACK_SIZE - LAUNCH_SIZE;
    return map_moved(child, memory, CHILD_STACK, CHILD_STACK_SIZE, MAP_READ | MAP_WRITE);
}

bool child_start(struct child *child, child_function_t *function, uint64_t argument) {
    uint64_t message;
    child->started = stack_load(child, function, argument) &&
                     OK(ts_thread_create(child->process, CHILD_PRIORITY, &child->thread, &message)) &&
                     OK(ts_thread_start(child->thread, child->entry, child->stack, child->stack));
    return child->started;
}

static void message_take(const uint64_t words[MESSAGE_WORDS], uint64_t value, uint64_t header) {
    struct ending *ending = ending_of(value);
    if (header & HEADER_KERNEL) {
        uint64_t none[MESSAGE_WORDS] = {};
        ending->faults++;
        ending->fault_label = (uint32_t)header;
        memcpy(ending->fault_words, words, sizeof(ending->fault_words));
        (void)ts_reply(SELF, FAULT_REPLY_END, none);
    } else if (CHECK((uint32_t)header == EVENT_PROCESS_ENDED)) {
        ending->ended = true;
        ending->reason = words[0];
        ending->status = words[1];
        ending->address = words[2];
        ending->instruction = words[3];
    }
}

static status_t supervise(uint64_t deadline) {
    uint64_t words[MESSAGE_WORDS] = {}, value, header, number;
    message_page()->offer_slots = 0;
    status_t status = ts_receive(supervisor, deadline, words, &value, &header, &number);
    if (status == STATUS_OK)
        message_take(words, value, header);
    return status;
}

// Why does it not end?
static void child_describe(const struct child *child) {
    struct descriptor_info info = {};
    struct quota_info quota = {};
    if (child->process.value == DESCRIPTOR_NONE)
        return;
    (void)ts_descriptor_inspect(child->process, &info, sizeof(info));
    (void)ts_process_quota(child->process, &quota, sizeof(quota));
    note("process %llu: state %llu, %u threads, %u descriptors, %llu bytes", (unsigned long long)child->value,
         (unsigned long long)info.value, quota.threads, quota.descriptors,
         (unsigned long long)quota.bytes_used);
}

bool child_wait(struct child *child, struct ending *ending) {
    const struct ending *known = ending_of(child->value);
    status_t status = STATUS_OK;
    while (!known->ended && status == STATUS_OK)
        status = supervise(limit());
    if (ending != nullptr)
        *ending = *known;
    if (!CHECK(known->ended))
        child_describe(child);
    return known->ended;
}

bool child_poll(const struct child *child, struct ending *ending) {
    while (supervise(PAST) == STATUS_OK) {
    }
    *ending = *ending_of(child->value);
    return ending->ended;
}

static void drop_if_any(desc_t *descriptor) {
    if (descriptor->value != DESCRIPTOR_NONE)
        drop(*descriptor);
    *descriptor = SELF;
}

void child_await_end(const struct child *child) {
    uint64_t end = limit();
    while (info_of(child->process).value != 2 && CHECK(soon(0) < end))
        settle();
}

// The kernel's word of the end is part of the process's record, so a started child is not gone before it was
// heard.
void child_drop(struct child *child) {
    if (child->process.value != DESCRIPTOR_NONE && !ending_of(child->value)->ended) {
        status_t status = ts_process_end(child->process, 9);
        CHECK(status == STATUS_OK || status == STATUS_PROCESS_ENDED);
    }
    if (child->started && !ending_of(child->value)->ended)
        child_wait(child, nullptr);
    drop_if_any(&child->thread);
    drop_if_any(&child->space);
    drop_if_any(&child->process);
    child->started = false;
}

bool child_runs(child_function_t *function, uint64_t argument, uint64_t status) {
    struct child child;
    struct ending ending = {};
    bool good = child_make(&child, nullptr) && child_start(&child, function, argument) &&
                child_wait(&child, &ending) && EQUAL(ending.reason, END_EXITED) &&
                EQUAL(ending.status, status);
    child_drop(&child);
    return good;
}
