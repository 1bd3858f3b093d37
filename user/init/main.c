// SPDX-License-Identifier: MIT
//
// init: the first process, started by the kernel with the address of struct boot_info
// (docs/init_contract.md). Reads the boot archive and the image record in it, makes the endpoints of all
// services, starts them in order, and then serves and supervises for ever. Everything that can be wrong with
// what it was given is said in one line of the log before it stops; the kernel halts in good order then.

#include "init.h"
#include "../lib/startup_set.h"
#include <abi/constants.h>
#include <base/string.h>
#include <base/tar.h>
#include <user/heap.h>
#include <user/program.h>

void user_start(const struct boot_info *boot, struct message_page *page);

// init's own mappings: a terabyte each for heap, window and archive, in a part of the space where the kernel
// has put neither image nor stack.
#define AREA_FIRST 0x100000000000ULL
#define AREA_STEP  0x100000000000ULL
#define AREA_PART  0x010000000000ULL

enum { TAR_SLOTS = 16384 };

struct init init;
static struct startup own_pages = {.magic = STARTUP_MAGIC, .size = sizeof(own_pages), .process = INIT_NUMBER};

static bool overlaps(uint64_t start, uint64_t low, uint64_t high) {
    return low < start + AREA_STEP && start < high;
}

static uint64_t area_find(const struct boot_info *boot, const void *page) {
    uint64_t area = AREA_FIRST;
    while (overlaps(area, boot->image_start, boot->image_end) ||
           overlaps(area, boot->stack_start, boot->stack_start + boot->stack_size) ||
           overlaps(area, (uint64_t)(uintptr_t)boot, (uint64_t)(uintptr_t)boot + PAGE_SIZE) ||
           overlaps(area, (uint64_t)(uintptr_t)page, (uint64_t)(uintptr_t)page + PAGE_SIZE))
        area += AREA_STEP;
    return area;
}

static void archive_open(uint64_t address) {
    const struct boot_info *boot = init.boot;
    if (boot->initrd == DESCRIPTOR_NONE || boot->initrd_size == 0)
        stop("there is no boot archive");
    status_t status = ts_space_map((desc_t){0}, boot->initrd, address, 0, boot->initrd_size, MAP_READ);
    if (status != STATUS_OK)
        stop("the boot archive cannot be mapped: %s", status_text(status));
    init.archive = (const uint8_t *)(uintptr_t)address;
    init.archive_size = boot->initrd_size;
    uint64_t *slots = heap_allocate_zeroed(TAR_SLOTS * sizeof(*slots));
    if (slots == nullptr)
        stop("there is no memory to examine the boot archive");
    size_t offset = 0;
    enum tar_error error = tar_check(init.archive, init.archive_size, slots, TAR_SLOTS, &offset);
    heap_free(slots);
    if (error != TAR_OK)
        stop("the boot archive is damaged at byte %zu: %s", offset, tar_error_text(error));
}

// Reads the record into the heap, where it has the alignment that it needs.
static void image_load(void) {
    struct tar_entry entry;
    if (tar_find(init.archive, init.archive_size, IMAGE_PATH, &entry) != TAR_OK || entry.is_directory)
        stop("/%s is missing in the boot archive", IMAGE_PATH);
    void *copy = heap_allocate(entry.size);
    if (copy == nullptr)
        stop("there is no memory for /%s", IMAGE_PATH);
    memcpy(copy, entry.data, entry.size);
    enum image_error error = image_open(&init.image, copy, entry.size);
    if (error != IMAGE_OK)
        stop("/%s: %s", IMAGE_PATH, image_error_text(error));
}

static void command_line_load(void) {
    enum command_line_error error = command_line_parse(&init.command, (const char *)init.boot->command_line);
    if (error != COMMAND_LINE_OK)
        stop("the kernel's command line: %s", command_line_error_text(error));
}

static void endpoint_open(void) {
    status_t status = ts_endpoint_create(INIT_PLACES, &init.endpoint);
    if (status == STATUS_OK)
        status = ts_notification_create(&init.notification);
    if (status == STATUS_OK)
        status = ts_notification_bind(init.notification);
    // Above everything it supervises.
    if (status == STATUS_OK)
        status = ts_thread_priority((desc_t){DESCRIPTOR_NONE}, INIT_PRIORITY);
    if (status != STATUS_OK)
        stop("no endpoint: %s", status_text(status));
}

void user_start(const struct boot_info *boot, struct message_page *page) {
    init.boot = boot;
    startup_set(&own_pages, page);
    if (boot->magic != BOOT_INFO_MAGIC || boot->size != sizeof(*boot))
        stop("the kernel's boot_info is not the one that init was built for");
    uint64_t area = area_find(boot, page);
    own_pages.heap_start = area;
    init.window = area + AREA_PART;
    init.last_number = INIT_NUMBER;
    archive_open(area + 2 * AREA_PART);
    command_line_load();
    image_load();
    endpoint_open();
    services_create();
    services_start();
    init_serve_forever();
}
