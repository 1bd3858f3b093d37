// SPDX-License-Identifier: MIT
//
// The responses. One function per request, all in one table; a request that has no row, or whose function
// finds nothing to say, keeps what its response pointer held. Source: PROTOCOL.md, "Feature List".
// Left alone: what other architectures have (device tree, hart), and what describes the terminal of
// another loader (Flanterm).

#include "answer.h"
#include "arch.h"
#include "arena.h"
#include "screen.h"
#include <base/splitmix.h>
#include <base/string.h>

#define ENTROPY_MAX 512

static uint64_t text_address(const char *text) {
    return arch_virtual_of(arena_text(text, strlen(text)));
}

static void *answer_word(uint64_t word) {
    struct limine_word_response *response = arena_take(sizeof *response);
    response->word = word;
    return response;
}

static void *answer_bare([[maybe_unused]] struct boot *boot) {
    return arena_take(sizeof(struct limine_response));
}

static void *answer_bootloader_info([[maybe_unused]] struct boot *boot) {
    struct limine_bootloader_info_response *response = arena_take(sizeof *response);
    response->name = text_address("Tessera loader");
    response->version = text_address(TESSERA_VERSION);
    return response;
}

static void *answer_cmdline(struct boot *boot) {
    return answer_word(arch_virtual_of(boot->kernel.string));
}

static void *answer_firmware_type([[maybe_unused]] struct boot *boot) {
    return answer_word(platform_firmware);
}

static void *answer_hhdm([[maybe_unused]] struct boot *boot) {
    return answer_word(arch_hhdm_base());
}

static void *answer_paging_mode(struct boot *boot) {
    return answer_word(boot->paging_mode);
}

// An array of pointers with room for `count`, told to the kernel by `response`.
static uint64_t *array_take(struct limine_array_response *response, size_t count) {
    uint64_t *pointers = arena_take(count * sizeof *pointers);
    response->count = count;
    response->pointers = arch_virtual_of(pointers);
    return pointers;
}

static void *answer_framebuffer(struct boot *boot) {
    if (boot->screen == nullptr)
        return nullptr;
    struct limine_array_response *response = arena_take(sizeof *response);
    array_take(response, 1)[0] = arch_virtual_of(boot->screen);
    response->revision = 1;
    return response;
}

static void *answer_memory_map(struct boot *boot) {
    struct limine_array_response *response = arena_take(sizeof *response);
    uint64_t *pointers = array_take(response, boot->map.count);
    for (size_t i = 0; i < boot->map.count; i++)
        pointers[i] = arch_virtual_of(&boot->map.ranges[i]);
    return response;
}

static uint64_t file_address(const struct boot_file *from) {
    struct limine_file *file = arena_take(sizeof *file);
    file->address = arch_virtual_of(from->file.data);
    file->size = from->file.size;
    file->path = arch_virtual_of(from->path);
    file->string = arch_virtual_of(from->string);
    platform_describe_volume(file);
    return arch_virtual_of(file);
}

static void *answer_executable_file(struct boot *boot) {
    return answer_word(file_address(&boot->kernel));
}

static void *answer_module(struct boot *boot) {
    if (boot->module_count == 0)
        return nullptr;
    struct limine_array_response *response = arena_take(sizeof *response);
    uint64_t *pointers = array_take(response, boot->module_count);
    for (size_t i = 0; i < boot->module_count; i++)
        pointers[i] = file_address(&boot->modules[i]);
    response->revision = 1;
    return response;
}

// Firmware's tables are given as physical addresses up to base revision `last`, through the direct map later.
static uint64_t table_address(const struct boot *boot, uint64_t physical, uint64_t last) {
    return physical == 0 || boot->base_revision <= last ? physical : arch_virtual(physical);
}

static void *answer_rsdp(struct boot *boot) {
    return boot->tables.rsdp == 0 ? nullptr : answer_word(table_address(boot, boot->tables.rsdp, 3));
}

static void *answer_smbios(struct boot *boot) {
    if (boot->tables.smbios_32 == 0 && boot->tables.smbios_64 == 0)
        return nullptr;
    struct limine_smbios_response *response = arena_take(sizeof *response);
    response->entry_32 = table_address(boot, boot->tables.smbios_32, 4);
    response->entry_64 = table_address(boot, boot->tables.smbios_64, 4);
    return response;
}

static void *answer_efi_system_table(struct boot *boot) {
    uint64_t table = boot->tables.efi_system_table;
    return table == 0 ? nullptr : answer_word(table_address(boot, table, 4));
}

static void *answer_efi_memory_map([[maybe_unused]] struct boot *boot) {
    struct platform_raw_map raw;
    platform_raw_map_get(&raw);
    if (raw.map == 0)
        return nullptr;
    struct limine_efi_memory_map_response *response = arena_take(sizeof *response);
    response->map = arch_virtual(raw.map);
    response->size = raw.size;
    response->descriptor_size = raw.descriptor_size;
    response->descriptor_version = raw.descriptor_version;
    return response;
}

static void *answer_executable_address(struct boot *boot) {
    struct limine_executable_address_response *response = arena_take(sizeof *response);
    response->physical_base = boot->image.physical_base;
    response->virtual_base = boot->image.virtual_base;
    return response;
}

static uint64_t ticks_to_usec(const struct boot *boot, uint64_t ticks) {
    uint64_t seconds = ticks / boot->ticks_frequency;
    uint64_t rest = ticks % boot->ticks_frequency;
    return seconds * 1000000 + rest * 1000000 / boot->ticks_frequency;
}

// The counter runs since reset, so the time of reset is 0.
static void *answer_performance(struct boot *boot) {
    if (boot->ticks_frequency == 0)
        return nullptr;
    struct limine_performance_response *response = arena_take(sizeof *response);
    response->init_usec = ticks_to_usec(boot, boot->ticks_start);
    response->exec_usec = ticks_to_usec(boot, arch_ticks());
    return response;
}

static void *answer_tsc_frequency(struct boot *boot) {
    return boot->ticks_frequency == 0 ? nullptr : answer_word(boot->ticks_frequency);
}

static void *answer_mp([[maybe_unused]] struct boot *boot) {
    return arch_processors();
}

static void *answer_event_log(struct boot *boot) {
    if (boot->event_log.format == 0)
        return nullptr;
    struct limine_event_log_response *response = arena_take(sizeof *response);
    response->format = boot->event_log.format;
    response->size = boot->event_log.size;
    response->address = boot->event_log.size == 0 ? 0 : arch_virtual_of(boot->event_log.data);
    return response;
}

static void *answer_entropy(struct boot *boot) {
    struct limine_entropy_response *response = arena_take(sizeof *response);
    response->count = boot->entropy_count;
    response->values = boot->entropy_count == 0 ? 0 : arch_virtual_of(boot->entropy);
    return response;
}

static void *answer_date(struct boot *boot) {
    return answer_word((uint64_t)boot->date);
}

static void *(*const answers[REQUEST_KINDS])(struct boot *boot) = {
    [REQUEST_BOOTLOADER_INFO] = answer_bootloader_info,
    [REQUEST_CMDLINE] = answer_cmdline,
    [REQUEST_FIRMWARE_TYPE] = answer_firmware_type,
    [REQUEST_STACK_SIZE] = answer_bare,
    [REQUEST_HHDM] = answer_hhdm,
    [REQUEST_FRAMEBUFFER] = answer_framebuffer,
    [REQUEST_PAGING_MODE] = answer_paging_mode,
    [REQUEST_MEMORY_MAP] = answer_memory_map,
    [REQUEST_ENTRY_POINT] = answer_bare,
    [REQUEST_EXECUTABLE_FILE] = answer_executable_file,
    [REQUEST_MODULE] = answer_module,
    [REQUEST_RSDP] = answer_rsdp,
    [REQUEST_SMBIOS] = answer_smbios,
    [REQUEST_EFI_SYSTEM_TABLE] = answer_efi_system_table,
    [REQUEST_EFI_MEMORY_MAP] = answer_efi_memory_map,
    [REQUEST_DATE_AT_BOOT] = answer_date,
    [REQUEST_EXECUTABLE_ADDRESS] = answer_executable_address,
    [REQUEST_PERFORMANCE] = answer_performance,
    [REQUEST_TSC_FREQUENCY] = answer_tsc_frequency,
    [REQUEST_KEEP_IOMMU] = answer_bare,
    [REQUEST_MP] = answer_mp,
    [REQUEST_EVENT_LOG] = answer_event_log,
    [REQUEST_ENTROPY] = answer_entropy,
};

// The last resort: the counter's low bits, which depend on how long firmware took.
static uint64_t random_from_clock(uint64_t *state) {
    *state += arch_ticks();
    return splitmix64(state);
}

// From the processor, else from the firmware, else from the clock.
static void collect_entropy(struct boot *boot) {
    struct limine_request *head = boot->requests.requests[REQUEST_ENTROPY];
    if (head == nullptr)
        return;
    uint64_t state = boot->ticks_start;
    boot->entropy_count =
        min_u64(container_of(head, struct limine_entropy_request, head)->count, ENTROPY_MAX);
    boot->entropy = arena_take(boot->entropy_count * sizeof *boot->entropy);
    for (size_t i = 0; i < boot->entropy_count; i++)
        if (!arch_random(&boot->entropy[i]) && !platform_random(&boot->entropy[i], sizeof *boot->entropy))
            boot->entropy[i] = random_from_clock(&state);
}

void answer_reserve(struct boot *boot) {
    boot->date = platform_date();
    collect_entropy(boot);
    screen_describe(boot);
    if (boot->requests.requests[REQUEST_EVENT_LOG] != nullptr)
        platform_event_log_get(&boot->event_log);
    // The pointer arrays grow with the map and the modules; everything else is a few dozen small structures.
    arena_reserve(8 * KIB + boot->map.capacity * sizeof(uint64_t) +
                  boot->module_count * (sizeof(struct limine_file) + 32));
}

void answer_all(struct boot *boot) {
    for (size_t kind = 0; kind < REQUEST_KINDS; kind++) {
        struct limine_request *request = boot->requests.requests[kind];
        void *response = request == nullptr ? nullptr : answers[kind](boot);
        if (response != nullptr)
            request->response = arch_virtual_of(response);
    }
}
