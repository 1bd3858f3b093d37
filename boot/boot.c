// SPDX-License-Identifier: MIT
//
// The order of a boot, on one page: configuration, kernel, requests, modules, machine, then leave the
// firmware, finish the memory map, map, answer, jump. Everything that can fail for want of memory or of a
// file happens before the firmware is left, while its console still works.

#include "boot.h"
#include "arch.h"
#include "arena.h"
#include "blake2b.h"
#include "message.h"
#include <base/string.h>

#define STACK_SIZE_MIN (64 * KIB)
#define STACK_SIZE_MAX (16 * MIB)
#define OVERLAYS_MAX   512
// Page tables that the map may need beyond what the bound says, should leaving the firmware split ranges.
#define TABLES_SPARE 32

// Too large for a firmware's stack.
static struct boot boot;
static struct limine_memory_range overlay_ranges[OVERLAYS_MAX];

uint64_t boot_virtual(uint64_t physical) {
    return arch_hhdm_base() + physical;
}

void boot_file_stop(const char *what, const char *path, enum platform_status status,
                    const struct platform_file *file) {
    if (status == PLATFORM_NO_MEMORY)
        stop("%s: %s cannot be loaded: too little memory for its %llu KiB", path, what,
             (unsigned long long)(file->size / KIB));
    stop("%s: %s cannot be loaded: %s", path, what, platform_reason(status));
}

void boot_file_check(const struct boot *booting, const struct boot_file *file, struct config_text hash) {
    if (hash.start == nullptr || blake2b_matches(file->file.data, file->file.size, hash.start))
        return;
    if (!booting->config.tolerate_mismatch)
        stop("%s: it does not have the hash that is given for it", file->path);
    message("%s: it does not have the hash that is given for it; used all the same", file->path);
}

static bool try_config(const char *path, struct platform_file *file) {
    enum platform_status status = platform_file_read(path, file);
    if (status == PLATFORM_NOT_FOUND)
        return false;
    if (status != PLATFORM_OK)
        boot_file_stop("configuration", path, status, file);
    memcpy(boot.config_path, path, strnlen(path, BOOT_PATH_MAX));
    return true;
}

static bool find_config(struct platform_file *file) {
    static const char *const places[] = {"/boot/limine/limine.conf", "/boot/limine.conf",
                                         "/limine/limine.conf", "/limine.conf"};
    for (const char *const *extra = platform_config_paths(); *extra != nullptr; extra++)
        if (try_config(*extra, file))
            return true;
    for (size_t i = 0; i < array_length(places); i++)
        if (try_config(places[i], file))
            return true;
    return false;
}

static void tell_notes(const struct config *config) {
    if (config->unknown_count > 0)
        message("%s:%u: option is not known and ignored (%u in all)", boot.config_path, config->unknown_line,
                config->unknown_count);
    for (size_t i = 0; i < config->note_count; i++)
        message("%s:%u: '%s' %s", boot.config_path, config->notes[i].line, config->notes[i].option,
                config->notes[i].text);
}

static void read_config(void) {
    const struct config_machine machine = {.architecture = arch_name, .firmware = platform_name};
    struct platform_file file;
    struct config_error error;
    size_t length;
    if (!find_config(&file))
        stop("/boot/limine.conf: %s; nor is there one in /boot/limine, /limine or /",
             platform_reason(PLATFORM_NOT_FOUND));
    char *text = (char *)(uintptr_t)arena_pages(CONFIG_EXPANDED_MAX, "the configuration");
    if (!config_expand(file.data, file.size, &machine, text, &length, &error) ||
        !config_parse(text, length, &machine, &boot.config, &error))
        stop("%s:%u: %s", boot.config_path, error.line, error.reason);
    tell_notes(&boot.config);
}

// Why an entry cannot be booted; null when it can.
static const char *entry_refusal(const struct config_entry *entry, unsigned *line) {
    *line = entry->name.line;
    if (entry->is_directory)
        return "default_entry names a group of entries";
    if (!config_text_is(entry->protocol, "limine")) {
        *line = entry->protocol.start != nullptr ? entry->protocol.line : entry->name.line;
        return "this entry needs 'protocol: limine', the only one supported";
    }
    if (entry->path.start == nullptr)
        return "this entry names no kernel ('path: boot():/...')";
    return nullptr;
}

static bool has_entry(const struct config *config) {
    for (size_t i = 0; i < config->entry_count; i++)
        if (!config->entries[i].is_hidden)
            return true;
    return false;
}

// What the person at the menu chooses can be wrong: then the menu says so and goes on.
static size_t ask(const struct config *config) {
    static struct menu menu;
    unsigned line;
    menu_init(&menu, config, "Tessera loader " TESSERA_VERSION);
    for (;;) {
        size_t index = menu_run(&menu);
        menu.message = entry_refusal(&config->entries[index], &line);
        menu.is_counting = false;
        if (menu.message == nullptr)
            return index;
    }
}

static void choose_entry(void) {
    const struct config *config = &boot.config;
    unsigned line;
    if (!has_entry(config))
        stop("%s: it has no entry to boot ('/name')", boot.config_path);
    if (config->default_index == CONFIG_NO_ENTRY && config->default_number > 0)
        stop("%s:%u: default_entry is %u, and the menu shows fewer entries", boot.config_path,
             config->selection.line, config->default_number);
    if (config->default_index == CONFIG_NO_ENTRY)
        stop("%s:%u: default_entry names no entry", boot.config_path, config->selection.line);
    size_t index = config->timeout_ms == 0 ? config->default_index : ask(config);
    boot.entry = &config->entries[index];
    const char *refusal = entry_refusal(boot.entry, &line);
    if (refusal != nullptr)
        stop("%s:%u: %s", boot.config_path, line, refusal);
}

static void load_kernel(void) {
    struct config_text path, hash;
    const char *reason;
    if (!config_path(&boot.entry->path, &path, &hash, &reason))
        stop("%s:%u: %s", boot.config_path, boot.entry->path.line, reason);
    if (path.length > BOOT_PATH_MAX)
        stop("%s:%u: the path is longer than %d characters", boot.config_path, path.line, BOOT_PATH_MAX);
    boot.kernel.path = arena_text(path.start, path.length);
    boot.kernel.string = arena_text(boot.entry->cmdline.start, boot.entry->cmdline.length);
    enum platform_status status = platform_file_read(boot.kernel.path, &boot.kernel.file);
    if (status != PLATFORM_OK)
        boot_file_stop("kernel", boot.kernel.path, status, &boot.kernel.file);
    boot_file_check(&boot, &boot.kernel, hash);
    image_load(&boot.image, boot.kernel.path, &boot.kernel.file);
}

static void negotiate_revision(void) {
    uint64_t wanted = boot.requests.base_revision;
    if (wanted < LIMINE_BASE_REVISION_MIN)
        stop("%s: it asks for base revision %llu of the Limine protocol; this loader offers %d to %d",
             boot.kernel.path, (unsigned long long)wanted, LIMINE_BASE_REVISION_MIN,
             LIMINE_BASE_REVISION_MAX);
    boot.base_revision = min_u64(wanted, LIMINE_BASE_REVISION_MAX);
    boot.requests.tag->magic[1] = boot.base_revision;
    if (wanted <= LIMINE_BASE_REVISION_MAX)
        boot.requests.tag->revision = 0;
}

static void limit_paging_mode(struct config_text name, uint64_t *limit,
                              uint64_t (*stricter)(uint64_t, uint64_t)) {
    uint64_t mode;
    if (name.start == nullptr)
        return;
    if (!arch_paging_named(name, &mode))
        stop("%s:%u: a paging mode that this architecture does not have", boot.config_path, name.line);
    *limit = stricter(*limit, mode);
}

// PROTOCOL.md, "Paging Mode Feature": what a kernel accepts that asks by an old request, or not at all.
static void choose_paging_mode(void) {
    uint64_t preferred = ARCH_PAGING_DEFAULT;
    uint64_t least = ARCH_PAGING_MIN;
    uint64_t most = ARCH_PAGING_DEFAULT;
    struct limine_request *head = boot.requests.requests[REQUEST_PAGING_MODE];
    if (head != nullptr) {
        const struct limine_paging_mode_request *request =
            container_of(head, struct limine_paging_mode_request, head);
        preferred = request->mode;
        most = head->revision < 1 ? request->mode : request->max_mode;
        least = head->revision < 1 ? ARCH_PAGING_MIN : request->min_mode;
    }
    limit_paging_mode(boot.entry->min_paging_mode, &least, max_u64);
    limit_paging_mode(boot.entry->max_paging_mode, &most, min_u64);
    if (!arch_paging_choose(preferred, least, most, &boot.paging_mode))
        stop("%s: it accepts paging modes %llu to %llu, with the configuration's limits, and this processor "
             "has none "
             "of them",
             boot.kernel.path, (unsigned long long)least, (unsigned long long)most);
}

static void read_requests(void) {
    const char *reason;
    if (!request_scan((void *)(uintptr_t)boot.image.physical_base, boot.image.size, &boot.requests, &reason))
        stop("%s: no kernel that can be started: %s", boot.kernel.path, reason);
    negotiate_revision();
    choose_paging_mode();
    struct limine_request *head = boot.requests.requests[REQUEST_ENTRY_POINT];
    if (head != nullptr)
        boot.image.entry = container_of(head, struct limine_entry_point_request, head)->entry;
    if (image_at(&boot.image, boot.image.entry, 1) == nullptr)
        stop("%s: the entry point that it asks for lies outside of it", boot.kernel.path);
}

static void make_stack(void) {
    uint64_t size = STACK_SIZE_MIN;
    struct limine_request *head = boot.requests.requests[REQUEST_STACK_SIZE];
    if (head != nullptr)
        size = max_u64(size, container_of(head, struct limine_stack_size_request, head)->stack_size);
    if (size > STACK_SIZE_MAX)
        stop("%s: it asks for a stack of %llu bytes; at most %llu are given", boot.kernel.path,
             (unsigned long long)size, (unsigned long long)STACK_SIZE_MAX);
    boot.stack_size = align_up(size, PAGE_SIZE);
    boot.stack_top = arena_pages(boot.stack_size, "the kernel's stack") + boot.stack_size;
}

static void overlay(uint64_t base, uint64_t length, enum limine_memory_type type) {
    if (!memory_map_add_pages(&boot.overlays, base, length, type))
        stop("too many firmware tables and modules (at most %d)", OVERLAYS_MAX);
}

// SMBIOS 3.7, 5.2.1 and 5.2.2: each entry point names where its table lies and how long it is at most.
static void overlay_smbios(void) {
    const uint8_t *entry_32 = platform_memory(boot.tables.smbios_32, 0x1f);
    const uint8_t *entry_64 = platform_memory(boot.tables.smbios_64, 0x18);
    if (entry_32 != nullptr) {
        uint32_t address;
        uint16_t length;
        memcpy(&length, entry_32 + 0x16, sizeof length);
        memcpy(&address, entry_32 + 0x18, sizeof address);
        overlay(boot.tables.smbios_32, 0x1f, LIMINE_MEMORY_RESERVED_MAPPED);
        overlay(address, length, LIMINE_MEMORY_RESERVED_MAPPED);
    }
    if (entry_64 != nullptr) {
        uint64_t address;
        uint32_t maximum;
        memcpy(&maximum, entry_64 + 0x0c, sizeof maximum);
        memcpy(&address, entry_64 + 0x10, sizeof address);
        overlay(boot.tables.smbios_64, 0x18, LIMINE_MEMORY_RESERVED_MAPPED);
        overlay(address, maximum, LIMINE_MEMORY_RESERVED_MAPPED);
    }
}

// What the loader knows of memory beyond the platform's own map.
static void find_overlays(void) {
    boot.overlays = (struct memory_map){overlay_ranges, 0, OVERLAYS_MAX};
    // Nobody gets page 0: it makes null pointers of the direct map visible, and firmware may still look
    // there.
    overlay(0, PAGE_SIZE, LIMINE_MEMORY_RESERVED);
    overlay(boot.image.physical_base, boot.image.size, LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    for (size_t i = 0; i < boot.module_count; i++)
        overlay((uint64_t)(uintptr_t)boot.modules[i].file.data, boot.modules[i].file.size,
                LIMINE_MEMORY_EXECUTABLE_AND_MODULES);
    if (boot.has_framebuffer)
        overlay(boot.framebuffer.address, (uint64_t)boot.framebuffer.pitch * boot.framebuffer.height,
                LIMINE_MEMORY_FRAMEBUFFER);
    size_t plain = boot.overlays.count;
    if (!acpi_walk(boot.tables.rsdp, &boot.acpi, &boot.overlays))
        stop("too many ACPI tables (at most %d)", OVERLAYS_MAX);
    // Base revision 3 has no type for mapped firmware tables.
    if (boot.base_revision < 4)
        boot.overlays.count = plain;
    else if (boot.base_revision >= 5)
        overlay_smbios();
}

static void add_overlays(void) {
    for (size_t i = 0; i < boot.overlays.count; i++)
        boot.raw.ranges[boot.raw.count++] = boot.overlays.ranges[i];
}

static void reserve_maps(void) {
    size_t bound = platform_map_bound() + OVERLAYS_MAX;
    boot.raw.capacity = bound;
    boot.map.capacity = 2 * bound + 1;
    boot.raw.ranges = (struct limine_memory_range *)(uintptr_t)arena_pages(
        bound * sizeof(struct limine_memory_range), "the memory map");
    boot.map.ranges = (struct limine_memory_range *)(uintptr_t)arena_pages(
        boot.map.capacity * sizeof(struct limine_memory_range), "the memory map");
}

static void build_map(void) {
    boot.raw.count = 0;
    if (!platform_map_read(&boot.raw) || boot.raw.count > boot.raw.capacity - boot.overlays.count)
        stop("the firmware's memory map has more than %u ranges", (unsigned)boot.raw.capacity - OVERLAYS_MAX);
    // Runtime services are ordinary reserved memory until base revision 5.
    for (size_t i = 0; i < boot.raw.count && boot.base_revision < 5; i++)
        if (boot.raw.ranges[i].type == LIMINE_MEMORY_RESERVED_MAPPED)
            boot.raw.ranges[i].type = LIMINE_MEMORY_RESERVED;
    add_overlays();
    if (!memory_map_build(&boot.map, &boot.raw))
        stop("the memory map does not fit the memory put aside for it");
}

// PROTOCOL.md, "Memory Layout at Entry".
static bool is_in_direct_map(enum limine_memory_type type) {
    switch (type) {
    case LIMINE_MEMORY_USABLE:
    case LIMINE_MEMORY_LOADER_RECLAIMABLE:
    case LIMINE_MEMORY_EXECUTABLE_AND_MODULES:
    case LIMINE_MEMORY_FRAMEBUFFER:
        return true;
    case LIMINE_MEMORY_ACPI_RECLAIMABLE:
    case LIMINE_MEMORY_ACPI_NVS:
    case LIMINE_MEMORY_RESERVED_MAPPED:
        return boot.base_revision >= 4;
    default:
        return false;
    }
}

struct span {
    uint64_t low;
    uint64_t high;
    unsigned flags;
};

// The next piece of the map, from range *index on, that is mapped alike. Neighbours are joined so that large
// pages reach across them.
static bool next_span(size_t *index, struct span *span) {
    const struct memory_map *map = &boot.map;
    while (*index < map->count && !is_in_direct_map(map->ranges[*index].type))
        ++*index;
    if (*index == map->count)
        return false;
    span->flags = 0;
    for (bool first = true; *index < map->count; first = false, ++*index) {
        const struct limine_memory_range *range = &map->ranges[*index];
        unsigned flags = ARCH_MAP_WRITE | ARCH_MAP_EXECUTE;
        if (range->type == LIMINE_MEMORY_FRAMEBUFFER)
            flags |= ARCH_MAP_WRITE_COMBINING;
        uint64_t low = align_down(range->base, PAGE_SIZE);
        if (!is_in_direct_map(range->type) || (!first && (flags != span->flags || low > span->high)))
            break;
        if (first)
            *span = (struct span){low, low, flags};
        span->high = max_u64(span->high, align_up(range->base + range->length, PAGE_SIZE));
    }
    return true;
}

static void reserve_tables(void) {
    struct span span;
    uint64_t pages = TABLES_SPARE + arch_tables_bound(boot.image.size);
    for (size_t index = 0; next_span(&index, &span);)
        pages += arch_tables_bound(span.high - span.low);
    arch_tables_init(arena_pages(pages * PAGE_SIZE, "page tables"), pages);
}

static void map_all(void) {
    struct span span;
    bool done = image_map(&boot.image);
    for (size_t index = 0; done && next_span(&index, &span);)
        done = arch_map(boot_virtual(span.low), span.low, span.high - span.low, span.flags);
    if (!done)
        stop("the memory put aside for page tables is used up");
}

static void set_resolution(void) {
    const struct config_entry *entry = boot.entry;
    if (entry->width != 0 && !screen_set(entry->width, entry->height, entry->bits))
        message("resolution %ux%ux%u is not to be had here; the screen stays as it is", entry->width,
                entry->height, entry->bits);
}

static void look_at_machine(void) {
    set_resolution();
    platform_tables_find(&boot.tables);
    boot.has_framebuffer = platform_framebuffer_find(&boot.framebuffer);
}

// Measuring takes a while, so only for those who want to know.
static void measure_clock(void) {
    static const enum request_kind users[] = {REQUEST_PERFORMANCE, REQUEST_TSC_FREQUENCY, REQUEST_MP};
    for (size_t i = 0; i < array_length(users); i++)
        if (boot.requests.requests[users[i]] != nullptr && boot.ticks_frequency == 0)
            boot.ticks_frequency = arch_ticks_measure(&boot.acpi);
}

static struct arch_entry plan_entry(void) {
    struct limine_request *mp = boot.requests.requests[REQUEST_MP];
    return (struct arch_entry){
        .entry = boot.image.entry,
        .stack_top = boot_virtual(boot.stack_top),
        .base_revision = boot.base_revision,
        .keep_iommu = boot.requests.requests[REQUEST_KEEP_IOMMU] != nullptr,
        .start_processors = mp != nullptr,
        .mp_flags = mp == nullptr ? 0 : container_of(mp, struct limine_mp_request, head)->flags,
        .stack_size = boot.stack_size,
        .ticks_frequency = boot.ticks_frequency,
        .acpi = &boot.acpi,
    };
}

void boot_run(void) {
    boot.ticks_start = arch_ticks();
    message("version " TESSERA_VERSION " for %s", platform_name);
    read_config();
    choose_entry();
    load_kernel();
    read_requests();
    modules_load(&boot);
    look_at_machine();
    make_stack();
    find_overlays();
    measure_clock();
    struct arch_entry entry = plan_entry();
    arch_prepare(&entry);
    reserve_maps();
    build_map();
    reserve_tables();
    answer_reserve(&boot);

    if (!platform_finish())
        stop("the firmware does not let go of the machine");
    arch_interrupts_off();
    build_map();
    map_all();
    answer_all(&boot);
    arch_enter(&entry);
}
