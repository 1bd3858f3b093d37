// SPDX-License-Identifier: MIT
//
// base/tar.c on arbitrary bytes. A fuzzer seldom guesses a checksum, so each input is read twice: as it is,
// and with the checksum of every block that has the magic mended.

#include "fuzz.h"
#include <base/tar.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void walk(const uint8_t *bytes, size_t size) {
    uint64_t slots[32];
    size_t offset;
    struct tar_reader reader;
    struct tar_entry entry;
    enum tar_error whole = tar_check(bytes, size, slots, array_length(slots), &offset);
    fuzz_check(offset <= size);
    tar_init(&reader, bytes, size);
    enum tar_error error;
    while ((error = tar_next(&reader, &entry)) == TAR_OK) {
        fuzz_check(strlen(entry.name) == entry.name_length && entry.name_length > 0);
        fuzz_check(entry.name[0] != '/' && entry.name[entry.name_length - 1] != '/');
        fuzz_check(strstr(entry.name, "//") == NULL && strcmp(entry.name, "..") != 0);
        fuzz_check(entry.data >= bytes && range_within((uint64_t)(entry.data - bytes), entry.size, size));
    }
    fuzz_check(whole != TAR_OK || error == TAR_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, bytes, size);
    walk(copy, size);
    for (size_t at = 0; at + TAR_BLOCK_SIZE <= size; at += TAR_BLOCK_SIZE) {
        unsigned sum = 0;
        if (memcmp(copy + at + 257, "ustar", 5) != 0)
            continue;
        memset(copy + at + 148, ' ', 8);
        for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
            sum += copy[at + i];
        snprintf((char *)copy + at + 148, 8, "%06o", sum);
    }
    walk(copy, size);
    free(copy);
    return 0;
}
