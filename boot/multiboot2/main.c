// SPDX-License-Identifier: MIT
//
// The BIOS front: GRUB has opened the files and put them into memory as multiboot2 modules, each with its
// path as its string; from here on everything is the loader's core. Files that GRUB did not hand over do not
// exist. Only the first 4 GiB are mapped (start.S), so memory is taken from there.
//
// Memory: `raw` is the firmware's map with what is taken laid over it, `map` the same resolved. Each
// allocation adds one range to `raw` and resolves again.

#include "../acpi.h"
#include "../arch.h"
#include "../date.h"
#include "../message.h"
#include "../platform.h"
#include "cmos.h"
#include "tags.h"
#include <base/string.h>

#define MAPPED_LIMIT    (4 * GIB) // by start.S
#define FILES_MAX       256
#define RANGES_MAX      512
#define BIOS_AREA_START 0xe0000
#define BIOS_AREA_END   0x100000
#define EBDA_SEGMENT    0x40e // word in the BIOS data area
#define EBDA_SIZE       1024

const char platform_name[] = "BIOS";
const enum limine_firmware platform_firmware = LIMINE_FIRMWARE_BIOS;

static const struct multiboot2_information *information;
static struct limine_memory_range raw_ranges[RANGES_MAX];
static struct limine_memory_range map_ranges[2 * RANGES_MAX + 1];
static struct memory_map raw = {raw_ranges, 0, RANGES_MAX};
static struct memory_map map = {map_ranges, 0, 2 * RANGES_MAX + 1};

[[noreturn]] void boot_front(const struct multiboot2_information *info);

const char *const *platform_config_paths(void) {
    static const char *const none[] = {nullptr};
    return none;
}

// A file that is named twice is handed out twice, and each owns its pages: the second time it is a copy.
static enum platform_status copy_file(struct platform_file *file) {
    uint64_t base;
    if (!platform_pages_allocate((file->size + PAGE_SIZE - 1) / PAGE_SIZE, &base))
        return PLATFORM_NO_MEMORY;
    memcpy((void *)(uintptr_t)base, file->data, file->size);
    file->data = (void *)(uintptr_t)base;
    return PLATFORM_OK;
}

// GRUB hands a file over also when it could not read all of it; grub.cfg then adds a module that says so.
static bool is_unread(const char *path) {
    static const char mark[] = "unread:";
    const struct multiboot2_module *module = nullptr;
    while ((module = multiboot2_module_next(information, module)) != nullptr)
        if (strncmp(module->string, mark, sizeof mark - 1) == 0 &&
            strcmp(module->string + sizeof mark - 1, path) == 0)
            return true;
    return false;
}

enum platform_status platform_file_read(const char *path, struct platform_file *file) {
    static bool handed_out[FILES_MAX];
    const struct multiboot2_module *module = nullptr;
    for (size_t i = 0; (module = multiboot2_module_next(information, module)) != nullptr; i++) {
        if (strcmp(module->string, path) != 0)
            continue;
        if (is_unread(path) || module->end < module->start || !is_aligned(module->start, PAGE_SIZE) ||
            i >= FILES_MAX)
            return PLATFORM_IO_ERROR;
        file->data = (void *)(uintptr_t)module->start;
        file->size = module->end - module->start;
        if (handed_out[i] && file->size > 0)
            return copy_file(file);
        handed_out[i] = true;
        return PLATFORM_OK;
    }
    return PLATFORM_NOT_FOUND;
}

const char *platform_reason(enum platform_status status) {
    switch (status) {
    case PLATFORM_OK:
        return "no error";
    case PLATFORM_NOT_FOUND:
        return "NOT_LOADED: GRUB did not hand it over (no such file on the boot volume, "
               "no module2 line for it in grub.cfg, or too little memory)";
    case PLATFORM_NO_MEMORY:
        return "too little memory";
    default:
        return "GRUB could not read all of it";
    }
}

// GRUB does not say where it read from.
void platform_describe_volume([[maybe_unused]] struct limine_file *file) {}

static void add(uint64_t base, uint64_t length, enum limine_memory_type type) {
    if (!memory_map_add(&raw, base, length, type))
        stop("the firmware's memory map has more than %d ranges", RANGES_MAX);
}

static void add_taken(uint64_t base, uint64_t length) {
    if (!memory_map_add_pages(&raw, base, length, LIMINE_MEMORY_LOADER_RECLAIMABLE))
        stop("the firmware's memory map has more than %d ranges", RANGES_MAX);
}

// ACPI 6.5, 15.1: address range types, which multiboot2 hands on.
static enum limine_memory_type limine_type(uint32_t type) {
    switch (type) {
    case 1:
        return LIMINE_MEMORY_USABLE;
    case 3:
        return LIMINE_MEMORY_ACPI_RECLAIMABLE;
    case 4:
        return LIMINE_MEMORY_ACPI_NVS;
    case 5:
        return LIMINE_MEMORY_BAD;
    default:
        return LIMINE_MEMORY_RESERVED;
    }
}

static void read_firmware_map(void) {
    const struct multiboot2_tag *tag = multiboot2_tag_next(information, MULTIBOOT2_TAG_MEMORY_MAP, nullptr);
    if (tag == nullptr)
        stop("GRUB handed no memory map over");
    size_t count = multiboot2_memory_count(tag);
    if (count == 0)
        stop("GRUB handed a damaged memory map over");
    for (size_t i = 0; i < count; i++) {
        struct multiboot2_memory_entry entry = multiboot2_memory_entry_get(tag, i);
        add(entry.base, entry.length, limine_type(entry.type));
    }
}

// What must not be given out again: this program, GRUB's information, the files.
static void map_init(void) {
    read_firmware_map();
    add(0, PAGE_SIZE, LIMINE_MEMORY_RESERVED);
    add_taken((uint64_t)(uintptr_t)loader_begin, (uint64_t)(loader_end - loader_begin));
    add_taken((uint64_t)(uintptr_t)information, information->total_size);
    const struct multiboot2_module *module = nullptr;
    while ((module = multiboot2_module_next(information, module)) != nullptr)
        if (module->end > module->start)
            add_taken(module->start, module->end - module->start);
    if (!memory_map_build(&map, &raw))
        stop("the firmware's memory map has too many ranges");
}

const void *platform_memory(uint64_t address, uint64_t length) {
    return address != 0 && range_within(address, length, MAPPED_LIMIT) ? (const void *)(uintptr_t)address
                                                                       : nullptr;
}

bool platform_pages_allocate(uint64_t pages, uint64_t *base) {
    return platform_low_pages_allocate(pages, MAPPED_LIMIT, base);
}

bool platform_low_pages_allocate(uint64_t pages, uint64_t limit, uint64_t *base) {
    if (raw.count == raw.capacity || !memory_map_find(&map, pages, limit, base))
        return false;
    add_taken(*base, pages * PAGE_SIZE);
    memset((void *)(uintptr_t)*base, 0, pages * PAGE_SIZE);
    return memory_map_build(&map, &raw);
}

size_t platform_map_bound(void) {
    return RANGES_MAX;
}

bool platform_map_read(struct memory_map *out) {
    for (size_t i = 0; i < raw.count; i++)
        if (!memory_map_add(out, raw.ranges[i].base, raw.ranges[i].length, raw.ranges[i].type))
            return false;
    return true;
}

bool platform_framebuffer_find(struct platform_framebuffer *framebuffer) {
    const struct multiboot2_framebuffer *given = multiboot2_framebuffer_find(information);
    if (given == nullptr)
        return false;
    *framebuffer = (struct platform_framebuffer){
        .address = given->address,
        .width = given->width,
        .height = given->height,
        .pitch = given->pitch,
        .bits_per_pixel = given->bits_per_pixel,
        .red_size = given->red_size,
        .red_shift = given->red_shift,
        .green_size = given->green_size,
        .green_shift = given->green_shift,
        .blue_size = given->blue_size,
        .blue_shift = given->blue_shift,
    };
    return true;
}

// GRUB says which mode it has set, and neither which others there are nor what the screen says of itself; the
// BIOS could tell, but not to a program in long mode.
bool platform_mode_get([[maybe_unused]] size_t index, [[maybe_unused]] struct platform_framebuffer *mode) {
    return false;
}

bool platform_mode_set([[maybe_unused]] size_t index) {
    return false;
}

size_t platform_edid_get([[maybe_unused]] const uint8_t **bytes) {
    return 0;
}

static bool sums_to_zero(const uint8_t *bytes, size_t length) {
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

// SMBIOS 3.7, 5.2: the anchor stands at a 16-byte step, its entry point's length in the byte at `length_at`.
static uint64_t find_smbios(const char *anchor, size_t anchor_length, size_t length_at) {
    for (uint64_t address = 0xf0000; address < BIOS_AREA_END - 32; address += 16) {
        const uint8_t *entry = (const uint8_t *)(uintptr_t)address;
        if (memcmp(entry, anchor, anchor_length) == 0 && sums_to_zero(entry, entry[length_at]))
            return address;
    }
    return 0;
}

// The real RSDP: GRUB's tag holds only a copy. ACPI 6.5, 5.2.5.1 names the two places.
static uint64_t find_rsdp(void) {
    uint16_t segment;
    memcpy(&segment, (const void *)(uintptr_t)EBDA_SEGMENT, sizeof segment);
    uint64_t ebda = (uint64_t)segment << 4;
    uint64_t found = ebda == 0 ? 0 : acpi_rsdp_search(ebda, ebda + EBDA_SIZE);
    return found != 0 ? found : acpi_rsdp_search(BIOS_AREA_START, BIOS_AREA_END);
}

void platform_tables_find(struct platform_tables *tables) {
    *tables = (struct platform_tables){
        .rsdp = find_rsdp(),
        .smbios_32 = find_smbios("_SM_", 4, 5),
        .smbios_64 = find_smbios("_SM3_", 5, 6),
    };
}

bool platform_random([[maybe_unused]] void *bytes, [[maybe_unused]] size_t size) {
    return false;
}

// The protocol's log comes from UEFI's interface alone.
void platform_event_log_get(struct platform_event_log *log) {
    *log = (struct platform_event_log){0};
}

int64_t platform_date(void) {
    struct date date;
    return cmos_date_read(&date) ? date_to_seconds(&date) : 0;
}

// There is no firmware to leave; interrupts have been off since GRUB's jump.
bool platform_finish(void) {
    return true;
}

void platform_raw_map_get(struct platform_raw_map *given) {
    *given = (struct platform_raw_map){0};
}

void platform_stop(void) {
    arch_halt();
}

void boot_front(const struct multiboot2_information *info) {
    information = info;
    arch_serial_init();
    map_init();
    boot_run();
}
