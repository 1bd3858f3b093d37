// SPDX-License-Identifier: MIT
//
// user/init/image_record.c against what tools/imagec makes of images/default.toml (its path is the program's
// argument): the two agree on the layout, and every defect is named.

#include "unit.h"
#include "image_record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *record_path;
static uint8_t *good; // as imagec wrote it
static size_t good_size;
static uint8_t *bytes; // a copy to spoil
static struct image image;
static bool seen[IMAGE_ERROR_LIMIT + 1];

static int load(void **state) {
    (void)state;
    FILE *file = fopen(record_path, "rb");
    if (file == NULL)
        return -1;
    good = malloc(1 << 20);
    good_size = fread(good, 1, 1 << 20, file);
    fclose(file);
    return good_size > 0 ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    free(good);
    return 0;
}

// An exact-size copy, so that the sanitizer sees every byte read behind it.
static int start(void **state) {
    (void)state;
    bytes = malloc(good_size);
    memcpy(bytes, good, good_size);
    return 0;
}

static int end(void **state) {
    (void)state;
    free(bytes);
    return 0;
}

static struct image_header *header(void) {
    return (struct image_header *)(void *)bytes;
}

static struct image_entry *entry(size_t index) {
    return (struct image_entry *)(void *)(bytes + sizeof(struct image_header)) + index;
}

static void seal(void) {
    header()->checksum = image_checksum(bytes, good_size);
}

static void refused(enum image_error error, size_t size) {
    assert_int_equal(image_open(&image, bytes, size), error);
    seen[error] = true;
}

static const struct image_entry *service(const char *name) {
    for (uint32_t i = 0; i < image.service_count; i++) {
        if (strcmp(image_string(&image, image.services[i].name), name) == 0)
            return &image.services[i];
    }
    fail_msg("there is no service %s", name);
    return NULL;
}

static void test_compiled_image_is_read(void **state) {
    (void)state;
    assert_int_equal(image_open(&image, bytes, good_size), IMAGE_OK);
    seen[IMAGE_OK] = true;
    const struct image_entry *serial = service("serial");
    assert_string_equal(image_string(&image, serial->path), "sbin/serial");
    assert_int_equal(serial->memory, 1 << 20);
    assert_int_equal(serial->port_count, 1);
    assert_int_equal(serial->ports[0].base, 0x3f8);
    assert_int_equal(serial->ports[0].count, 8);
    assert_int_equal(serial->interrupt_count, 1);
    assert_int_equal(serial->interrupts[0], 4);
    assert_int_equal(serial->flags, IMAGE_HEARS | IMAGE_ESSENTIAL);
    assert_int_equal(serial->raises, 1u << (service("console") - image.services));
    assert_int_equal(serial->argument_count, 1);
    assert_string_equal(image_string(&image, serial->arguments), "@frames");
    assert_true(serial->records[0] > 0);
    assert_int_equal(serial->records[8], 1);
    assert_int_equal(service("console")->grants, GRANT_INTERRUPT);
    const struct image_entry *terminal = service("terminal");
    const struct image_entry *keyboard = service("keyboard");
    assert_int_equal(service("console")->calls, 1u << (serial - image.services) |
                                                    1u << (keyboard - image.services) |
                                                    1u << (terminal - image.services) | IMAGE_CALLS_INIT);
    assert_int_equal(terminal->flags, IMAGE_HEARS | IMAGE_FRAMEBUFFER);
}

static void test_programs_get_what_their_entry_says(void **state) {
    (void)state;
    assert_int_equal(image_open(&image, bytes, good_size), IMAGE_OK);
    const struct image_entry *other = image_program_find(&image, "no-such-program");
    assert_ptr_equal(other, &image.programs[0]);
    assert_int_equal(other->grants, 0);
    assert_int_equal(image_program_find(&image, "kill")->grants, GRANT_KILL);
    assert_int_equal(image_program_find(&image, "kill")->calls, other->calls);
    uint32_t power = 1u << (service("power") - image.services);
    assert_int_equal(other->calls & power, 0);
    assert_int_equal(image_program_find(&image, "poweroff")->calls & power, power);
}

static void test_every_truncation_is_noticed(void **state) {
    (void)state;
    for (size_t size = 0; size < good_size; size++) {
        uint8_t *part = malloc(size);
        memcpy(part, good, size);
        assert_int_not_equal(image_open(&image, part, size), IMAGE_OK);
        free(part);
    }
    refused(IMAGE_ERROR_TRUNCATED, sizeof(struct image_header) - 1);
}

static void test_every_flipped_bit_is_noticed(void **state) {
    (void)state;
    for (size_t bit = 0; bit < good_size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(image_open(&image, bytes, good_size), IMAGE_OK);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    bytes[good_size - 2] ^= 1;
    refused(IMAGE_ERROR_CHECKSUM, good_size);
}

static void test_header(void **state) {
    (void)state;
    bytes[0] ^= 1;
    refused(IMAGE_ERROR_MAGIC, good_size);
    bytes[0] ^= 1;
    header()->version++;
    refused(IMAGE_ERROR_VERSION, good_size);
    header()->version--;
    header()->size++;
    refused(IMAGE_ERROR_SIZE, good_size);
    header()->size--;
    header()->service_count = UINT32_MAX;
    refused(IMAGE_ERROR_COUNT, good_size);
    header()->service_count = 0;
    header()->program_count = 0;
    refused(IMAGE_ERROR_COUNT, good_size);
}

static void entry_refused(enum image_error error) {
    seal();
    refused(error, good_size);
    memcpy(bytes, good, good_size);
}

static void test_entries(void **state) {
    (void)state;
    entry(0)->name = UINT32_MAX;
    entry_refused(IMAGE_ERROR_STRING);
    entry(0)->path = header()->string_size;
    entry_refused(IMAGE_ERROR_STRING);
    entry(0)->arguments = header()->string_size - 1;
    entry(0)->argument_count = 2;
    entry_refused(IMAGE_ERROR_STRING);
    entry(0)->name = 0;
    entry_refused(IMAGE_ERROR_NAME);
    entry(1)->name = entry(0)->name;
    entry_refused(IMAGE_ERROR_DUPLICATE);
    entry(0)->calls = 1u << 30;
    entry_refused(IMAGE_ERROR_MASK);
    entry(0)->grants = GRANTS_ALL + 1;
    entry_refused(IMAGE_ERROR_MASK);
    entry(0)->flags = IMAGE_FLAGS_ALL + 1;
    entry_refused(IMAGE_ERROR_MASK);
    entry(0)->ports[0].count = 0x10000;
    entry_refused(IMAGE_ERROR_RANGE);
    entry(0)->interrupts[0] = UINT32_MAX;
    entry_refused(IMAGE_ERROR_RANGE);
    entry(0)->port_count = IMAGE_PORTS_MAX + 1;
    entry_refused(IMAGE_ERROR_COUNT);
    entry(0)->keeps = entry(0)->memory;
    entry_refused(IMAGE_ERROR_LIMIT);
    entry(0)->memory = 0;
    entry_refused(IMAGE_ERROR_LIMIT);
    entry(0)->priority = 16;
    entry_refused(IMAGE_ERROR_LIMIT);
    entry(0)->weight = 0;
    entry_refused(IMAGE_ERROR_LIMIT);
}

static void test_every_error_was_seen(void **state) {
    (void)state;
    for (size_t error = 0; error < array_length(seen); error++) {
        if (!seen[error])
            fail_msg("never provoked: %s", image_error_text((enum image_error)error));
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s RECORD\n", arguments[0]);
        return 2;
    }
    record_path = arguments[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_compiled_image_is_read, start, end),
        cmocka_unit_test_setup_teardown(test_programs_get_what_their_entry_says, start, end),
        cmocka_unit_test_setup_teardown(test_every_truncation_is_noticed, start, end),
        cmocka_unit_test_setup_teardown(test_every_flipped_bit_is_noticed, start, end),
        cmocka_unit_test_setup_teardown(test_header, start, end),
        cmocka_unit_test_setup_teardown(test_entries, start, end),
        cmocka_unit_test(test_every_error_was_seen),
    };
    return cmocka_run_group_tests_name("image_record", tests, load, unload);
}
