// SPDX-License-Identifier: MIT
//
// The part of UEFI's interface that the loader uses, written from the UEFI specification 2.10: chapters 4
// (system table), 7 (boot services), 8 (runtime services), 9 (loaded image), 10 (device paths), 12 (console,
// graphics), 13 (file system). Members that are not called are untyped.

#ifndef BOOT_UEFI_EFI_H
#define BOOT_UEFI_EFI_H

#include <base/types.h>

#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

typedef uint64_t efi_status_t;
typedef uint16_t efi_char_t;
typedef void *efi_handle_t;

#define EFI_SUCCESS          0ULL
#define EFI_ERROR(code)      (1ULL << 63 | (code))
#define EFI_BUFFER_TOO_SMALL EFI_ERROR(5)
#define EFI_NOT_FOUND        EFI_ERROR(14)

struct efi_guid {
    uint32_t a;
    uint16_t b;
    uint16_t c;
    uint8_t d[8];
};

struct efi_table_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t size;
    uint32_t crc32;
    uint32_t reserved;
};

struct efi_text_output {
    void *reset;
    efi_status_t(EFIAPI *output_string)(struct efi_text_output *self, const efi_char_t *string);
    void *test_string;
    void *modes[2];
    efi_status_t(EFIAPI *set_attribute)(struct efi_text_output *self, uint64_t attribute);
    efi_status_t(EFIAPI *clear_screen)(struct efi_text_output *self);
    efi_status_t(EFIAPI *set_cursor_position)(struct efi_text_output *self, uint64_t column, uint64_t row);
    efi_status_t(EFIAPI *enable_cursor)(struct efi_text_output *self, bool visible);
};

struct efi_key {
    uint16_t scan_code;
    efi_char_t character;
};

struct efi_text_input {
    void *reset;
    efi_status_t(EFIAPI *read_key)(struct efi_text_input *self, struct efi_key *key);
};

enum efi_memory_type : uint32_t {
    EFI_LOADER_CODE = 1,
    EFI_LOADER_DATA = 2,
    EFI_BOOT_SERVICES_CODE = 3,
    EFI_BOOT_SERVICES_DATA = 4,
    EFI_RUNTIME_SERVICES_CODE = 5,
    EFI_RUNTIME_SERVICES_DATA = 6,
    EFI_CONVENTIONAL_MEMORY = 7,
    EFI_UNUSABLE_MEMORY = 8,
    EFI_ACPI_RECLAIM_MEMORY = 9,
    EFI_ACPI_MEMORY_NVS = 10,
};

#define EFI_MEMORY_SPECIFIC_PURPOSE 0x40000ULL

struct efi_memory_descriptor {
    enum efi_memory_type type;
    uint32_t reserved;
    uint64_t physical;
    uint64_t virtual_address;
    uint64_t pages;
    uint64_t attribute;
};

struct efi_device_path;

struct efi_boot_services {
    struct efi_table_header header;
    void *priority[2];
    efi_status_t(EFIAPI *allocate_pages)(uint32_t how, enum efi_memory_type type, uint64_t pages,
                                         uint64_t *address);
    efi_status_t(EFIAPI *free_pages)(uint64_t address, uint64_t pages);
    efi_status_t(EFIAPI *get_memory_map)(uint64_t *size, void *map, uint64_t *key, uint64_t *descriptor_size,
                                         uint32_t *descriptor_version);
    void *pool[2];
    void *events[6];
    void *protocol_interfaces[3];
    efi_status_t(EFIAPI *handle_protocol)(efi_handle_t handle, const struct efi_guid *protocol,
                                          void **interface);
    void *reserved;
    void *handles[2];
    efi_status_t(EFIAPI *locate_device_path)(const struct efi_guid *protocol, struct efi_device_path **path,
                                             efi_handle_t *handle);
    void *install_table;
    void *images[4];
    efi_status_t(EFIAPI *exit_boot_services)(efi_handle_t image, uint64_t key);
    void *count;
    efi_status_t(EFIAPI *stall)(uint64_t microseconds);
    efi_status_t(EFIAPI *set_watchdog_timer)(uint64_t seconds, uint64_t code, uint64_t size,
                                             efi_char_t *data);
    void *controllers[2];
    void *open_protocol[3];
    void *handle_lists[2];
    efi_status_t(EFIAPI *locate_protocol)(const struct efi_guid *protocol, void *registration,
                                          void **interface);
};
static_assert(offsetof(struct efi_boot_services, locate_protocol) == 320);

struct efi_time {
    uint16_t year;
    uint8_t month;
    uint8_t day;
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint8_t padding;
    uint32_t nanosecond;
    int16_t time_zone; // minutes; 0x7ff: local time of an unknown zone
    uint8_t daylight;
    uint8_t padding_2;
};

struct efi_runtime_services {
    struct efi_table_header header;
    efi_status_t(EFIAPI *get_time)(struct efi_time *time, void *capabilities);
    void *times[3];
    void *virtual_memory[2];
    efi_status_t(EFIAPI *get_variable)(const efi_char_t *name, const struct efi_guid *vendor,
                                       uint32_t *attributes, uint64_t *size, void *data);
};
static_assert(offsetof(struct efi_runtime_services, get_variable) == 72);

struct efi_configuration_table {
    struct efi_guid guid;
    uint64_t table;
};

struct efi_system_table {
    struct efi_table_header header;
    efi_char_t *vendor;
    uint32_t firmware_revision;
    uint32_t padding;
    efi_handle_t input_handle;
    struct efi_text_input *input;
    efi_handle_t output_handle;
    struct efi_text_output *output;
    efi_handle_t error_handle;
    struct efi_text_output *error;
    struct efi_runtime_services *runtime;
    struct efi_boot_services *boot;
    uint64_t table_count;
    struct efi_configuration_table *tables;
};
static_assert(offsetof(struct efi_system_table, tables) == 112);

struct efi_device_path {
    uint8_t type;
    uint8_t subtype;
    uint8_t length[2];
};

struct efi_loaded_image {
    uint32_t revision;
    uint32_t padding;
    efi_handle_t parent;
    struct efi_system_table *system;
    efi_handle_t device;
    struct efi_device_path *file_path;
};

struct efi_file_info {
    uint64_t size;
    uint64_t file_size;
    uint64_t physical_size;
    struct efi_time times[3];
    uint64_t attribute;
    efi_char_t name[256];
};

#define EFI_FILE_READ      1ULL
#define EFI_FILE_DIRECTORY 0x10ULL

struct efi_file {
    uint64_t revision;
    efi_status_t(EFIAPI *open)(struct efi_file *self, struct efi_file **file, const efi_char_t *name,
                               uint64_t mode, uint64_t attributes);
    efi_status_t(EFIAPI *close)(struct efi_file *self);
    void *remove;
    efi_status_t(EFIAPI *read)(struct efi_file *self, uint64_t *size, void *data);
    void *write;
    void *position[2];
    efi_status_t(EFIAPI *get_info)(struct efi_file *self, const struct efi_guid *type, uint64_t *size,
                                   void *info);
};

struct efi_file_system {
    uint64_t revision;
    efi_status_t(EFIAPI *open_volume)(struct efi_file_system *self, struct efi_file **root);
};

struct efi_block_media {
    uint32_t id;
    bool is_removable, is_present, is_partition, is_read_only, caches_writes;
    uint32_t block_size;
    uint32_t alignment;
    uint64_t last_block;
};
static_assert(offsetof(struct efi_block_media, block_size) == 12);

struct efi_block_io {
    uint64_t revision;
    struct efi_block_media *media;
    void *reset;
    efi_status_t(EFIAPI *read_blocks)(struct efi_block_io *self, uint32_t media, uint64_t block,
                                      uint64_t size, void *data);
};

enum efi_pixel_format : uint32_t {
    EFI_PIXEL_RGB = 0, // red in the lowest byte
    EFI_PIXEL_BGR = 1,
    EFI_PIXEL_MASKS = 2,
    EFI_PIXEL_NONE = 3, // no framebuffer to write to
};

struct efi_graphics_mode {
    uint32_t version;
    uint32_t width;
    uint32_t height;
    enum efi_pixel_format format;
    uint32_t masks[4]; // red, green, blue, reserved
    uint32_t pixels_per_line;
};

struct efi_graphics_state {
    uint32_t mode_count;
    uint32_t mode;
    struct efi_graphics_mode *info;
    uint64_t info_size;
    uint64_t framebuffer;
    uint64_t framebuffer_size;
};

struct efi_graphics {
    efi_status_t(EFIAPI *query_mode)(struct efi_graphics *self, uint32_t mode, uint64_t *size,
                                     struct efi_graphics_mode **info);
    efi_status_t(EFIAPI *set_mode)(struct efi_graphics *self, uint32_t mode);
    void *blt;
    struct efi_graphics_state *state;
};

// What a screen says of itself: of "discovered" and "active" EDID (12.9.2.4, 12.9.2.5).
struct efi_edid {
    uint32_t size;
    const uint8_t *bytes;
};

#endif
