// SPDX-License-Identifier: MIT
//
// base/tar.c: proper archives read back, and every named defect is provoked; the last test fails when an
// error exists that no test has seen.

#include "unit.h"
#include <base/tar.h>
#include <stdio.h>
#include <string.h>

enum { ARCHIVE_SIZE = 64 * TAR_BLOCK_SIZE, SLOTS = 16 };

static uint8_t archive[ARCHIVE_SIZE];
static size_t used;
static bool seen[TAR_ERROR_TOO_MANY_ENTRIES + 1];

static int start(void **state) {
    (void)state;
    memset(archive, 0, sizeof(archive));
    used = 0;
    return 0;
}

static void seal_header(size_t at) {
    unsigned sum = 0;
    memset(archive + at + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
        sum += archive[at + i];
    snprintf((char *)archive + at + 148, 8, "%06o", sum);
}

// Appends an entry in POSIX ustar form and returns the offset of its header.
static size_t add(char type, const char *name, const char *data) {
    size_t at = used;
    size_t size = strlen(data);
    char *header = (char *)archive + at;
    memcpy(header, name, strnlen(name, 100));
    snprintf(header + 100, 8, "%07o", 0755);
    snprintf(header + 124, 12, "%011zo", size);
    header[156] = type;
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    memcpy(header + TAR_BLOCK_SIZE, data, size);
    seal_header(at);
    used += TAR_BLOCK_SIZE + align_up(size, TAR_BLOCK_SIZE);
    return at;
}

static size_t add_long(const char *long_name, char type, const char *data) {
    size_t at = add('L', "././@LongLink", long_name);
    snprintf((char *)archive + at + 124, 12, "%011zo", strlen(long_name) + 1);
    seal_header(at);
    used = at + TAR_BLOCK_SIZE + align_up(strlen(long_name) + 1, TAR_BLOCK_SIZE);
    add(type, "truncated", data);
    return at;
}

static enum tar_error check_sized(size_t size, size_t slot_count, size_t *offset) {
    uint64_t slots[SLOTS];
    // At the end of its own allocation, so that ASan sees a read past the end.
    uint8_t *copy = test_malloc(size + 1);
    memcpy(copy, archive, size);
    enum tar_error error = tar_check(copy, size, slots, slot_count, offset);
    test_free(copy);
    seen[error] = true;
    return error;
}

static void expect(enum tar_error expected, size_t expected_offset) {
    size_t offset = 0;
    enum tar_error error = check_sized(used + 2 * TAR_BLOCK_SIZE, SLOTS, &offset);
    assert_string_equal(tar_error_text(error), tar_error_text(expected));
    assert_int_equal(offset, expected_offset);
}

static void test_files_and_directories(void **state) {
    (void)state;
    struct tar_reader reader;
    struct tar_entry entry;
    char long_name[301];
    memset(long_name, 'n', 300);
    long_name[100] = '/';
    long_name[300] = '\0';
    add('5', "bin/", "");
    add('0', "bin/ls", "hello");
    add('\0', "empty", "");
    add_long(long_name, '0', "long");
    expect(TAR_OK, used);

    tar_init(&reader, archive, used + TAR_BLOCK_SIZE);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_string_equal(entry.name, "bin");
    assert_true(entry.is_directory);
    assert_int_equal(entry.mode, 0755);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_string_equal(entry.name, "bin/ls");
    assert_false(entry.is_directory);
    assert_int_equal(entry.size, 5);
    assert_memory_equal(entry.data, "hello", 5);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_string_equal(entry.name, "empty");
    assert_int_equal(entry.size, 0);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_string_equal(entry.name, long_name);
    assert_int_equal(entry.name_length, 300);
    assert_memory_equal(entry.data, "long", 4);
    for (int i = 0; i < 2; i++)
        assert_int_equal(tar_next(&reader, &entry), TAR_END);
    seen[TAR_END] = true;

    assert_int_equal(tar_find(archive, used + TAR_BLOCK_SIZE, "bin/ls", &entry), TAR_OK);
    assert_int_equal(entry.size, 5);
    assert_int_equal(tar_find(archive, used + TAR_BLOCK_SIZE, "bin/l", &entry), TAR_END);
}

static void test_prefix_and_full_name(void **state) {
    (void)state;
    struct tar_reader reader;
    struct tar_entry entry;
    size_t at = add('0', "x", "");
    memset(archive + at, 'n', 100);
    memset(archive + at + 345, 'p', 155);
    seal_header(at);
    expect(TAR_OK, used);
    tar_init(&reader, archive, used + TAR_BLOCK_SIZE);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_int_equal(entry.name_length, 256);
    assert_int_equal(strspn(entry.name, "p"), 155);
    assert_int_equal(strspn(entry.name + 156, "n"), 100);

    // GNU archives keep times where POSIX has the prefix.
    memcpy(archive + at + 257, "ustar  ", 8);
    seal_header(at);
    tar_init(&reader, archive, used + TAR_BLOCK_SIZE);
    assert_int_equal(tar_next(&reader, &entry), TAR_OK);
    assert_int_equal(entry.name_length, 100);
}

static void test_every_truncation_is_noticed(void **state) {
    (void)state;
    size_t offset;
    add('0', "first", "data that fills part of a block");
    add_long("second", '0', "more data");
    for (size_t size = 0; size < used; size++) {
        enum tar_error error = check_sized(size, SLOTS, &offset);
        if (size == 0)
            assert_int_equal(error, TAR_ERROR_EMPTY);
        else
            assert_true(error == TAR_ERROR_NO_END_MARKER || error == TAR_ERROR_HEADER_TRUNCATED ||
                        error == TAR_ERROR_DATA_TRUNCATED);
    }
    assert_true(seen[TAR_ERROR_HEADER_TRUNCATED] && seen[TAR_ERROR_DATA_TRUNCATED]);
    assert_int_equal(check_sized(used, SLOTS, &offset), TAR_ERROR_NO_END_MARKER);
    assert_int_equal(check_sized(used + 100, SLOTS, &offset), TAR_ERROR_HEADER_TRUNCATED);
    assert_int_equal(check_sized(used + TAR_BLOCK_SIZE, SLOTS, &offset), TAR_OK);
}

static void test_every_flipped_header_bit_is_noticed(void **state) {
    (void)state;
    size_t offset;
    add('0', "name", "");
    for (size_t bit = 0; bit < 8UL * TAR_BLOCK_SIZE; bit++) {
        archive[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum tar_error error = check_sized(used + TAR_BLOCK_SIZE, SLOTS, &offset);
        // The checksum field has several spellings of one number.
        if (bit / 8 < 148 || bit / 8 >= 156)
            assert_int_not_equal(error, TAR_OK);
        archive[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void test_headers(void **state) {
    (void)state;
    size_t before = add('0', "before", "");
    size_t at = add('0', "name", "");
    uint8_t *header = archive + at;
    assert_int_equal(before, 0);

    memcpy(header + 257, "xstar", 5);
    seal_header(at);
    expect(TAR_ERROR_MAGIC, at);
    memcpy(header + 257, "ustar", 5);
    seal_header(at);
    header[0]++;
    expect(TAR_ERROR_CHECKSUM, at);
    header[0]--;
    memcpy(header + 148, "junk", 5);
    expect(TAR_ERROR_CHECKSUM, at);
    memcpy(header + 100, "abc\0\0\0\0", 8);
    seal_header(at);
    expect(TAR_ERROR_MODE_NOT_OCTAL, at);
    memcpy(header + 100, "0010000", 8);
    seal_header(at);
    expect(TAR_ERROR_MODE_NOT_OCTAL, at);
}

static void expect_size(const char *field, enum tar_error expected) {
    size_t at = add('0', "name", "");
    memcpy(archive + at + 124, field, 12);
    seal_header(at);
    expect(expected, expected == TAR_OK ? used : at);
    memset(archive + at, 0, TAR_BLOCK_SIZE);
    used = at;
}

static void test_sizes(void **state) {
    (void)state;
    expect_size("0000000008\0", TAR_ERROR_SIZE_NOT_OCTAL);
    expect_size("           ", TAR_ERROR_SIZE_NOT_OCTAL);
    expect_size("\0\0\0\0\0\0\0\0\0\0\0", TAR_ERROR_SIZE_NOT_OCTAL);
    expect_size("0000 00007\0", TAR_ERROR_SIZE_NOT_OCTAL);
    expect_size("-0000000001", TAR_ERROR_SIZE_NEGATIVE);
    expect_size("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", TAR_ERROR_SIZE_NEGATIVE);
    expect_size("\x80\0\0\1\0\0\0\0\0\0\0\0", TAR_ERROR_SIZE_TOO_LARGE);
    expect_size("\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", TAR_ERROR_SIZE_TOO_LARGE);
    expect_size("\x80\0\0\0\xff\xff\xff\xff\xff\xff\xfe\0", TAR_ERROR_DATA_TRUNCATED);
    expect_size("77777777777", TAR_ERROR_DATA_TRUNCATED);
    expect_size("777777777777", TAR_ERROR_DATA_TRUNCATED);
    expect_size("\x80\0\0\0\0\0\0\0\0\0\0\0", TAR_OK);
}

static void expect_entry(char type, const char *name, const char *data, enum tar_error expected) {
    size_t at = add(type, name, data);
    expect(expected, at);
    memset(archive + at, 0, ARCHIVE_SIZE - at);
    used = at;
}

static void test_names_and_types(void **state) {
    (void)state;
    add('0', "file", "");
    expect_entry('0', "", "", TAR_ERROR_NAME_EMPTY);
    expect_entry('0', "/bin/ls", "", TAR_ERROR_NAME_ABSOLUTE);
    expect_entry('5', "/", "", TAR_ERROR_NAME_ABSOLUTE);
    expect_entry('5', "./", "", TAR_ERROR_NAME_DOT);
    expect_entry('0', "./a", "", TAR_ERROR_NAME_DOT);
    expect_entry('0', "a/.", "", TAR_ERROR_NAME_DOT);
    expect_entry('0', "..", "", TAR_ERROR_NAME_DOT_DOT);
    expect_entry('0', "a/../b", "", TAR_ERROR_NAME_DOT_DOT);
    expect_entry('0', "a//b", "", TAR_ERROR_NAME_EMPTY_PART);
    expect_entry('5', "a//", "", TAR_ERROR_NAME_EMPTY_PART);
    expect_entry('0', "a/", "", TAR_ERROR_NAME_FILE_WITH_SLASH);
    expect_entry('5', "a", "data", TAR_ERROR_DIRECTORY_WITH_DATA);
    expect_entry('1', "a", "", TAR_ERROR_LINK);
    expect_entry('2', "a", "", TAR_ERROR_LINK);
    expect_entry('K', "a", "", TAR_ERROR_LINK);
    expect_entry('6', "a", "", TAR_ERROR_TYPE);
    expect_entry('x', "a", "", TAR_ERROR_TYPE);
    expect_entry('0', "file", "", TAR_ERROR_DUPLICATE);
    expect_entry('5', "file/", "", TAR_ERROR_DUPLICATE);
    expect_entry('0', "file/below", "", TAR_ERROR_PARENT_IS_FILE);
    add('0', ".../..a/b..", "");
    expect(TAR_OK, used);
}

static void test_parent_may_come_later(void **state) {
    (void)state;
    add('0', "a/b/c", "");
    size_t end = add('5', "a/", "");
    expect(TAR_OK, used);
    add('0', "a/b", "");
    expect(TAR_ERROR_PARENT_IS_FILE, 0);
    assert_true(end > 0);
}

static void test_long_names(void **state) {
    (void)state;
    char name[TAR_NAME_SIZE + 1];
    memset(name, 'x', sizeof(name));
    name[TAR_NAME_SIZE - 1] = '\0';
    add_long(name, '0', "");
    expect(TAR_OK, used);

    start(NULL);
    name[TAR_NAME_SIZE - 1] = 'x';
    name[TAR_NAME_SIZE] = '\0';
    add_long(name, '0', "");
    expect(TAR_ERROR_NAME_TOO_LONG, 0);

    start(NULL);
    add('L', "x", "no NUL");
    add('0', "x", "");
    expect(TAR_ERROR_LONG_NAME_UNTERMINATED, 0);

    start(NULL);
    add('L', "x", "");
    expect(TAR_ERROR_LONG_NAME_UNTERMINATED, 0);

    start(NULL);
    add_long("name", 'L', "");
    expect(TAR_ERROR_LONG_NAME_WITHOUT_ENTRY, 0);

    start(NULL);
    add_long("name", '0', "");
    memset(archive + 2L * TAR_BLOCK_SIZE, 0, TAR_BLOCK_SIZE);
    used = 2L * TAR_BLOCK_SIZE;
    expect(TAR_ERROR_LONG_NAME_WITHOUT_ENTRY, 0);

    start(NULL);
    add_long("", '0', "");
    expect(TAR_ERROR_NAME_EMPTY, 0);
}

static void test_entry_limit(void **state) {
    (void)state;
    size_t offset;
    char name[8];
    for (int i = 0; i < SLOTS / 2; i++) {
        snprintf(name, sizeof(name), "f%d", i);
        add('0', name, "");
    }
    expect(TAR_OK, used);
    size_t last = add('0', "last", "");
    expect(TAR_ERROR_TOO_MANY_ENTRIES, last);
    assert_int_equal(check_sized(used + TAR_BLOCK_SIZE, 0, &offset), TAR_ERROR_TOO_MANY_ENTRIES);
    assert_int_equal(offset, 0);
}

static void test_every_error_was_seen(void **state) {
    (void)state;
    for (size_t error = 0; error < array_length(seen); error++) {
        if (!seen[error])
            fail_msg("never provoked: %s", tar_error_text((enum tar_error)error));
        for (size_t other = 0; other < error; other++)
            assert_string_not_equal(tar_error_text((enum tar_error)error),
                                    tar_error_text((enum tar_error)other));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_files_and_directories, start),
        cmocka_unit_test_setup(test_prefix_and_full_name, start),
        cmocka_unit_test_setup(test_every_truncation_is_noticed, start),
        cmocka_unit_test_setup(test_every_flipped_header_bit_is_noticed, start),
        cmocka_unit_test_setup(test_headers, start),
        cmocka_unit_test_setup(test_sizes, start),
        cmocka_unit_test_setup(test_names_and_types, start),
        cmocka_unit_test_setup(test_parent_may_come_later, start),
        cmocka_unit_test_setup(test_long_names, start),
        cmocka_unit_test_setup(test_entry_limit, start),
        cmocka_unit_test(test_every_error_was_seen),
    };
    return cmocka_run_group_tests_name("tar", tests, NULL, NULL);
}
