// SPDX-License-Identifier: MIT
//
// See image_record.h. Decides everything in image_open(), so that the getters need no check.

#include "image_record.h"
#include <base/string.h>

enum {
    NAME_LENGTH_MAX = 31,
    ARGUMENTS_MAX = 16,
    PORT_LIMIT = 0x10000,
    INTERRUPT_LIMIT = 4096,
    PRIORITY_LIMIT = 16
};

static const char *const error_texts[] = {
    [IMAGE_OK] = "no error",
    [IMAGE_ERROR_TRUNCATED] = "shorter than its header",
    [IMAGE_ERROR_MAGIC] = "not an image record",
    [IMAGE_ERROR_VERSION] = "made for another version of init",
    [IMAGE_ERROR_SIZE] = "its size does not agree with its header",
    [IMAGE_ERROR_CHECKSUM] = "wrong checksum",
    [IMAGE_ERROR_COUNT] = "too many entries, or no default program",
    [IMAGE_ERROR_STRING] = "a string lies outside the record",
    [IMAGE_ERROR_NAME] = "a name is empty or too long",
    [IMAGE_ERROR_DUPLICATE] = "a name stands twice",
    [IMAGE_ERROR_MASK] = "an unknown flag, grant or service",
    [IMAGE_ERROR_RANGE] = "a port or interrupt range is outside the machine's",
    [IMAGE_ERROR_LIMIT] = "a quota, priority or weight is outside its range",
};

const char *image_error_text(enum image_error error) {
    return (size_t)error < array_length(error_texts) ? error_texts[error] : "unknown error";
}

uint32_t image_checksum(const void *bytes, size_t size) {
    const size_t field = offsetof(struct image_header, checksum);
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = i >= field && i < field + 4 ? 0 : ((const uint8_t *)bytes)[i];
        sum ^= byte;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}

// Whether `count` strings lie at `offset`; the last byte of the strings is known to be NUL.
static bool strings_are_inside(const struct image *image, uint32_t size, uint32_t offset, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (offset >= size)
            return false;
        offset += (uint32_t)strlen(image->strings + offset) + 1;
    }
    return true;
}

static enum image_error ranges_check(const struct image_entry *entry) {
    if (entry->port_count > IMAGE_PORTS_MAX || entry->interrupt_count > IMAGE_INTERRUPTS_MAX)
        return IMAGE_ERROR_COUNT;
    for (uint32_t i = 0; i < entry->port_count; i++) {
        if (entry->ports[i].count == 0 ||
            !range_within(entry->ports[i].base, entry->ports[i].count, PORT_LIMIT))
            return IMAGE_ERROR_RANGE;
    }
    for (uint32_t i = 0; i < entry->interrupt_count; i++) {
        if (entry->interrupts[i] >= INTERRUPT_LIMIT)
            return IMAGE_ERROR_RANGE;
    }
    return IMAGE_OK;
}

static enum image_error entry_check(const struct image *image, uint32_t string_size,
                                    const struct image_entry *entry) {
    if (entry->argument_count > ARGUMENTS_MAX)
        return IMAGE_ERROR_COUNT;
    if (!strings_are_inside(image, string_size, entry->name, 1) ||
        !strings_are_inside(image, string_size, entry->path, 1) ||
        !strings_are_inside(image, string_size, entry->arguments, entry->argument_count))
        return IMAGE_ERROR_STRING;
    size_t length = strlen(image_string(image, entry->name));
    if (length == 0 || length > NAME_LENGTH_MAX)
        return IMAGE_ERROR_NAME;
    uint32_t known = (1u << image->service_count) - 1;
    if ((entry->calls & ~(known | IMAGE_CALLS_INIT)) != 0 || (entry->raises & ~known) != 0 ||
        (entry->flags & ~(uint32_t)IMAGE_FLAGS_ALL) != 0 || (entry->grants & ~(uint32_t)GRANTS_ALL) != 0)
        return IMAGE_ERROR_MASK;
    if (entry->memory == 0 || entry->keeps >= entry->memory || entry->priority >= PRIORITY_LIMIT ||
        entry->weight == 0 || entry->weight > 100 || entry->places > 4096)
        return IMAGE_ERROR_LIMIT;
    return ranges_check(entry);
}

static bool name_stands_before(const struct image *image, const struct image_entry *entries, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(image_string(image, entries[i].name), image_string(image, entries[index].name)) == 0)
            return true;
    }
    return false;
}

static enum image_error entries_check(const struct image *image, uint32_t string_size,
                                      const struct image_entry *entries, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        enum image_error error = entry_check(image, string_size, &entries[i]);
        if (error != IMAGE_OK)
            return error;
        if (name_stands_before(image, entries, i))
            return IMAGE_ERROR_DUPLICATE;
    }
    return IMAGE_OK;
}

static enum image_error header_check(const struct image_header *header, const void *bytes, size_t size) {
    if (size < sizeof(*header))
        return IMAGE_ERROR_TRUNCATED;
    if (memcmp(header->magic, "TSIMAGE\n", sizeof(header->magic)) != 0)
        return IMAGE_ERROR_MAGIC;
    if (header->version != IMAGE_VERSION)
        return IMAGE_ERROR_VERSION;
    if (header->service_count > IMAGE_SERVICES_MAX || header->program_count > IMAGE_PROGRAMS_MAX ||
        header->program_count == 0)
        return IMAGE_ERROR_COUNT;
    uint64_t entries = (uint64_t)(header->service_count + header->program_count) * sizeof(struct image_entry);
    if (header->size != size || header->string_size == 0 ||
        sizeof(*header) + entries + header->string_size != size)
        return IMAGE_ERROR_SIZE;
    return image_checksum(bytes, size) == header->checksum ? IMAGE_OK : IMAGE_ERROR_CHECKSUM;
}

enum image_error image_open(struct image *image, const void *bytes, size_t size) {
    const struct image_header *header = bytes;
    enum image_error error = header_check(header, bytes, size);
    if (error != IMAGE_OK)
        return error;
    image->service_count = header->service_count;
    image->program_count = header->program_count;
    image->services = (const struct image_entry *)(header + 1);
    image->programs = image->services + header->service_count;
    image->strings = (const char *)(image->programs + header->program_count);
    if (image->strings[header->string_size - 1] != 0)
        return IMAGE_ERROR_STRING;
    error = entries_check(image, header->string_size, image->services, image->service_count);
    if (error != IMAGE_OK)
        return error;
    return entries_check(image, header->string_size, image->programs, image->program_count);
}

const struct image_entry *image_program_find(const struct image *image, const char *name) {
    for (uint32_t i = 1; i < image->program_count; i++) {
        if (strcmp(image_string(image, image->programs[i].name), name) == 0)
            return &image->programs[i];
    }
    return &image->programs[0];
}
