// SPDX-License-Identifier: MIT
//
// One boot, from the configuration to the kernel's entry (boot_run(), platform.h): what its steps hand on to
// each other. Each field is filled by one step and only read later. Only the core knows it: fronts and
// processors do not.

#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "acpi.h"
#include "config.h"
#include "file.h"
#include "image.h"
#include "platform.h"
#include "request.h"

#define BOOT_MODULES_MAX 192 // of the configuration and of the kernel together

struct boot {
    // configuration
    struct config config;
    const struct config_entry *entry;

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

#endif
