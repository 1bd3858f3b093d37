// SPDX-License-Identifier: MIT
//
// The kernel's side of the Limine boot protocol (limine-protocol PROTOCOL.md), base revision 6, also
// satisfied with 3, 4 and 5. Requests are found by the loader in the section .limine_requests, between the
// markers; each is there once. Other CPUs are not asked for, so they stay parked wherever the firmware left
// them. Answers are not trusted further than they must be: counts are bounded, texts end, numbers are
// checked.

#include "limine.h"
#include <base/blit.h>
#include <base/format.h>
#include <base/limine.h>
#include <base/string.h>
#include <base/types.h>
#include <kernel/log.h>
#include <kernel/panic.h>

#define SCREENS_MOST 16 // that are looked at

#define REQUEST(name) [[gnu::used, gnu::section(".limine_requests." name)]] static volatile

REQUEST("0") uint64_t start_marker[] = {LIMINE_START};
REQUEST("1") struct limine_base_tag base_tag = {.magic = {LIMINE_BASE}, .revision = LIMINE_BASE_REVISION_MAX};
REQUEST("1") struct limine_request loader_request = {.id = {LIMINE_COMMON, LIMINE_ID_BOOTLOADER_INFO}};
REQUEST("1") struct limine_request line_request = {.id = {LIMINE_COMMON, LIMINE_ID_CMDLINE}};
REQUEST("1") struct limine_request file_request = {.id = {LIMINE_COMMON, LIMINE_ID_EXECUTABLE_FILE}};
REQUEST("1") struct limine_request offset_request = {.id = {LIMINE_COMMON, LIMINE_ID_HHDM}};
REQUEST("1") struct limine_request map_request = {.id = {LIMINE_COMMON, LIMINE_ID_MEMORY_MAP}};
REQUEST("1") struct limine_request module_request = {.id = {LIMINE_COMMON, LIMINE_ID_MODULE}};
REQUEST("1") struct limine_request rsdp_request = {.id = {LIMINE_COMMON, LIMINE_ID_RSDP}};
REQUEST("1") struct limine_request date_request = {.id = {LIMINE_COMMON, LIMINE_ID_DATE_AT_BOOT}};
REQUEST("1") struct limine_request address_request = {.id = {LIMINE_COMMON, LIMINE_ID_EXECUTABLE_ADDRESS}};
REQUEST("1") struct limine_request screen_request = {.id = {LIMINE_COMMON, LIMINE_ID_FRAMEBUFFER}};
REQUEST("2") uint64_t end_marker[] = {LIMINE_END};

// The loader's pointers are numbers in the protocol.
static const void *pointer(uint64_t address) {
    return (const void *)address;
}

static const void *element(const struct limine_array_response *array, uint64_t index) {
    return pointer(((const uint64_t *)pointer(array->pointers))[index]);
}

static unsigned revision_check(void) {
    // A loader of revision 3 or more writes into the second word what it works to; older ones leave it alone.
    uint64_t used = base_tag.magic[1];
    if (used < LIMINE_BASE_REVISION_MIN || used > LIMINE_BASE_REVISION_MAX)
        panic(
            "expected a loader that works to base revision 3 to 6 of the Limine protocol, got an older one");
    return (unsigned)used;
}

static const void *answer(const volatile struct limine_request *request, const char *name) {
    if (request->response == 0)
        panic("expected the loader's answer to the request '%s', got none", name);
    return pointer(request->response);
}

static void loader_take(struct boot_parameters *parameters) {
    const struct limine_bootloader_info_response *response = pointer(loader_request.response);
    if (response != nullptr && response->name != 0 && response->version != 0)
        format_buffer(parameters->loader, sizeof(parameters->loader), "%s %s",
                      (const char *)pointer(response->name), (const char *)pointer(response->version));
    else
        format_buffer(parameters->loader, sizeof(parameters->loader), "a nameless loader");
}

static void command_line_take(struct boot_parameters *parameters) {
    const char *text = nullptr;
    const struct limine_word_response *line = pointer(line_request.response);
    // Loaders before 9.x have only this one.
    const struct limine_word_response *file = pointer(file_request.response);
    if (line != nullptr)
        text = pointer(line->word);
    else if (file != nullptr && file->word != 0)
        text = pointer(((const struct limine_file *)pointer(file->word))->string);
    if (text == nullptr)
        return;
    size_t length = strnlen(text, sizeof(parameters->command_line));
    if (length == sizeof(parameters->command_line))
        panic("expected a command line of at most %zu bytes, got a longer one",
              sizeof(parameters->command_line) - 1);
    memcpy(parameters->command_line, text, length);
    panic_tag_take(parameters->command_line);
}

static bool is_initrd(const struct limine_file *file) {
    return file != nullptr && file->string != 0 && strcmp(pointer(file->string), "initrd") == 0;
}

// The module whose string is "initrd", else the first.
static const struct limine_file *initrd_find(void) {
    const struct limine_array_response *modules = pointer(module_request.response);
    if (modules == nullptr || modules->count == 0 || modules->pointers == 0)
        return nullptr;
    for (uint64_t i = 0; i < modules->count; i++)
        if (is_initrd(element(modules, i)))
            return element(modules, i);
    return element(modules, 0);
}

static void initrd_take(struct boot_parameters *parameters, uint64_t offset, uint64_t limit) {
    const struct limine_file *file = initrd_find();
    if (file == nullptr || file->size == 0)
        return;
    uint64_t physical = file->address - offset;
    if (file->address < offset || !range_within(physical, file->size, limit) ||
        !is_aligned(physical, PAGE_SIZE)) {
        log_line(LOG_WARNING, "boot: the initrd at 0x%lx, %lu bytes, is not page-aligned memory; ignored",
                 physical, file->size);
        return;
    }
    parameters->initrd = paddr(physical);
    parameters->initrd_size = file->size;
}

static bool is_sensible(const struct limine_framebuffer *screen, uint64_t offset) {
    uint64_t bytes;
    return screen != nullptr && screen->memory_model == LIMINE_FRAMEBUFFER_RGB && screen->address >= offset &&
           screen->width != 0 && screen->bits_per_pixel % 8 == 0 && screen->bits_per_pixel != 0 &&
           screen->pitch / (screen->bits_per_pixel / 8) >= screen->width &&
           !ckd_mul(&bytes, screen->pitch, screen->height) && bytes != 0;
}

// The first that can be used, of those that there are.
static const struct limine_framebuffer *screen_find(uint64_t offset) {
    const struct limine_array_response *response = pointer(screen_request.response);
    if (response == nullptr || response->pointers == 0)
        return nullptr;
    for (uint64_t i = 0; i < min_u64(response->count, SCREENS_MOST); i++) {
        if (is_sensible(element(response, i), offset))
            return element(response, i);
        log_line(LOG_WARNING, "boot: the answer about framebuffer %lu makes no sense; ignored", i);
    }
    return nullptr;
}

static void screen_take(struct boot_parameters *parameters, uint64_t offset) {
    const struct limine_framebuffer *screen = screen_find(offset);
    if (screen == nullptr)
        return;
    const uint8_t format[SURFACE_FORMAT_PARTS] = {(uint8_t)screen->bits_per_pixel, screen->red_mask_size,
                                                  screen->red_mask_shift,          screen->green_mask_size,
                                                  screen->green_mask_shift,        screen->blue_mask_size,
                                                  screen->blue_mask_shift};
    parameters->framebuffer = (struct boot_framebuffer){
        .base = screen->address - offset,
        .width = screen->width,
        .height = screen->height,
        .pitch = screen->pitch,
        .format = surface_format(format),
    };
}

static void rsdp_take(struct boot_parameters *parameters, const struct limine_answers *answers) {
    const struct limine_word_response *response = pointer(rsdp_request.response);
    if (response == nullptr || response->word == 0)
        return;
    // Physical in base revision 3 only.
    bool is_virtual = answers->revision > 3 && response->word >= answers->offset;
    parameters->rsdp = is_virtual ? response->word - answers->offset : response->word;
}

static struct memory_map_entry map_entry_get(const void *context, size_t index) {
    // By the type of the protocol. The kernel's image and modules, and everything reserved or unknown,
    // are not memory for us.
    static const enum boot_memory_kind kinds[] = {
        [LIMINE_MEMORY_USABLE] = BOOT_MEMORY_USABLE,
        [LIMINE_MEMORY_ACPI_RECLAIMABLE] = BOOT_MEMORY_ACPI,
        [LIMINE_MEMORY_ACPI_NVS] = BOOT_MEMORY_ACPI_NVS,
        [LIMINE_MEMORY_LOADER_RECLAIMABLE] = BOOT_MEMORY_RECLAIM,
    };
    const struct limine_array_response *response = context;
    const struct limine_memory_range *entry = element(response, index);
    if (entry == nullptr)
        return (struct memory_map_entry){};
    return (struct memory_map_entry){
        .base = entry->base,
        .length = entry->length,
        .kind = entry->type < array_length(kinds) ? kinds[entry->type] : 0,
    };
}

static void map_take(struct memory_map *map, uint64_t limit) {
    const struct limine_array_response *response = answer(&map_request, "memory map");
    size_t count = response->pointers == 0 ? 0 : response->count;
    enum memory_map_error error = memory_map_digest(map, map_entry_get, response, count, limit);
    if (error != MEMORY_MAP_OK)
        panic("expected usable memory from the loader, but %s", memory_map_error_text(error));
    if (map->wrapped + map->overlaps + map->beyond_bytes + map->dropped_bytes != 0)
        log_line(LOG_WARNING,
                 "boot: memory map mended: %zu entries wrapped, %zu overlapped, %lu KiB out of reach, "
                 "%lu KiB in too many pieces",
                 map->wrapped, map->overlaps, (map->beyond_bytes / KIB), (map->dropped_bytes / KIB));
}

void limine_take(struct limine_answers *answers, struct boot_parameters *parameters, struct memory_map *map,
                 uint64_t image_end, uint64_t physical_limit) {
    answers->revision = revision_check();
    const struct limine_word_response *offset = answer(&offset_request, "direct map");
    const struct limine_executable_address_response *address = answer(&address_request, "executable address");
    const struct limine_word_response *date = pointer(date_request.response);
    answers->offset = offset->word;
    answers->kernel_physical = address->physical_base;
    answers->kernel_virtual = address->virtual_base;
    loader_take(parameters);
    command_line_take(parameters);
    initrd_take(parameters, answers->offset, physical_limit);
    rsdp_take(parameters, answers);
    screen_take(parameters, answers->offset);
    parameters->boot_seconds = date != nullptr ? (int64_t)date->word : 0;
    map_take(map, physical_limit);
    memory_map_remove(map, address->physical_base, image_end - address->virtual_base);
    memory_map_remove(map, parameters->initrd.value, parameters->initrd_size);
}
