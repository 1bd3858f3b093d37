// SPDX-License-Identifier: MIT
//
// kernel/dev/acpi.c: the input is physical memory, the root pointer at its byte 16. A fuzzer seldom guesses a
// checksum, so each input is read twice: as it is, and with the checksums of the root pointer and of
// everything that looks like a table at an address divisible by 64 mended.

#include "fuzz.h"
#include "../unit/acpi_seal.h"
#include <base/types.h>
#include <dev/acpi.h>
#include <stdlib.h>
#include <string.h>

struct memory {
    const uint8_t *bytes;
    size_t size;
    uint64_t reads; // a parser that goes round in circles runs into this
};

#define READS_MOST 1'000'000

static bool memory_read(void *context, uint64_t physical, void *buffer, size_t length) {
    struct memory *memory = context;
    fuzz_check(memory->reads++ < READS_MOST);
    if (!range_within(physical, length, memory->size))
        return false;
    memcpy(buffer, memory->bytes + physical, length);
    return true;
}

static void parse(const uint8_t *bytes, size_t size) {
    static struct acpi acpi;
    struct memory memory = {.bytes = bytes, .size = size};
    // Not at 0, which means that there is no root pointer.
    enum acpi_error error = acpi_parse(&acpi, memory_read, &memory, 16);
    fuzz_check(error <= ACPI_VALUE);
    fuzz_check(acpi.io_apic_count <= ACPI_IO_APICS_MOST && acpi.override_count <= ACPI_OVERRIDES_MOST);
    fuzz_check(acpi.window_count <= ACPI_WINDOWS_MOST && acpi.defect_count <= ACPI_DEFECTS_MOST);
    fuzz_check(error == ACPI_OK || (!acpi.has_madt && acpi.hpet == 0 && acpi.pm_timer.address == 0));
    for (size_t i = 0; i < acpi.window_count; i++)
        fuzz_check(acpi.windows[i].bus_first <= acpi.windows[i].bus_last);
    for (size_t i = 0; i < acpi.defect_count; i++)
        fuzz_check(strlen(acpi.defects[i].table) == 4 && acpi.defects[i].error != ACPI_OK);
}

static void mend(uint8_t *bytes, size_t size, uint64_t at, uint64_t length, uint64_t checksum_at) {
    if (range_within(at, length, size) && checksum_at < length)
        acpi_seal(bytes + at, length, checksum_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, bytes, size);
    parse(copy, size);
    for (uint64_t at = 64; at + 36 <= size; at += 64) {
        uint32_t length;
        memcpy(&length, copy + at + 4, 4);
        mend(copy, size, at, length, 9);
    }
    mend(copy, size, 16, 20, 8);
    mend(copy, size, 16, 36, 32);
    parse(copy, size);
    free(copy);
    return 0;
}
