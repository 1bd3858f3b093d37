// SPDX-License-Identifier: MIT
//
// One boot, from the configuration to the kernel's entry. A front calls boot_run() once; it does not return.
// struct boot is what the steps hand on to each other; each field is filled by one step and only read later.

#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "acpi.h"
#include "config.h"
#include "image.h"
#include "menu.h"
#include "platform.h"
#include "request.h"

#define BOOT_PATH_MAX    255
#define BOOT_MODULES_MAX 192 // of the configuration and of the kernel together

struct boot_file {
    const char *path;
    const char *string;
    struct platform_file file;
};

struct boot {
    // configuration
    struct config config;
    const struct config_entry *entry;
    char config_path[BOOT_PATH_MAX + 1];

    // files
    struct boot_file kernel;
    size_t module_count;
    struct boot_file modules[BOOT_MODULES_MAX];

    // kernel
    struct image image;
    struct request_set requests;
    uint64_t base_revision; // the one that is used

    // machine
    struct platform_framebuffer framebuffer;
    bool has_framebuffer;
    struct limine_framebuffer *screen; // what the kernel is told of it; null: nothing
    struct platform_tables tables;
    struct acpi_tables acpi;
    uint64_t stack_top; // physical
    uint64_t stack_size;
    uint64_t paging_mode; // the protocol's number
    uint64_t ticks_start;
    uint64_t ticks_frequency; // measured; 0 when unknown
    int64_t date;             // seconds since 1970
    size_t entropy_count;
    uint64_t *entropy;
    struct platform_event_log event_log;

    // memory, complete only after the firmware was left
    struct memory_map overlays; // what the loader adds to the platform's map
    struct memory_map raw;
    struct memory_map map;
};

[[noreturn]] void boot_run(void);

// Says why a file could not be read, and stops. `what` is what the file is to the person at the console.
[[noreturn]] void boot_file_stop(const char *what, const char *path, enum platform_status status,
                                 const struct platform_file *file);

// Says that a file is not what its hash promises, and stops unless the configuration tolerates it. No hash,
// no check.
void boot_file_check(const struct boot *boot, const struct boot_file *file, struct config_text hash);

// The address that the kernel uses for physical memory.
uint64_t boot_virtual(uint64_t physical);

// Writes the responses of everything that was asked for and is known. answer_reserve() comes before the
// firmware is left and sees to the memory.
void answer_reserve(struct boot *boot);
void answer_all(struct boot *boot);

// Shows the menu until an entry is chosen, or its time has come.
size_t menu_run(struct menu *menu);

// Collects what is known of the screen.
void screen_describe(struct boot *boot);
// Sets a mode of this size, and of this depth unless that is 0. False when the platform has none.
[[nodiscard]] bool screen_set(uint64_t width, uint64_t height, uint64_t bits);

// Reads the modules that the kernel and the configuration name.
void modules_load(struct boot *boot);

#endif
