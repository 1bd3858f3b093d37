// SPDX-License-Identifier: MIT
//
// Files of the volume that the loader was started from, and what its device path tells about that volume.
// Source: UEFI 2.10, 13.4 and 13.5 (file system, files), 10.3.5 (media device paths).

#include "volume.h"
#include "../platform.h"
#include "device_path.h"
#include "disk.h"
#include "firmware.h"
#include <base/string.h>

#define MEDIA_CDROM     2
#define MEDIA_FILE_PATH 4

static const struct efi_guid guid_file_system = {
    0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_device_path = {
    0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_file_info = {
    0x09576e92, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

static struct efi_file *volume;         // the root folder; null when the volume has no file system
static struct limine_file volume_facts; // what each of its files is told of it
static char own_config[PLATFORM_PATH_MAX + 1];
static const char *config_paths[2];

// The folder of the application's file path, with limine.conf in it. Only plain ASCII paths.
static void find_own_config(void) {
    static const char name[] = "limine.conf";
    const struct efi_device_path *node = firmware.loaded->file_path;
    size_t length = 0;
    size_t folder = 0;
    for (; node != nullptr && device_path_is(node, PATH_MEDIA, MEDIA_FILE_PATH);
         node = device_path_next(node)) {
        const uint8_t *characters = (const uint8_t *)(node + 1);
        size_t size = (node->length[0] | (size_t)node->length[1] << 8) - sizeof *node;
        for (size_t i = 0; i + 1 < size && (characters[i] | characters[i + 1]) != 0; i += 2) {
            if (characters[i + 1] != 0 || length + sizeof name >= sizeof own_config)
                return;
            own_config[length++] = characters[i] == '\\' ? '/' : (char)characters[i];
            if (characters[i] == '\\')
                folder = length;
        }
    }
    if (folder == 0 || own_config[0] != '/')
        return;
    memcpy(own_config + folder, name, sizeof name);
    config_paths[0] = own_config;
}

const char *const *platform_config_paths(void) {
    return config_paths;
}

static void volume_look_at(const struct efi_device_path *path) {
    for (const struct efi_device_path *node = path; node != nullptr; node = device_path_next(node))
        if (device_path_is(node, PATH_MEDIA, MEDIA_CDROM))
            volume_facts.media_type = LIMINE_MEDIA_OPTICAL;
    disk_describe(path, &volume_facts);
}

void volume_init(void) {
    struct efi_file_system *file_system;
    struct efi_device_path *path;
    if (firmware.loaded == nullptr || firmware.loaded->device == nullptr)
        return;
    if (firmware.system->boot->handle_protocol(firmware.loaded->device, &guid_file_system,
                                               (void **)&file_system) != EFI_SUCCESS)
        return;
    if (firmware.system->boot->handle_protocol(firmware.loaded->device, &guid_device_path, (void **)&path) ==
        EFI_SUCCESS)
        volume_look_at(path);
    if (file_system->open_volume(file_system, &volume) != EFI_SUCCESS)
        volume = nullptr;
    find_own_config();
}

static bool to_firmware_path(const char *path, efi_char_t *converted) {
    size_t length = strlen(path);
    if (length > PLATFORM_PATH_MAX)
        return false;
    for (size_t i = 0; i <= length; i++)
        converted[i] = path[i] == '/' ? '\\' : (uint8_t)path[i];
    return true;
}

static enum platform_status file_size(struct efi_file *file, uint64_t *size) {
    static struct efi_file_info info;
    uint64_t room = sizeof info;
    if (file->get_info(file, &guid_file_info, &room, &info) != EFI_SUCCESS)
        return PLATFORM_IO_ERROR;
    if (info.attribute & EFI_FILE_DIRECTORY)
        return PLATFORM_NOT_FOUND;
    *size = info.file_size;
    return PLATFORM_OK;
}

static enum platform_status read_open(struct efi_file *opened, struct platform_file *file) {
    uint64_t base;
    enum platform_status status = file_size(opened, &file->size);
    if (status != PLATFORM_OK)
        return status;
    if (file->size > UINT64_MAX - PAGE_SIZE ||
        !platform_pages_allocate((file->size + PAGE_SIZE - 1) / PAGE_SIZE, &base))
        return PLATFORM_NO_MEMORY;
    file->data = (void *)(uintptr_t)base;
    for (uint64_t done = 0; done < file->size;) {
        uint64_t step = file->size - done;
        if (opened->read(opened, &step, (char *)file->data + done) != EFI_SUCCESS || step == 0)
            return PLATFORM_IO_ERROR;
        done += step;
    }
    return PLATFORM_OK;
}

enum platform_status platform_file_read(const char *path, struct platform_file *file) {
    efi_char_t name[PLATFORM_PATH_MAX + 1];
    struct efi_file *opened;
    if (volume == nullptr)
        return PLATFORM_IO_ERROR;
    if (!to_firmware_path(path, name))
        return PLATFORM_NOT_FOUND;
    efi_status_t found = volume->open(volume, &opened, name, EFI_FILE_READ, 0);
    if (found != EFI_SUCCESS)
        return found == EFI_NOT_FOUND ? PLATFORM_NOT_FOUND : PLATFORM_IO_ERROR;
    enum platform_status status = read_open(opened, file);
    opened->close(opened);
    return status;
}

const char *platform_reason(enum platform_status status) {
    switch (status) {
    case PLATFORM_OK:
        return "no error";
    case PLATFORM_NOT_FOUND:
        return "no such file on the boot volume";
    case PLATFORM_NO_MEMORY:
        return "too little memory";
    default:
        return "the boot volume cannot be read";
    }
}

void platform_describe_volume(struct limine_file *file) {
    file->media_type = volume_facts.media_type;
    file->partition_index = volume_facts.partition_index;
    file->mbr_disk_id = volume_facts.mbr_disk_id;
    file->disk = volume_facts.disk;
    file->partition = volume_facts.partition;
}
