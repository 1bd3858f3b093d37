// SPDX-License-Identifier: MIT
//
// What the port hands to kernel_main(): the boot protocol's answers, digested. Ranges are sorted,
// page-aligned, do not overlap.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <kernel/types.h>

enum boot_memory_kind {
    BOOT_MEMORY_USABLE = 1,
    BOOT_MEMORY_RECLAIM = 2, // the loader's: usable once boot is over (kernel_main gives it to the allocator)
    BOOT_MEMORY_ACPI = 3,
    BOOT_MEMORY_ACPI_NVS = 4,
};

struct boot_memory {
    uint64_t base;
    uint64_t length;
    enum boot_memory_kind kind;
};

#define BOOT_MEMORY_MOST 256

struct boot_framebuffer {
    uint64_t base; // physical, 0: none
    uint64_t width, height, pitch;
    uint64_t format; // as boot_info.framebuffer_format
};

struct boot_parameters {
    struct boot_memory memory[BOOT_MEMORY_MOST];
    size_t memory_count;
    char command_line[2048];
    paddr_t initrd;       // physical; page aligned, its last page is its own
    uint64_t initrd_size; // 0: none was given
    uint64_t rsdp;        // physical, 0: none
    int64_t boot_seconds; // UNIX time at monotonic time 0, 0: unknown
    struct boot_framebuffer framebuffer;
    char loader[64]; // name and version, for the log
};

// Whether kernel and programs divide it: free memory, and the loader's, which nobody needs any more.
static inline bool boot_memory_is_ours(const struct boot_memory *memory) {
    return memory->kind == BOOT_MEMORY_USABLE || memory->kind == BOOT_MEMORY_RECLAIM;
}

// Bytes of all that is ours.
static inline uint64_t boot_memory_bytes(const struct boot_parameters *parameters) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < parameters->memory_count; i++)
        bytes += boot_memory_is_ours(&parameters->memory[i]) ? parameters->memory[i].length : 0;
    return bytes;
}

// Portable start, on the boot CPU, with: direct map, W^X kernel mapping, traps, interrupt controllers, clock
// and early console working; interrupts off; CPU 0 attached. Does not return.
[[noreturn]] void kernel_main(const struct boot_parameters *parameters);
