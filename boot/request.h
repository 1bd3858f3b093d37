// SPDX-License-Identifier: MIT
//
// Finding the Limine requests in a loaded kernel image. The image is data that nobody vouches for: the scan
// stays inside it, and a request that would reach past the end is not found. What is found stays in place,
// and answers are written there.

#ifndef BOOT_REQUEST_H
#define BOOT_REQUEST_H

#include <base/limine.h>

enum request_kind {
    REQUEST_BOOTLOADER_INFO,
    REQUEST_CMDLINE,
    REQUEST_FIRMWARE_TYPE,
    REQUEST_STACK_SIZE,
    REQUEST_HHDM,
    REQUEST_FRAMEBUFFER,
    REQUEST_PAGING_MODE,
    REQUEST_MEMORY_MAP,
    REQUEST_ENTRY_POINT,
    REQUEST_EXECUTABLE_FILE,
    REQUEST_MODULE,
    REQUEST_RSDP,
    REQUEST_SMBIOS,
    REQUEST_EFI_SYSTEM_TABLE,
    REQUEST_EFI_MEMORY_MAP,
    REQUEST_DATE_AT_BOOT,
    REQUEST_EXECUTABLE_ADDRESS,
    REQUEST_PERFORMANCE,
    REQUEST_TSC_FREQUENCY,
    REQUEST_KEEP_IOMMU,
    REQUEST_MP,
    REQUEST_EVENT_LOG,
    REQUEST_ENTROPY,
    REQUEST_KINDS,
};

struct request_set {
    uint64_t base_revision;      // what the kernel asked for; 0 without a tag
    struct limine_base_tag *tag; // null when the image has none
    struct limine_request *requests[REQUEST_KINDS];
};

// Scans `length` bytes at `image`, 8-byte aligned. False with a reason when the kernel must be refused: two
// base revision tags, or the same request twice (also one that this loader does not answer).
[[nodiscard]] bool request_scan(void *image, size_t length, struct request_set *set, const char **reason);

#endif
