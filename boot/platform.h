// SPDX-License-Identifier: MIT
//
// What the loader's core asks of the firmware it runs on. Each front (boot/uefi, boot/multiboot2) implements
// all of it and is linked with the core into one program, so there is exactly one platform and no table of
// pointers.
//
// Lifecycle: a front sets itself up, then calls boot_run(), the core. Everything but platform_console_write()
// and platform_stop() may be called only before platform_finish().

#ifndef BOOT_PLATFORM_H
#define BOOT_PLATFORM_H

#include "key.h"
#include "memory_map.h"

#define PLATFORM_PATH_MAX 255 // characters of a file's path

// Boots; called once.
[[noreturn]] void boot_run(void);

enum platform_status {
    PLATFORM_OK,
    PLATFORM_NOT_FOUND,
    PLATFORM_NO_MEMORY,
    PLATFORM_IO_ERROR,
};

struct platform_file {
    void *data; // starts on a page, shares no page with anything else; memory of the loader
    uint64_t size;
};

struct platform_framebuffer {
    uint64_t address; // physical
    uint32_t width;
    uint32_t height;
    uint32_t pitch; // bytes
    uint16_t bits_per_pixel;
    uint8_t red_size, red_shift;
    uint8_t green_size, green_shift;
    uint8_t blue_size, blue_shift;
};

// Physical addresses of what firmware tells about itself; 0 where there is none.
struct platform_tables {
    uint64_t rsdp;
    uint64_t smbios_32;
    uint64_t smbios_64;
    uint64_t efi_system_table;
};

// The firmware's own memory map as it was when the firmware was left; `map` is 0 on a platform without one.
struct platform_raw_map {
    uint64_t map;
    uint64_t size;
    uint64_t descriptor_size;
    uint32_t descriptor_version;
};

// The loader's own program in memory, in whole pages.
extern const char loader_begin[];
extern const char loader_end[];

// The TPM's log of measurements, as the protocol hands it on; format 0 when there is none.
struct platform_event_log {
    uint64_t format;
    const void *data;
    uint64_t size;
};

extern const char platform_name[]; // as `if_fw_type` has it
extern const enum limine_firmware platform_firmware;

// The bytes of physical memory at [address, address + length), which firmware's tables point at; null where
// the loader has nothing mapped. Physical memory is mapped at its own address while the loader runs.
const void *platform_memory(uint64_t address, uint64_t length);

// Places where the configuration may be besides the common ones; null-terminated.
const char *const *platform_config_paths(void);

// Both consoles that a person may look at: the screen as far as the firmware offers one, and the serial line.
void platform_console_write(const char *text, size_t length);

// The screen as rows of text, for the menu: cleared, then row by row, and left with what comes next below.
void platform_screen_clear(void);
void platform_screen_row(unsigned row, const char *text, bool is_selected);
void platform_screen_close(unsigned rows);
// Whether the serial line is for the core to read and write; else the platform's screen and keys have it in
// them.
bool platform_needs_serial(void);
// A key that was pressed; KEY_NONE when there is none, at once.
enum key platform_key(void);
void platform_wait_ms(unsigned milliseconds);

// Reads a whole file of the boot volume; `path` is absolute with '/' between names. When it cannot,
// platform_reason() says why, in words for the person at the console.
[[nodiscard]] enum platform_status platform_file_read(const char *path, struct platform_file *file);
const char *platform_reason(enum platform_status status);

// What is known about the volume that files come from: medium, partition, identifiers.
void platform_describe_volume(struct limine_file *file);

// Memory of the loader (reclaimable), zeroed. False when there is none.
[[nodiscard]] bool platform_pages_allocate(uint64_t pages, uint64_t *base);

// The same, below `limit`.
[[nodiscard]] bool platform_low_pages_allocate(uint64_t pages, uint64_t limit, uint64_t *base);

[[nodiscard]] bool platform_framebuffer_find(struct platform_framebuffer *framebuffer);

// The mode number `index` of the same screen: `width` is 0 for one that cannot be used. False behind the
// last.
[[nodiscard]] bool platform_mode_get(size_t index, struct platform_framebuffer *mode);
[[nodiscard]] bool platform_mode_set(size_t index);

// The screen's EDID and its size; 0 where it is not known.
size_t platform_edid_get(const uint8_t **bytes);
void platform_tables_find(struct platform_tables *tables);

// Random bytes from the firmware. False when it has no generator.
[[nodiscard]] bool platform_random(void *bytes, size_t size);

// A copy of the log in loader memory.
void platform_event_log_get(struct platform_event_log *log);

// Seconds since 1970 from the real-time clock; 0 when there is no clock.
int64_t platform_date(void);

// How many ranges platform_map_read() may deliver from now on, also after platform_finish().
size_t platform_map_bound(void);

// Appends the platform's ranges, unsorted and possibly overlapping. False when they do not fit.
[[nodiscard]] bool platform_map_read(struct memory_map *map);

// Leaves the firmware: no interrupt, no firmware call and no allocation from here on. False when the firmware
// refuses; it may then still be used for messages.
[[nodiscard]] bool platform_finish(void);
void platform_raw_map_get(struct platform_raw_map *raw);

// After the last message: this machine does nothing any more until somebody resets it.
[[noreturn]] void platform_stop(void);

#endif
