// SPDX-License-Identifier: MIT
//
// user/init/image_record.c on arbitrary bytes, as they are and with size and checksum mended; what opens
// keeps the promises that init relies on.

#include "fuzz.h"
#include <image_record.h>
#include <stdlib.h>
#include <string.h>

static void check_entry(const struct image *image, const struct image_entry *entry, const uint8_t *end) {
    const char *argument = image_string(image, entry->arguments);
    fuzz_check(strlen(image_string(image, entry->name)) > 0);
    fuzz_check((const uint8_t *)image_string(image, entry->path) < end);
    for (uint32_t i = 0; i < entry->argument_count; i++) {
        fuzz_check((const uint8_t *)argument < end);
        argument += strlen(argument) + 1;
    }
    fuzz_check(entry->port_count <= IMAGE_PORTS_MAX && entry->interrupt_count <= IMAGE_INTERRUPTS_MAX);
    fuzz_check(((entry->calls & ~(uint32_t)IMAGE_CALLS_INIT) | entry->raises) >> image->service_count == 0);
    fuzz_check(image_program_find(image, image_string(image, entry->name)) != NULL);
}

static void open_and_check(const uint8_t *bytes, size_t size) {
    struct image image;
    if (image_open(&image, bytes, size) != IMAGE_OK)
        return;
    for (uint32_t i = 0; i < image.service_count; i++)
        check_entry(&image, &image.services[i], bytes + size);
    for (uint32_t i = 0; i < image.program_count; i++)
        check_entry(&image, &image.programs[i], bytes + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct image_header header;
    fuzz_check(copy != NULL);
    memcpy(copy, bytes, size);
    open_and_check(copy, size);
    if (size >= sizeof(header)) {
        memcpy(&header, copy, sizeof(header));
        memcpy(header.magic, "TSIMAGE\n", sizeof(header.magic));
        header.version = IMAGE_VERSION;
        header.size = (uint32_t)size;
        header.service_count %= 4;
        header.program_count = header.program_count % 4 + 1;
        header.string_size =
            (uint32_t)(size - sizeof(header) -
                       (header.service_count + header.program_count) * sizeof(struct image_entry));
        memcpy(copy, &header, sizeof(header));
        header.checksum = image_checksum(copy, size);
        memcpy(copy, &header, sizeof(header));
        open_and_check(copy, size);
    }
    free(copy);
    return 0;
}
