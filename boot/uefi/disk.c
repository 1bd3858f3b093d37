// SPDX-License-Identifier: MIT
//
// The disk that the boot volume is a partition of: what its partition tables call it. Source:
// UEFI 2.10, 5.2.1 (MBR), 5.3.2 (GPT header), 10.3.5.1 (hard drive device path), 13.9 (block I/O).

#include "disk.h"
#include "device_path.h"
#include "firmware.h"
#include <base/limine.h>
#include <base/string.h>

#define BLOCK_MAX         4096
#define PATH_MAX          512
#define MEDIA_HARD_DRIVE  1
#define MBR_SIGNATURE_AT  440
#define GPT_DISK_GUID_AT  56
#define NODE_PARTITION_AT 4
#define NODE_SIGNATURE_AT 24
#define NODE_KIND_AT      41
#define KIND_MBR          1
#define KIND_GUID         2

static const struct efi_guid guid_block_io = {
    0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

static uint8_t block[BLOCK_MAX] __attribute__((aligned(BLOCK_MAX)));

static const struct efi_device_path *partition_node(const struct efi_device_path *path) {
    while (path != nullptr && !device_path_is(path, PATH_MEDIA, MEDIA_HARD_DRIVE))
        path = device_path_next(path);
    return path;
}

// The device whose path is all that comes before the partition's node.
static struct efi_block_io *disk_find(const struct efi_device_path *path,
                                      const struct efi_device_path *node) {
    static uint8_t copy[PATH_MAX] __attribute__((aligned(8)));
    static const uint8_t end[4] = {0x7f, 0xff, 4, 0};
    size_t length = (size_t)((const char *)node - (const char *)path);
    struct efi_device_path *rest = (struct efi_device_path *)(void *)copy;
    struct efi_block_io *disk;
    efi_handle_t handle;
    if (length > sizeof copy - sizeof end)
        return nullptr;
    memcpy(copy, path, length);
    memcpy(copy + length, end, sizeof end);
    if (firmware.system->boot->locate_device_path(&guid_block_io, &rest, &handle) != EFI_SUCCESS ||
        firmware.system->boot->handle_protocol(handle, &guid_block_io, (void **)&disk) != EFI_SUCCESS)
        return nullptr;
    return disk->media->block_size <= sizeof block && disk->media->block_size >= 512 ? disk : nullptr;
}

static bool block_read(struct efi_block_io *disk, uint64_t number) {
    return disk->read_blocks(disk, disk->media->id, number, disk->media->block_size, block) == EFI_SUCCESS;
}

void disk_describe(const struct efi_device_path *path, struct limine_file *file) {
    const struct efi_device_path *node = partition_node(path);
    if (node == nullptr)
        return;
    const uint8_t *bytes = (const uint8_t *)node;
    memcpy(&file->partition_index, bytes + NODE_PARTITION_AT, sizeof file->partition_index);
    if (bytes[NODE_KIND_AT] == KIND_GUID)
        memcpy(&file->partition, bytes + NODE_SIGNATURE_AT, sizeof file->partition);
    if (bytes[NODE_KIND_AT] == KIND_MBR)
        memcpy(&file->mbr_disk_id, bytes + NODE_SIGNATURE_AT, sizeof file->mbr_disk_id);
    struct efi_block_io *disk = disk_find(path, node);
    if (disk == nullptr)
        return;
    if (block_read(disk, 0))
        memcpy(&file->mbr_disk_id, block + MBR_SIGNATURE_AT, sizeof file->mbr_disk_id);
    if (block_read(disk, 1) && memcmp(block, "EFI PART", 8) == 0)
        memcpy(&file->disk, block + GPT_DISK_GUID_AT, sizeof file->disk);
}
