// SPDX-License-Identifier: MIT
//
// user/servers/power/acpi.c on arbitrary physical memory: the input is what stands at address 4096. Checksums
// are mended where a table's signature stands, since a fuzzer seldom guesses them.

#include "fuzz.h"
#include "../unit/acpi_seal.h"
#include <acpi.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 4096 };

struct memory {
    uint8_t *bytes;
    size_t size;
};

static bool memory_read(void *context, uint64_t address, void *buffer, size_t length) {
    const struct memory *memory = context;
    if (address < BASE || !range_within(address - BASE, length, memory->size))
        return false;
    memcpy(buffer, memory->bytes + (address - BASE), length);
    return true;
}

static void mend(struct memory *memory, size_t at, size_t length, size_t field) {
    if (length > field && range_within(at, length, memory->size))
        acpi_seal(memory->bytes + at, length, field);
}

static void mend_tables(struct memory *memory) {
    static const char *const signatures[] = {"XSDT", "RSDT", "FACP", "DSDT"};
    for (size_t at = 0; at + 36 <= memory->size; at += 4) {
        for (size_t i = 0; i < array_length(signatures); i++) {
            uint32_t length;
            memcpy(&length, memory->bytes + at + 4, sizeof(length));
            if (memcmp(memory->bytes + at, signatures[i], 4) == 0)
                mend(memory, at, length, 9);
        }
    }
    mend(memory, 0, 20, 8);
    mend(memory, 0, 36, 32);
}

static void read_power(struct memory *memory) {
    struct acpi_power power;
    enum acpi_error error = acpi_power_read(&power, BASE, memory_read, memory);
    fuzz_check(acpi_error_text(error) != nullptr);
    fuzz_check(error == ACPI_OK || (!power.has_off && !power.has_reset));
    fuzz_check(!power.has_off || power.pm1a_control != 0);
    fuzz_check(!power.has_reset || power.reset_port != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct memory memory = {.bytes = malloc(size > 0 ? size : 1), .size = size};
    fuzz_check(memory.bytes != nullptr);
    memcpy(memory.bytes, bytes, size);
    read_power(&memory);
    mend_tables(&memory);
    read_power(&memory);
    free(memory.bytes);
    return 0;
}
