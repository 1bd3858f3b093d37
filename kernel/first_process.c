// SPDX-License-Identifier: MIT
//
// init: its image from the initrd, its stack, its boot_info page and the descriptors named there. Everything
// is made as a program would make it: memory objects in the process's own table, paid by the root quota,
// mapped through those descriptors.

#include <arch/elf.h>
#include <arch/interrupt.h>
#include <arch/memory.h>
#include <arch/platform.h>
#include <arch/space.h>
#include <base/string.h>
#include <base/tar.h>
#include <base/types.h>
#include <kernel/panic.h>
#include <abi/structs.h>
#include "first_process.h"
#include "object/memory.h"
#include "object/platform.h"
#include "object/process.h"
#include "object/space.h"
#include "object/thread.h"

#define INIT_NAME     "bin/init"
#define INIT_PRIORITY 8
#define STACK_SIZE    (256 * KIB)
#define IMAGE_LIMIT   (64 * MIB)

// Where init's parts go: far apart, each moved by a random number of pages.
#define IMAGE_AREA 0x000100000000ULL
#define STACK_AREA 0x600000000000ULL
#define INFO_AREA  0x680000000000ULL

[[noreturn]] static void refuse(const struct boot_parameters *parameters, const char *what,
                                const char *reason) {
    halt_orderly("cannot start init: %s%s\nlooked for '" INIT_NAME
                 "' in the initrd (%lu bytes); the system halts with status 125",
                 what, reason, (unsigned long)parameters->initrd_size);
}

static uint64_t random_pages(unsigned bits) {
    uint64_t random = 0;
    (void)entropy_fill(&random, sizeof(random));
    return (random & ((1ull << bits) - 1)) * PAGE_SIZE;
}

// A descriptor of a new object in init's table.
static uint64_t give(struct process *process, struct object *object, uint64_t rights) {
    struct charge charge = object_charge(object);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    uint64_t value = status == STATUS_OK ? descriptor_commit_locked(process, object, rights) : 0;
    lock_release(&process->object.lock);
    if (status != STATUS_OK)
        panic("expected room for init's descriptors, got %s", status_name(status));
    return value;
}

static void map(struct process *process, uint64_t descriptor, uint64_t address, uint64_t length,
                unsigned flags) {
    struct handle handle;
    lock_acquire(&process->object.lock);
    status_t status = descriptor_lookup(process, descriptor, 1u << OBJECT_MEMORY, 0, 0, &handle);
    if (status == STATUS_OK)
        status = space_map_locked(process->space, (struct memory *)handle.object, handle.slot, address, 0,
                                  length, flags);
    lock_release(&process->object.lock);
    if (status != STATUS_OK)
        panic("expected to map init at 0x%lx, got %s", address, status_name(status));
}

// Writes into a memory object that nobody else knows yet.
static void fill(struct memory *memory, uint64_t offset, const void *bytes, uint64_t length) {
    const char *from = bytes;
    while (length > 0) {
        uint64_t size = min_u64(length, PAGE_SIZE - offset % PAGE_SIZE);
        lock_acquire(&memory->object.lock);
        char *page = direct_map(memory_page_locked(memory, offset / PAGE_SIZE));
        lock_release(&memory->object.lock);
        memcpy(page + offset % PAGE_SIZE, from, size);
        from += size;
        offset += size;
        length -= size;
    }
}

struct loaded_segment {
    struct memory *memory;
    uint64_t start; // as linked, page aligned
};

// The segment that holds an address: the last one that starts at or below it (elf_open() checked that there
// is one).
static const struct loaded_segment *segment_of(const struct loaded_segment *segments, size_t count,
                                               uint64_t address) {
    const struct loaded_segment *found = &segments[0];
    for (size_t i = 1; i < count && segments[i].start <= address; i++)
        found = &segments[i];
    return found;
}

// Values of a relocation may straddle a page, so they are written byte-wise through fill().
static void relocate(const struct elf_image *image, const struct loaded_segment *segments, uint64_t bias) {
    for (size_t i = 0; i < image->relocation_count; i++) {
        struct elf_relocation relocation = elf_relocation_get(image, i);
        uint64_t value = bias + relocation.addend;
        const struct loaded_segment *segment = segment_of(segments, image->segment_count, relocation.address);
        fill(segment->memory, relocation.address - segment->start, &value, sizeof(value));
    }
}

static unsigned segment_flags(const struct elf_segment *segment) {
    return MAP_READ | (segment->writable ? MAP_WRITE : 0) | (segment->executable ? MAP_EXECUTE : 0);
}

static void load_image(struct process *process, const struct elf_image *image, uint64_t bias) {
    struct loaded_segment loaded[ELF_SEGMENT_LIMIT] = {};
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint64_t start = align_down(segment->address, PAGE_SIZE);
        uint64_t end = align_up(segment->address + segment->memory_size, PAGE_SIZE);
        struct memory *memory = memory_create((end - start) / PAGE_SIZE);
        uint64_t descriptor = give(process, &memory->object, RIGHTS_MEMORY_ALL);
        fill(memory, segment->address - start, image->bytes + segment->file_offset, segment->file_size);
        map(process, descriptor, start + bias, end - start, segment_flags(segment));
        loaded[i] = (struct loaded_segment){memory, start};
    }
    relocate(image, loaded, bias);
}

static void find_image(const struct boot_parameters *parameters, struct elf_image *image) {
    static const struct elf_rules rules = {
        .machine = ARCH_ELF_MACHINE,
        .relative_relocation = ARCH_ELF_RELATIVE,
        .allow_pie = true,
        .address_limit = IMAGE_LIMIT,
        .size_limit = IMAGE_LIMIT,
        .page_size = PAGE_SIZE,
        .alignment_limit = 2 * MIB,
    };
    static struct tar_entry entry;
    if (parameters->initrd_size == 0)
        refuse(parameters, "the loader gave no initrd", "");
    const void *initrd = direct_map(parameters->initrd);
    enum tar_error found = tar_find(initrd, parameters->initrd_size, INIT_NAME, &entry);
    if (found == TAR_END)
        refuse(parameters, "the initrd has no file of this name", "");
    if (found != TAR_OK)
        refuse(parameters, "the initrd is damaged: ", tar_error_text(found));
    enum elf_error error = elf_open(image, entry.data, entry.size, &rules);
    if (error != ELF_OK)
        refuse(parameters, "the file is not a program: ", elf_error_text(error));
}

static void add_ranges(struct boot_info *info, const struct boot_parameters *parameters) {
    for (size_t i = 0; i < parameters->memory_count && info->range_count < array_length(info->ranges); i++) {
        const struct boot_memory *memory = &parameters->memory[i];
        if (memory->kind == BOOT_MEMORY_ACPI || memory->kind == BOOT_MEMORY_ACPI_NVS)
            info->ranges[info->range_count++] = (struct boot_range){
                .base = memory->base,
                .length = memory->length,
                .kind = memory->kind == BOOT_MEMORY_ACPI ? BOOT_RANGE_ACPI : BOOT_RANGE_ACPI_NVS};
    }
}

static void describe_machine(struct boot_info *info, const struct boot_parameters *parameters) {
    info->magic = BOOT_INFO_MAGIC;
    info->size = sizeof(*info);
    info->rsdp = parameters->rsdp;
    info->framebuffer_base = parameters->framebuffer.base;
    info->framebuffer_width = parameters->framebuffer.width;
    info->framebuffer_height = parameters->framebuffer.height;
    info->framebuffer_pitch = parameters->framebuffer.pitch;
    info->framebuffer_format = parameters->framebuffer.format;
    info->interrupt_lines = interrupt_line_count();
    info->memory_bytes = boot_memory_bytes(parameters);
    info->entropy_source = entropy_source();
    add_ranges(info, parameters);
    memcpy(info->command_line, parameters->command_line, sizeof(info->command_line) - 1);
}

static uint64_t give_initrd(struct process *process, const struct boot_parameters *parameters) {
    uint64_t pages = (parameters->initrd_size + PAGE_SIZE - 1) / PAGE_SIZE;
    struct memory *memory = memory_create_physical(parameters->initrd.value, pages, 0);
    memory->is_ram = true;
    return give(process, &memory->object, RIGHTS_MEMORY_ALL & ~(RIGHT_MEMORY_WRITE | RIGHT_MEMORY_EXECUTE));
}

static uint64_t give_framebuffer(struct process *process, const struct boot_framebuffer *screen) {
    if (screen->base == 0)
        return DESCRIPTOR_NONE;
    uint64_t start = align_down(screen->base, PAGE_SIZE);
    uint64_t end = align_up(screen->base + screen->pitch * screen->height, PAGE_SIZE);
    struct memory *memory =
        memory_create_physical(start, (end - start) / PAGE_SIZE, ARCH_MAP_WRITE_COMBINING);
    return give(process, &memory->object, RIGHTS_MEMORY_ALL & ~RIGHT_MEMORY_EXECUTE);
}

static void describe_init(struct boot_info *info, struct process *process, struct thread *thread,
                          const struct boot_parameters *parameters) {
    info->process = give(process, &process->object, RIGHTS_PROCESS_ALL);
    info->space = give(process, &process->space->object, RIGHTS_SPACE_ALL);
    info->thread = give(process, &thread->object, RIGHTS_THREAD_ALL);
    info->quota =
        give(process, &root_quota.object, RIGHT_CLONE | RIGHT_TRANSFER | RIGHT_INSPECT | RIGHT_QUOTA_AUDIT);
    info->platform = give(process, &platform_create(0, 0, UINT64_MAX)->object, RIGHTS_PLATFORM_ALL);
    info->initrd = give_initrd(process, parameters);
    info->initrd_size = parameters->initrd_size;
    info->framebuffer = give_framebuffer(process, &parameters->framebuffer);
}

static struct process *make_process(struct thread **thread) {
    struct charge fixed = process_fixed_charge();
    status_t status = quota_charge(&root_quota, &fixed);
    if (status != STATUS_OK)
        panic("expected memory for init, got %s", status_name(status));
    object_get(&root_quota.object);
    struct process *process = process_create(&root_quota, nullptr, 0);
    init_process = process;
    lock_acquire(&process->object.lock);
    status = thread_create_locked(process, INIT_PRIORITY, thread);
    lock_release(&process->object.lock);
    if (status != STATUS_OK)
        panic("expected room for init's thread, got %s", status_name(status));
    return process;
}

// Stack below its top, with an unmapped gap on both sides; the information page in an area of its own.
static uint64_t make_stack(struct process *process, struct boot_info *info) {
    uint64_t start = STACK_AREA + random_pages(28);
    struct memory *stack = memory_create(STACK_SIZE / PAGE_SIZE);
    map(process, give(process, &stack->object, RIGHTS_MEMORY_ALL), start, STACK_SIZE, MAP_READ | MAP_WRITE);
    info->stack_start = start;
    info->stack_size = STACK_SIZE;
    return start + STACK_SIZE;
}

void first_process_start(const struct boot_parameters *parameters) {
    static struct elf_image image;
    static struct boot_info info;
    struct thread *thread;
    find_image(parameters, &image);
    struct process *process = make_process(&thread);
    uint64_t bias = align_down(IMAGE_AREA + random_pages(24) - image.low, image.alignment);
    load_image(process, &image, bias);
    uint64_t stack = make_stack(process, &info);
    describe_machine(&info, parameters);
    describe_init(&info, process, thread, parameters);
    info.image_start = image.low + bias;
    info.image_end = image.high + bias;
    uint64_t address = INFO_AREA + random_pages(24);
    struct memory *page = memory_create(1);
    fill(page, 0, &info, sizeof(info));
    map(process, give(process, &page->object, RIGHTS_MEMORY_ALL), address, PAGE_SIZE, MAP_READ);
    if (thread_start(thread, image.entry + bias, stack, address) != STATUS_OK)
        panic("expected to start init");
}
