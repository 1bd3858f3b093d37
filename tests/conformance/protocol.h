// SPDX-License-Identifier: MIT
//
// The Limine boot protocol as its specification states it (PROTOCOL.md of limine-protocol, base revision 6),
// declared a second time and on purpose apart from base/limine.h: a mistake in the loader's declarations must
// not cancel itself out here. Pointers are typed as the kernel uses them.

#ifndef CONFORMANCE_PROTOCOL_H
#define CONFORMANCE_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

// What a response pointer holds before the loader runs: "left untouched" can be told from "set to null".
#define UNTOUCHED ((void *)0x5a5a5a5a5a5a5a5a)

struct request {
    uint64_t id[4];
    uint64_t revision;
    void *response;
    uint64_t arguments[3];
};

struct word_response {
    uint64_t revision;
    uint64_t word;
};

struct info_response {
    uint64_t revision;
    const char *name;
    const char *version;
};

struct text_response {
    uint64_t revision;
    const char *text;
};

enum memory_type : uint64_t {
    USABLE,
    RESERVED,
    ACPI_RECLAIMABLE,
    ACPI_NVS,
    BAD,
    RECLAIMABLE,
    EXECUTABLE_AND_MODULES,
    FRAMEBUFFER,
    RESERVED_MAPPED,
    MEMORY_TYPES,
};

struct range {
    uint64_t base;
    uint64_t length;
    enum memory_type type;
};

struct map_response {
    uint64_t revision;
    uint64_t count;
    struct range **ranges;
};

struct uuid {
    uint8_t bytes[16];
};

struct file {
    uint64_t revision;
    const uint8_t *address;
    uint64_t size;
    const char *path;
    const char *string;
    uint32_t media_type;
    uint32_t unused;
    uint32_t tftp_ip;
    uint32_t tftp_port;
    uint32_t partition_index;
    uint32_t mbr_disk_id;
    struct uuid disk;
    struct uuid partition;
    struct uuid file_system;
};

struct file_response {
    uint64_t revision;
    struct file *file;
};

struct module_response {
    uint64_t revision;
    uint64_t count;
    struct file **files;
};

struct internal_module {
    const char *path;
    const char *string;
    uint64_t flags;
};

struct video_mode {
    uint64_t pitch;
    uint64_t width;
    uint64_t height;
    uint16_t bits;
    uint8_t model;
    uint8_t red_size, red_shift;
    uint8_t green_size, green_shift;
    uint8_t blue_size, blue_shift;
};

struct framebuffer {
    void *address;
    uint64_t width;
    uint64_t height;
    uint64_t pitch;
    uint16_t bits;
    uint8_t model;
    uint8_t red_size, red_shift;
    uint8_t green_size, green_shift;
    uint8_t blue_size, blue_shift;
    uint8_t unused[7];
    uint64_t edid_size;
    const uint8_t *edid;
    uint64_t mode_count;
    struct video_mode **modes;
};

struct framebuffer_response {
    uint64_t revision;
    uint64_t count;
    struct framebuffer **framebuffers;
};

struct processor {
    uint32_t processor_id;
    uint32_t lapic_id;
    uint64_t reserved;
    uint64_t go_to;
    uint64_t extra;
};

struct processor_response {
    uint64_t revision;
    uint32_t flags;
    uint32_t boot_lapic_id;
    uint64_t count;
    struct processor **processors;
};

struct smbios_response {
    uint64_t revision;
    uint64_t entry_32;
    uint64_t entry_64;
};

struct event_log_response {
    uint64_t revision;
    uint64_t format;
    uint64_t size;
    const uint8_t *address;
};

struct efi_map_response {
    uint64_t revision;
    const uint8_t *map;
    uint64_t size;
    uint64_t descriptor_size;
    uint64_t descriptor_version;
};

struct address_response {
    uint64_t revision;
    uint64_t physical;
    uint64_t virtual_base;
};

struct performance_response {
    uint64_t revision;
    uint64_t reset;
    uint64_t init;
    uint64_t exec;
};

struct entropy_response {
    uint64_t revision;
    uint64_t count;
    const uint64_t *values;
};

#endif
