// SPDX-License-Identifier: MIT
//
// From a file of the archive to a running process: the image, a stack with a guard gap below, the start-up
// pages, the descriptors that the image record grants. Everything is filled here and moved into the child
// before it is mapped there, so the child pays and init keeps nothing. The kernel looks after its own side:
// what was moved into a process that never starts ends with its last descriptor.

#include "child.h"
#include <abi/constants.h>
#include <abi/objects.h>
#include <base/splitmix.h>
#include <base/string.h>
#include <base/tar.h>
#include <machine.h>
#include <user/heap.h>
#include <user/program.h>

enum {
    STACK_SIZE = 128 << 10,
    IMAGE_SIZE_MAX = 64 << 20,
};

// Where the parts of a child lie: each in a region of its own, at a random page of it.
#define REGION_IMAGE 0x010000000000ULL
#define REGION_HEAP  0x300000000000ULL
#define REGION_STACK 0x600000000000ULL
#define REGION_MASK  0x0ffffffff000ULL

// ---- memory of the child

// A new memory object, mapped in init's window.
static status_t window_open(uint64_t size, desc_t *memory, void **bytes) {
    status_t status = ts_memory_allocate(size, 0, memory);
    if (status != STATUS_OK)
        return status;
    status = ts_space_map((desc_t){0}, memory->value, init.window, 0, size, MAP_READ | MAP_WRITE);
    if (status != STATUS_OK)
        (void)ts_descriptor_release(*memory);
    *bytes = (void *)(uintptr_t)init.window;
    return status;
}

// Moves what was filled into the child and maps it there.
static status_t window_close(const struct child *child, desc_t memory, uint64_t address, uint64_t size,
                             uint64_t flags) {
    uint64_t rights = RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ | RIGHT_INSPECT;
    rights |= flags & MAP_WRITE ? RIGHT_MEMORY_WRITE : 0;
    rights |= flags & MAP_EXECUTE ? RIGHT_MEMORY_EXECUTE : 0;
    (void)ts_space_unmap((desc_t){0}, init.window);
    desc_t moved;
    status_t status = ts_descriptor_transfer(memory, child->process->descriptor, rights, &moved);
    if (status != STATUS_OK) {
        (void)ts_descriptor_release(memory);
        return status;
    }
    return ts_space_map(child->space, moved.value, address, 0, size, flags);
}

// ---- image

static uint64_t random_address(uint64_t region) {
    uint64_t random = 0;
    if (ts_entropy_read(&random, sizeof(random)) != STATUS_OK) {
        static uint64_t state;
        state += clock_now();
        random = splitmix64(&state);
    }
    return region + (random & REGION_MASK);
}

static const struct elf_rules elf_rules = {
    .machine = MACHINE_ELF,
    .relative_relocation = MACHINE_ELF_RELATIVE,
    .allow_fixed = true,
    .allow_pie = true,
    .lowest_address = USER_START,
    .address_limit = REGION_HEAP,
    .size_limit = IMAGE_SIZE_MAX,
    .page_size = PAGE_SIZE,
    .alignment_limit = 2 * MIB,
};

static void relocate(const struct child *child, uint64_t start, uint64_t size, uint8_t *bytes) {
    const struct elf_image *image = &child->image;
    for (size_t i = 0; i < image->relocation_count; i++) {
        struct elf_relocation relocation = elf_relocation_get(image, i);
        if (relocation.address < start || !range_within(relocation.address - start, sizeof(uint64_t), size))
            continue;
        uint64_t value = child->process->bias + relocation.addend;
        memcpy(bytes + (relocation.address - start), &value, sizeof(value));
    }
}

static status_t segment_load(const struct child *child, const struct elf_segment *segment) {
    uint64_t start = align_down(segment->address, PAGE_SIZE);
    uint64_t size = align_up(segment->address + segment->memory_size, PAGE_SIZE) - start;
    desc_t memory;
    void *bytes;
    status_t status = window_open(size, &memory, &bytes);
    if (status != STATUS_OK)
        return status;
    if (child->process->service != NO_SERVICE) {
        struct service *service = &init.services[child->process->service];
        service->window = max_u64(service->window, size);
    }
    memcpy((uint8_t *)bytes + (segment->address - start), child->image.bytes + segment->file_offset,
           segment->file_size);
    relocate(child, start, size, bytes);
    uint64_t flags = MAP_READ;
    flags |= segment->writable ? MAP_WRITE : 0;
    flags |= segment->executable ? MAP_EXECUTE : 0;
    return window_close(child, memory, start + child->process->bias, size, flags);
}

static status_t image_load(struct child *child) {
    child->process->bias =
        child->image.is_pie ? align_down(random_address(REGION_IMAGE), child->image.alignment) : 0;
    for (size_t i = 0; i < child->image.segment_count; i++) {
        status_t status = segment_load(child, &child->image.segments[i]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static status_t stack_load(struct child *child) {
    desc_t memory;
    void *bytes;
    child->stack_start = random_address(REGION_STACK);
    child->heap_start = random_address(REGION_HEAP);
    // Behind the stack's end, with a page between that stays unmapped.
    child->startup_address = child->stack_start + STACK_SIZE + PAGE_SIZE;
    status_t status = window_open(STACK_SIZE, &memory, &bytes);
    if (status != STATUS_OK)
        return status;
    return window_close(child, memory, child->stack_start, STACK_SIZE, MAP_READ | MAP_WRITE);
}

// ---- start-up pages

static uint64_t startup_size(const struct start *start) {
    return sizeof(struct startup) + start->arguments_size + start->environment_size +
           strlen(start->directory) + 1;
}

static void startup_fill(struct child *child) {
    const struct start *start = child->start;
    struct startup *pages = child->startup;
    uint64_t bias = child->process->bias;
    pages->magic = STARTUP_MAGIC;
    pages->size = startup_size(start);
    pages->process = child->process->number;
    pages->argument_count = start->argument_count;
    pages->arguments = sizeof(*pages);
    pages->environment_count = start->environment_count;
    pages->environment = pages->arguments + start->arguments_size;
    pages->directory = pages->environment + start->environment_size;
    pages->stack_start = child->stack_start;
    pages->stack_size = STACK_SIZE;
    pages->image_start = child->image.low + bias;
    pages->image_end = child->image.high + bias;
    pages->heap_start = child->heap_start;
    memcpy((char *)pages + pages->arguments, start->arguments, start->arguments_size);
    if (start->environment_size > 0)
        memcpy((char *)pages + pages->environment, start->environment, start->environment_size);
    memcpy((char *)pages + pages->directory, start->directory, strlen(start->directory) + 1);
}

static status_t startup_load(struct child *child) {
    uint64_t size = startup_size(child->start);
    desc_t memory;
    void *bytes;
    startup_fill(child);
    status_t status = window_open(size, &memory, &bytes);
    if (status != STATUS_OK)
        return status;
    memcpy(bytes, child->startup, size);
    return window_close(child, memory, child->startup_address, align_up(size, PAGE_SIZE), MAP_READ);
}

// ---- the process

static struct limits limits_of(const struct start *start) {
    const struct image_entry *entry = start->entry;
    struct limits limits = {.bytes = start->memory, .priority = start->priority, .weight = entry->weight};
    static_assert(sizeof(limits.records) == sizeof(entry->records) && IMAGE_RECORDS == RECORD_COUNT);
    memcpy(limits.records, entry->records, sizeof(limits.records));
    return limits;
}

static status_t thread_run(const struct child *child) {
    desc_t thread;
    uint64_t message;
    status_t status = ts_thread_create(child->process->descriptor, child->start->priority, &thread, &message);
    if (status != STATUS_OK)
        return status;
    status = ts_thread_start(thread, child->image.entry + child->process->bias,
                             child->stack_start + STACK_SIZE, child->startup_address);
    (void)ts_descriptor_release(thread);
    return status;
}

static status_t child_fill(struct child *child) {
    status_t status = image_load(child);
    if (status == STATUS_OK)
        status = stack_load(child);
    if (status == STATUS_OK)
        status = child_give(child);
    if (status == STATUS_OK)
        status = startup_load(child);
    return status == STATUS_OK ? thread_run(child) : status;
}

static status_t child_create(struct child *child) {
    struct limits limits = limits_of(child->start);
    child->startup = heap_allocate_zeroed(startup_size(child->start));
    if (child->startup == nullptr)
        return STATUS_NO_QUOTA;
    status_t status = ts_process_create(init.endpoint, child->process->number, &limits, sizeof(limits),
                                        &child->process->descriptor, &child->space);
    if (status == STATUS_OK) {
        status = child_fill(child);
        (void)ts_descriptor_release(child->space);
        if (status != STATUS_OK)
            (void)ts_descriptor_release(child->process->descriptor);
    }
    heap_free(child->startup);
    return status;
}

// What the image grants; and a child sits where its parent does.
static uint32_t grants_of(const struct start *start) {
    const struct process *parent = process_find(start->parent);
    uint32_t inherited = parent != nullptr ? parent->grants & GRANT_SECOND : 0;
    return start->entry->grants | inherited;
}

static status_t file_open(struct child *child) {
    struct tar_entry entry;
    if (child->start->path[0] == 0)
        return STATUS_IS_DIRECTORY; // the root, which has no entry of its own
    if (tar_find(init.archive, init.archive_size, child->start->path, &entry) != TAR_OK)
        return STATUS_NOT_FOUND;
    if (entry.is_directory)
        return STATUS_IS_DIRECTORY;
    enum elf_error error = elf_open(&child->image, entry.data, entry.size, &elf_rules);
    if (error != ELF_OK) {
        say(LOG_INFO, "/%s is no program: %s", child->start->path, elf_error_text(error));
        return STATUS_BAD_IMAGE;
    }
    child->process->file = entry.data;
    child->process->file_size = entry.size;
    return STATUS_OK;
}

status_t process_start(const struct start *start, struct process **started) {
    status_t status = room_check(start);
    if (status != STATUS_OK)
        return status;
    struct child child = {.start = start, .process = process_new(start->name)};
    if (child.process == nullptr)
        return STATUS_TOO_MANY;
    child.process->parent = start->parent;
    child.process->group = start->group != 0 ? start->group : child.process->number;
    child.process->service = start->service;
    child.process->started = clock_now();
    child.process->grants = grants_of(start);
    status = file_open(&child);
    if (status == STATUS_OK)
        status = child_create(&child);
    if (status != STATUS_OK) {
        process_forget(child.process);
        return status;
    }
    say(LOG_INFO, "%s (%u) started", child.process->name, child.process->number);
    *started = child.process;
    return STATUS_OK;
}
