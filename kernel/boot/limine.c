// SPDX-License-Identifier: MIT
//
// The kernel's side of the Limine boot protocol (limine-protocol PROTOCOL.md), base revision 6, also
// satisfied with 3, 4 and 5. Requests are found by the loader in the section .limine_requests, between the
// markers; each is there once. Other CPUs are not asked for, so they stay parked wherever the firmware left
// them. Answers are not trusted further than they must be: counts are bounded, texts end, numbers are
// checked.

#include "limine.h"
#include <base/format.h>
#include <base/string.h>
#include <base/types.h>
#include <kernel/log.h>
#include <kernel/panic.h>

#define REVISION_WANTED 6
#define REVISION_LEAST  3

#define REQUEST(name) [[gnu::used, gnu::section(".limine_requests." name)]] static volatile
#define COMMON        0xc7b1dd30df4c8b88, 0x0a82e883a194f07b

struct request {
    uint64_t id[4];
    uint64_t revision;
    const void *response;
};

struct word_response {
    uint64_t revision;
    uint64_t word;
};

struct loader_response {
    uint64_t revision;
    const char *name;
    const char *version;
};

struct address_response {
    uint64_t revision;
    uint64_t physical;
    uint64_t virtual;
};

struct array_response {
    uint64_t revision;
    uint64_t count;
    const void *const *entries;
};

struct map_entry {
    uint64_t base;
    uint64_t length;
    uint64_t type;
};

struct file {
    uint64_t revision;
    uint64_t address;
    uint64_t size;
    const char *path;
    const char *string;
};

struct file_response {
    uint64_t revision;
    const struct file *file;
};

struct framebuffer {
    uint64_t address, width, height, pitch;
    uint16_t depth;
    uint8_t model;
    uint8_t red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
};

#define FRAMEBUFFER_RGB 1

REQUEST("0")
uint64_t start_marker[4] = {
    0xf6b8f4b39de7d1ae,
    0xfab91a6940fcb9cf,
    0x785c6ed015d3e316,
    0x181e920a7852b9d9,
};
REQUEST("1") uint64_t base_revision[3] = {0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, REVISION_WANTED};
REQUEST("1") struct request loader_request = {.id = {COMMON, 0xf55038d8e2a1202f, 0x279426fcf5f59740}};
REQUEST("1") struct request line_request = {.id = {COMMON, 0x4b161536e598651e, 0xb390ad4a2f1f303a}};
REQUEST("1") struct request file_request = {.id = {COMMON, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69}};
REQUEST("1") struct request offset_request = {.id = {COMMON, 0x48dcf1cb8ad2b852, 0x63984e959a98244b}};
REQUEST("1") struct request map_request = {.id = {COMMON, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62}};
REQUEST("1") struct request module_request = {.id = {COMMON, 0x3e7e279702be32af, 0xca1c4f3bd1280cee}};
REQUEST("1") struct request rsdp_request = {.id = {COMMON, 0xc5e77b6b397e7b43, 0x27637845accdcf3c}};
REQUEST("1") struct request date_request = {.id = {COMMON, 0x502746e184c088aa, 0xfbc5ec83e6327893}};
REQUEST("1") struct request address_request = {.id = {COMMON, 0x71ba76863cc55f63, 0xb2644a48c516a487}};
REQUEST("1") struct request screen_request = {.id = {COMMON, 0x9d5827dcd881dd75, 0xa3148604f6fab11b}};
REQUEST("2") uint64_t end_marker[2] = {0xadc0e0531bb10d03, 0x9572709f31764c62};

static unsigned revision_check(void) {
    // A loader of revision 3 or more writes into the second word what it works to; older ones leave it alone.
    uint64_t used = base_revision[1];
    if (used < REVISION_LEAST || used > REVISION_WANTED)
        panic(
            "expected a loader that works to base revision 3 to 6 of the Limine protocol, got an older one");
    return (unsigned)used;
}

static const void *answer(const volatile struct request *request, const char *name) {
    if (request->response == nullptr)
        panic("expected the loader's answer to the request '%s', got none", name);
    return request->response;
}

static void loader_take(struct boot_parameters *parameters) {
    const struct loader_response *response = loader_request.response;
    if (response != nullptr && response->name != nullptr && response->version != nullptr)
        format_buffer(parameters->loader, sizeof(parameters->loader), "%s %s", response->name,
                      response->version);
    else
        format_buffer(parameters->loader, sizeof(parameters->loader), "a nameless loader");
}

static void command_line_take(struct boot_parameters *parameters) {
    const char *text = nullptr;
    const struct word_response *line = line_request.response;
    const struct file_response *file = file_request.response; // loaders before 9.x have only this
    if (line != nullptr)
        text = (const char *)line->word;
    else if (file != nullptr && file->file != nullptr)
        text = file->file->string;
    if (text == nullptr)
        return;
    size_t length = strnlen(text, sizeof(parameters->command_line));
    if (length == sizeof(parameters->command_line))
        panic("expected a command line of at most %zu bytes, got a longer one",
              sizeof(parameters->command_line) - 1);
    memcpy(parameters->command_line, text, length);
    panic_tag_take(parameters->command_line);
}

static bool is_initrd(const struct file *file) {
    return file != nullptr && file->string != nullptr && strcmp(file->string, "initrd") == 0;
}

// The module whose string is "initrd", else the first.
static const struct file *initrd_find(void) {
    const struct array_response *modules = module_request.response;
    if (modules == nullptr || modules->count == 0 || modules->entries == nullptr)
        return nullptr;
    for (uint64_t i = 0; i < modules->count; i++)
        if (is_initrd(modules->entries[i]))
            return modules->entries[i];
    return modules->entries[0];
}

static void initrd_take(struct boot_parameters *parameters, uint64_t offset, uint64_t limit) {
    const struct file *file = initrd_find();
    if (file == nullptr || file->size == 0)
        return;
    uint64_t physical = file->address - offset;
    if (file->address < offset || !range_within(physical, file->size, limit) ||
        !is_aligned(physical, PAGE_SIZE)) {
        log_line("boot: the initrd at 0x%lx, %lu bytes, is not page-aligned memory; ignored", physical,
                 file->size);
        return;
    }
    parameters->initrd = paddr(physical);
    parameters->initrd_size = file->size;
}

static void screen_take(struct boot_parameters *parameters, uint64_t offset) {
    const struct array_response *response = screen_request.response;
    if (response == nullptr || response->count == 0 || response->entries == nullptr)
        return;
    const struct framebuffer *screen = response->entries[0];
    uint64_t bytes;
    if (screen == nullptr || screen->model != FRAMEBUFFER_RGB || screen->address < offset ||
        screen->width == 0 || screen->depth % 8 != 0 || screen->depth == 0 ||
        screen->pitch / (screen->depth / 8) < screen->width ||
        ckd_mul(&bytes, screen->pitch, screen->height) || bytes == 0) {
        log_line("boot: the framebuffer's answer makes no sense; ignored");
        return;
    }
    const uint8_t format[] = {(uint8_t)screen->depth, screen->red_size,    screen->red_shift,
                              screen->green_size,     screen->green_shift, screen->blue_size,
                              screen->blue_shift};
    parameters->framebuffer = (struct boot_framebuffer){
        .base = screen->address - offset,
        .width = screen->width,
        .height = screen->height,
        .pitch = screen->pitch,
    };
    for (size_t i = 0; i < array_length(format); i++)
        parameters->framebuffer.format |= (uint64_t)format[i] << (8 * i);
}

static void rsdp_take(struct boot_parameters *parameters, const struct limine_answers *answers) {
    const struct word_response *response = rsdp_request.response;
    if (response == nullptr || response->word == 0)
        return;
    // Physical in base revision 3 only.
    bool is_virtual = answers->revision > 3 && response->word >= answers->offset;
    parameters->rsdp = is_virtual ? response->word - answers->offset : response->word;
}

static struct memory_map_entry map_entry_get(const void *context, size_t index) {
    // By the type of the protocol. The kernel's image and modules (6), and everything reserved or unknown,
    // are not memory for us.
    static const enum boot_memory_kind kinds[] = {
        [0] = BOOT_MEMORY_USABLE,
        [2] = BOOT_MEMORY_ACPI,
        [3] = BOOT_MEMORY_ACPI_NVS,
        [5] = BOOT_MEMORY_RECLAIM,
    };
    const struct array_response *response = context;
    const struct map_entry *entry = response->entries[index];
    if (entry == nullptr)
        return (struct memory_map_entry){};
    return (struct memory_map_entry){
        .base = entry->base,
        .length = entry->length,
        .kind = entry->type < array_length(kinds) ? kinds[entry->type] : 0,
    };
}

static void map_take(struct memory_map *map, uint64_t limit) {
    const struct array_response *response = answer(&map_request, "memory map");
    size_t count = response->entries == nullptr ? 0 : response->count;
    enum memory_map_error error = memory_map_digest(map, map_entry_get, response, count, limit);
    if (error != MEMORY_MAP_OK)
        panic("expected usable memory from the loader, but %s", memory_map_error_text(error));
    if (map->wrapped + map->overlaps + map->beyond_bytes + map->dropped_bytes != 0)
        log_line("boot: memory map mended: %zu entries wrapped, %zu overlapped, %lu KiB out of reach, "
                 "%lu KiB in too many pieces",
                 map->wrapped, map->overlaps, (map->beyond_bytes / KIB), (map->dropped_bytes / KIB));
}

void limine_take(struct limine_answers *answers, struct boot_parameters *parameters, struct memory_map *map,
                 uint64_t image_end, uint64_t physical_limit) {
    answers->revision = revision_check();
    const struct word_response *offset = answer(&offset_request, "direct map");
    const struct address_response *address = answer(&address_request, "executable address");
    const struct word_response *date = date_request.response;
    answers->offset = offset->word;
    answers->kernel_physical = address->physical;
    answers->kernel_virtual = address->virtual;
    loader_take(parameters);
    command_line_take(parameters);
    initrd_take(parameters, answers->offset, physical_limit);
    rsdp_take(parameters, answers);
    screen_take(parameters, answers->offset);
    parameters->boot_seconds = date != nullptr ? (int64_t)date->word : 0;
    map_take(map, physical_limit);
    memory_map_remove(map, address->physical, image_end - address->virtual);
    memory_map_remove(map, parameters->initrd.value, parameters->initrd_size);
}
