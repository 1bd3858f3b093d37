// SPDX-License-Identifier: MIT
//
// x86-64: the kernel's own address space. Built once by the boot CPU under the loader's page tables; root
// entries of the upper half never change after paging_finish(), so user roots copy them once.
//   DIRECT_MAP_BASE      usable RAM, writable, not executable
//   MMIO_BASE            device registers, uncached, mapped by mmio_map(), and the screen
//   STACKS_BASE          kernel stacks, with guard pages below
//   KERNEL_BASE          the kernel's image, a page at a time, W^X
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <kernel/types.h>
#include "../../boot/memory_map.h"
#include "cpu.h"

#define MMIO_BASE   0xffffd00000000000ull
#define MMIO_SIZE   0x0000000040000000ull
#define STACKS_BASE 0xffffe00000000000ull
#define STACKS_SIZE 0x0000000040000000ull
#define KERNEL_BASE 0xffffffff80000000ull

// Builds the tables: image, direct map of the map's memory and of the initrd, stacks of CPU 0. Memory for
// them is taken from the map's largest usable range, from the top. Until paging_switched() it is written at
// loader_offset + its address. Returns the root.
uint64_t paging_build(const struct memory_map *map, const struct boot_parameters *parameters,
                      uint64_t loader_offset, uint64_t kernel_physical, struct cpu_stacks *stacks);
// The new tables are in use.
void paging_switched(void);
// Sizes of what was taken are final: takes it out of the map. No mmio_map() and physical_read() from now on.
void paging_finish(struct memory_map *map);

// Maps device registers, for ever. Panics if they lie beyond what the processor can address.
void *mmio_map(uint64_t physical, size_t length);
// The same for what is drawn to: writes are combined.
void *framebuffer_map(uint64_t physical, size_t length);
// Copies physical memory, wherever it is: for firmware tables. False if the processor has no such address.
bool physical_read(uint64_t physical, void *buffer, size_t length);

// Does the address lie in the guard of a kernel stack?
bool paging_is_guard(uint64_t address);
// Bounds of the kernel stack that holds the address; false if none does.
bool paging_stack_bounds(uint64_t address, uint64_t *low, uint64_t *high);
