// SPDX-License-Identifier: MIT
//
// The compiled form of images/*.toml, /etc/image.rec in the initrd: which services and programs there are and
// what each may use. tools/imagec writes it, init reads it, so init parses no TOML. The bytes are not
// trusted: image_open() examines all that the getters rely on and names the first defect. The buffer must
// outlive the image and must not change. tools/imagec has the same layout; tests/unit/test_image_record.c
// compares them.

#ifndef INIT_IMAGE_RECORD_H
#define INIT_IMAGE_RECORD_H

#include <base/types.h>
#include <user/image_grants.h>

#define IMAGE_PATH "etc/image.rec"

enum {
    IMAGE_VERSION = 2,
    IMAGE_SERVICES_MAX = 31,
    IMAGE_PROGRAMS_MAX = 256,
    IMAGE_PORTS_MAX = 8,
    IMAGE_INTERRUPTS_MAX = 8,
    IMAGE_RECORDS = 13,
};

enum image_flag : uint32_t {
    IMAGE_HEARS = 1u << 0,       // has a notification that outlives it
    IMAGE_ESSENTIAL = 1u << 1,   // when it cannot be restarted, the system stops
    IMAGE_LOG = 1u << 2,         // platform part: the kernel log
    IMAGE_ACPI = 1u << 3,        // platform parts: firmware tables
    IMAGE_INITRD = 1u << 4,      // the boot archive, read only
    IMAGE_ROOT = 1u << 5,        // all of the platform and the root quota: for tests of the system
    IMAGE_MINTS = 1u << 6,       // makes badges of its endpoint itself
    IMAGE_FRAMEBUFFER = 1u << 7, // the memory of the screen
    IMAGE_FLAGS_ALL = 0xff,
};

#define IMAGE_CALLS_INIT (1u << 31)

enum image_error {
    IMAGE_OK,
    IMAGE_ERROR_TRUNCATED,
    IMAGE_ERROR_MAGIC,
    IMAGE_ERROR_VERSION,
    IMAGE_ERROR_SIZE,
    IMAGE_ERROR_CHECKSUM,
    IMAGE_ERROR_COUNT,
    IMAGE_ERROR_STRING,
    IMAGE_ERROR_NAME,
    IMAGE_ERROR_DUPLICATE,
    IMAGE_ERROR_MASK,
    IMAGE_ERROR_RANGE,
    IMAGE_ERROR_LIMIT,
};

const char *image_error_text(enum image_error error);

struct image_ports {
    uint32_t base;
    uint32_t count;
};

// A service or a program, as it lies in the record (little endian, natural alignment).
struct image_entry {
    uint32_t name; // offsets into the strings
    uint32_t path;
    uint32_t arguments; // argument_count strings, one after the other
    uint32_t argument_count;
    uint64_t memory; // bytes of its quota
    uint64_t keeps;  // bytes of memory that outlive it, services only; part of its quota
    uint32_t priority;
    uint32_t weight;
    uint32_t places; // badge places of its endpoint, services only
    uint32_t grants; // image_grant
    uint32_t flags;  // image_flag
    uint32_t calls;  // bit n: gets a badge of service n; IMAGE_CALLS_INIT: of init
    uint32_t raises; // bit n: may raise the notification of service n
    uint32_t port_count;
    uint32_t interrupt_count;
    struct image_ports ports[IMAGE_PORTS_MAX];
    uint32_t interrupts[IMAGE_INTERRUPTS_MAX];
    uint32_t records[IMAGE_RECORDS]; // kernel records of its quota, in the order of abi/objects.toml
};
static_assert(sizeof(struct image_entry) == 216);

struct image_header {
    uint8_t magic[8]; // "TSIMAGE\n"
    uint32_t version;
    uint32_t size;     // of the whole record
    uint32_t checksum; // CRC-32 (IEEE 802.3) of the record with this field 0
    uint32_t service_count;
    uint32_t program_count; // the first program holds the defaults of programs that have no entry
    uint32_t string_size;   // strings stand behind the entries
};
static_assert(sizeof(struct image_header) == 32);

struct image {
    const struct image_entry *services; // service_count of them, then the programs
    const struct image_entry *programs;
    const char *strings;
    uint32_t service_count;
    uint32_t program_count;
};

// `bytes` is 8-byte aligned.
[[nodiscard]] enum image_error image_open(struct image *image, const void *bytes, size_t size);

// The entry of this name, else the default entry.
const struct image_entry *image_program_find(const struct image *image, const char *name);

static inline const char *image_string(const struct image *image, uint32_t offset) {
    return image->strings + offset;
}

uint32_t image_checksum(const void *bytes, size_t size);

#endif
