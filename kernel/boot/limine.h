// SPDX-License-Identifier: MIT
//
// The boot protocol's answers, copied out of the loader's memory. limine_take() is the first thing a port
// calls, still on the loader's page tables and stack; afterwards nothing of the loader's is looked at again.
#pragma once
#include <kernel/boot.h>
#include "memory_map.h"

struct limine_answers {
    unsigned revision;        // base revision that the loader works to
    uint64_t offset;          // of the loader's direct map
    uint64_t kernel_physical; // where the first byte of the image is
    uint64_t kernel_virtual;
};

// Fills `parameters` except memory, and digests the memory map into `map` with the kernel's image
// ([kernel_virtual, image_end)) and the initrd taken out. Panics, naming the answer, where there is no going
// on.
void limine_take(struct limine_answers *answers, struct boot_parameters *parameters, struct memory_map *map,
                 uint64_t image_end, uint64_t physical_limit);
