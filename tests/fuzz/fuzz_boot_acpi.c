// SPDX-License-Identifier: MIT
//
// boot/acpi.c on arbitrary bytes, as physical memory from address 4096 on. Checksums are beyond a fuzzer, so
// every 16-byte step that starts with four capital letters is taken for a table and sealed, if its length
// allows.

#include "fuzz.h"
#include "../unit/acpi_seal.h"
#include "../../boot/acpi.h"
#include "../../boot/platform.h"
#include <stdlib.h>
#include <string.h>

enum { MEMORY_BASE = 4096, RANGES = 1024 };

static uint8_t *memory;
static size_t memory_size;

const void *platform_memory(uint64_t address, uint64_t length) {
    if (address < MEMORY_BASE || !range_within(address - MEMORY_BASE, length, memory_size))
        return NULL;
    return memory + (address - MEMORY_BASE);
}

static void seal(size_t at, size_t length, size_t sum_at) {
    acpi_seal(memory + at, length, sum_at);
}

static void seal_all(void) {
    for (size_t at = 0; at + 36 <= memory_size; at += 16) {
        uint32_t length;
        memcpy(&length, memory + at + 4, sizeof length);
        if (memcmp(memory + at, "RSD PTR ", 8) == 0) {
            seal(at, 20, 8);
            seal(at, 36, 32);
        } else if (memory[at] >= 'A' && memory[at] <= 'Z' && length >= 36 &&
                   range_within(at, length, memory_size)) {
            seal(at, length, 9);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct limine_memory_range ranges[RANGES];
    struct memory_map map = {ranges, 0, RANGES};
    struct acpi_tables tables;
    memory = malloc(size > 0 ? size : 1);
    fuzz_check(memory != NULL);
    memcpy(memory, bytes, size);
    memory_size = size;
    seal_all();
    uint64_t rsdp = acpi_rsdp_search(MEMORY_BASE, MEMORY_BASE + size);
    if (acpi_walk(rsdp, &tables, &map)) {
        acpi_timer_port(&tables);
        for (size_t i = 0; acpi_io_apic(&tables, i) != 0; i++)
            fuzz_check(i < size);
        for (size_t i = 0; acpi_remapping_unit(&tables, i) != 0; i++)
            fuzz_check(i < size);
        for (size_t i = 0; acpi_amd_iommu(&tables, i) != 0; i++)
            fuzz_check(i < size);
        struct acpi_processor processor;
        for (size_t i = 0; acpi_processor(&tables, i, &processor); i++)
            fuzz_check(i < size);
        struct acpi_local_nmi nmi;
        for (size_t i = 0; acpi_local_nmi(&tables, i, &nmi); i++)
            fuzz_check(i < size && nmi.pin <= 1);
    }
    for (size_t i = 0; i < map.count; i++)
        fuzz_check(ranges[i].base >= align_down(MEMORY_BASE, PAGE_SIZE) &&
                   ranges[i].base + ranges[i].length <= align_up(MEMORY_BASE + size, PAGE_SIZE));
    free(memory);
    return 0;
}
