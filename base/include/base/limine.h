// SPDX-License-Identifier: MIT
//
// The Limine boot protocol: identifiers, and the layouts of requests and responses, for loader and kernel.
// Source: limine-protocol PROTOCOL.md, base revisions 3 to 6. A pointer in a response is an address in the
// higher half direct map of the loaded kernel, so here it is a number: the loader itself cannot follow it.
// The test kernels have declarations of their own, so that a slip here does not agree with itself.

#ifndef BASE_LIMINE_H
#define BASE_LIMINE_H

#include <base/types.h>

#define LIMINE_BASE_REVISION_MIN 3
#define LIMINE_BASE_REVISION_MAX 6

// Words of identifiers: what all requests begin with, the tag of the base revision, the markers around the
// requests.
#define LIMINE_COMMON 0xc7b1dd30df4c8b88ULL, 0x0a82e883a194f07bULL
#define LIMINE_BASE   0xf9562b2d5c95a6c8ULL, 0x6a7b384944536bdcULL
#define LIMINE_START                                                                                         \
    0xf6b8f4b39de7d1aeULL, 0xfab91a6940fcb9cfULL, 0x785c6ed015d3e316ULL, 0x181e920a7852b9d9ULL
#define LIMINE_END 0xadc0e0531bb10d03ULL, 0x9572709f31764c62ULL

// The third and fourth word of each request's identifier.
#define LIMINE_ID_BOOTLOADER_INFO    0xf55038d8e2a1202fULL, 0x279426fcf5f59740ULL
#define LIMINE_ID_CMDLINE            0x4b161536e598651eULL, 0xb390ad4a2f1f303aULL
#define LIMINE_ID_FIRMWARE_TYPE      0x8c2f75d90bef28a8ULL, 0x7045a4688eac00c3ULL
#define LIMINE_ID_STACK_SIZE         0x224ef0460a8e8926ULL, 0xe1cb0fc25f46ea3dULL
#define LIMINE_ID_HHDM               0x48dcf1cb8ad2b852ULL, 0x63984e959a98244bULL
#define LIMINE_ID_FRAMEBUFFER        0x9d5827dcd881dd75ULL, 0xa3148604f6fab11bULL
#define LIMINE_ID_PAGING_MODE        0x95c1a0edab0944cbULL, 0xa4e5cb3842f7488aULL
#define LIMINE_ID_MEMORY_MAP         0x67cf3d9d378a806fULL, 0xe304acdfc50c3c62ULL
#define LIMINE_ID_ENTRY_POINT        0x13d86c035a1cd3e1ULL, 0x2b0caa89d8f3026aULL
#define LIMINE_ID_EXECUTABLE_FILE    0xad97e90e83f1ed67ULL, 0x31eb5d1c5ff23b69ULL
#define LIMINE_ID_MODULE             0x3e7e279702be32afULL, 0xca1c4f3bd1280ceeULL
#define LIMINE_ID_RSDP               0xc5e77b6b397e7b43ULL, 0x27637845accdcf3cULL
#define LIMINE_ID_SMBIOS             0x9e9046f11e095391ULL, 0xaa4a520fefbde5eeULL
#define LIMINE_ID_EFI_SYSTEM_TABLE   0x5ceba5163eaaf6d6ULL, 0x0a6981610cf65fccULL
#define LIMINE_ID_EFI_MEMORY_MAP     0x7df62a431d6872d5ULL, 0xa4fcdfb3e57306c8ULL
#define LIMINE_ID_DATE_AT_BOOT       0x502746e184c088aaULL, 0xfbc5ec83e6327893ULL
#define LIMINE_ID_EXECUTABLE_ADDRESS 0x71ba76863cc55f63ULL, 0xb2644a48c516a487ULL
#define LIMINE_ID_PERFORMANCE        0x6b50ad9bf36d13adULL, 0xdc4c7e88fc759e17ULL
#define LIMINE_ID_KEEP_IOMMU         0x8ebaabe51f490179ULL, 0x2aa86a59ffb4ab0fULL
#define LIMINE_ID_TSC_FREQUENCY      0x10f2ee1d87d195e4ULL, 0xf747a2b78f6ddb31ULL
#define LIMINE_ID_MP                 0x95a67b819a1b857eULL, 0xa0b61b723b6a73e0ULL
#define LIMINE_ID_EVENT_LOG          0x98e094fc7e76e979ULL, 0xee8d8775c54e1d1fULL
#define LIMINE_ID_ENTROPY            0x65ea80255d5682c5ULL, 0x9117240723f493ebULL

struct limine_base_tag {
    uint64_t magic[2]; // magic[1] becomes the revision that was used
    uint64_t revision; // becomes 0 when it is supported
};

// What every request starts with. Members after `response` depend on the identifier.
struct limine_request {
    uint64_t id[4];
    uint64_t revision;
    uint64_t response;
};

struct limine_stack_size_request {
    struct limine_request head;
    uint64_t stack_size;
};

struct limine_paging_mode_request {
    struct limine_request head;
    uint64_t mode;
    uint64_t max_mode; // request revision 1
    uint64_t min_mode;
};

struct limine_entry_point_request {
    struct limine_request head;
    uint64_t entry;
};

// The flags, and the response, are of the architecture.
struct limine_mp_request {
    struct limine_request head;
    uint64_t flags;
};

struct limine_entropy_request {
    struct limine_request head;
    uint64_t count;
};

struct limine_module_request {
    struct limine_request head;
    uint64_t internal_count; // request revision 1
    uint64_t internal_modules;
};

#define LIMINE_INTERNAL_MODULE_REQUIRED   1
#define LIMINE_INTERNAL_MODULE_COMPRESSED 2

struct limine_internal_module {
    uint64_t path;
    uint64_t string;
    uint64_t flags;
};

// Stack size, entry point and keep-IOMMU are answered by this alone.
struct limine_response {
    uint64_t revision;
};

struct limine_bootloader_info_response {
    uint64_t revision;
    uint64_t name;
    uint64_t version;
};

// Command line, firmware type, HHDM, paging mode, RSDP, EFI system table, date, TSC frequency, executable
// file: one word each.
struct limine_word_response {
    uint64_t revision;
    uint64_t word;
};

// Framebuffers, memory map, modules: a count and an array of pointers.
struct limine_array_response {
    uint64_t revision;
    uint64_t count;
    uint64_t pointers;
};

struct limine_smbios_response {
    uint64_t revision;
    uint64_t entry_32;
    uint64_t entry_64;
};

#define LIMINE_EVENT_LOG_TCG_1_2 1
#define LIMINE_EVENT_LOG_TCG_2   2

struct limine_event_log_response {
    uint64_t revision;
    uint64_t format;
    uint64_t size;
    uint64_t address;
};

struct limine_entropy_response {
    uint64_t revision;
    uint64_t count;
    uint64_t values;
};

struct limine_efi_memory_map_response {
    uint64_t revision;
    uint64_t map;
    uint64_t size;
    uint64_t descriptor_size;
    uint64_t descriptor_version;
};

struct limine_executable_address_response {
    uint64_t revision;
    uint64_t physical_base;
    uint64_t virtual_base;
};

struct limine_performance_response {
    uint64_t revision;
    uint64_t reset_usec;
    uint64_t init_usec;
    uint64_t exec_usec;
};

enum limine_memory_type : uint64_t {
    LIMINE_MEMORY_USABLE = 0,
    LIMINE_MEMORY_RESERVED = 1,
    LIMINE_MEMORY_ACPI_RECLAIMABLE = 2,
    LIMINE_MEMORY_ACPI_NVS = 3,
    LIMINE_MEMORY_BAD = 4,
    LIMINE_MEMORY_LOADER_RECLAIMABLE = 5,
    LIMINE_MEMORY_EXECUTABLE_AND_MODULES = 6,
    LIMINE_MEMORY_FRAMEBUFFER = 7,
    LIMINE_MEMORY_RESERVED_MAPPED = 8, // base revision 4
    LIMINE_MEMORY_TYPES = 9,
};

struct limine_memory_range {
    uint64_t base;
    uint64_t length;
    enum limine_memory_type type;
};

struct limine_uuid {
    uint32_t a;
    uint16_t b;
    uint16_t c;
    uint8_t d[8];
};

enum limine_media_type : uint32_t {
    LIMINE_MEDIA_GENERIC = 0,
    LIMINE_MEDIA_OPTICAL = 1,
};

struct limine_file {
    uint64_t revision;
    uint64_t address;
    uint64_t size;
    uint64_t path;
    uint64_t string;
    enum limine_media_type media_type;
    uint32_t unused;
    uint32_t tftp_ip;
    uint32_t tftp_port;
    uint32_t partition_index;
    uint32_t mbr_disk_id;
    struct limine_uuid disk;
    struct limine_uuid partition;
    struct limine_uuid file_system;
};
static_assert(sizeof(struct limine_file) == 112);

#define LIMINE_FRAMEBUFFER_RGB 1

struct limine_video_mode {
    uint64_t pitch;
    uint64_t width;
    uint64_t height;
    uint16_t bits_per_pixel;
    uint8_t memory_model;
    uint8_t red_mask_size;
    uint8_t red_mask_shift;
    uint8_t green_mask_size;
    uint8_t green_mask_shift;
    uint8_t blue_mask_size;
    uint8_t blue_mask_shift;
};

struct limine_framebuffer {
    uint64_t address;
    uint64_t width;
    uint64_t height;
    uint64_t pitch;
    uint16_t bits_per_pixel;
    uint8_t memory_model;
    uint8_t red_mask_size;
    uint8_t red_mask_shift;
    uint8_t green_mask_size;
    uint8_t green_mask_shift;
    uint8_t blue_mask_size;
    uint8_t blue_mask_shift;
    uint8_t unused[7];
    uint64_t edid_size;
    uint64_t edid;
    uint64_t mode_count; // response revision 1
    uint64_t modes;
};
static_assert(offsetof(struct limine_framebuffer, edid_size) == 48);

enum limine_firmware : uint64_t {
    LIMINE_FIRMWARE_BIOS = 0,
    LIMINE_FIRMWARE_EFI64 = 2,
};

#endif
