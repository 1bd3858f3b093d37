// SPDX-License-Identifier: MIT
//
// user/servers/file/index.c: every file of an archive is found by its path and listed in its directory,
// whatever the archive's order; directories that only a path implies are there too; running out of memory is
// an error.

#include "unit.h"
#include <index.h>
#include <stdio.h>
#include <string.h>
#include <user/heap.h>

static size_t allocations_left = SIZE_MAX;

void *heap_allocate(size_t size) {
    return allocations_left-- == 0 ? NULL : test_malloc(size);
}

void *heap_resize(void *block, size_t size) {
    return allocations_left-- == 0 ? NULL : test_realloc(block, size);
}

static uint8_t archive[64 * TAR_BLOCK_SIZE];
static size_t used;

static void add(const char *name, char type, const char *data) {
    char *header = (char *)archive + used;
    unsigned sum = 0;
    memset(header, 0, 2 * TAR_BLOCK_SIZE);
    strcpy(header, name);
    strcpy(header + 100, "0000644");
    snprintf(header + 124, 12, "%011zo", strlen(data));
    header[156] = type;
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
        sum += (uint8_t)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    strcpy(header + TAR_BLOCK_SIZE, data);
    used += data[0] ? 2 * TAR_BLOCK_SIZE : TAR_BLOCK_SIZE;
}

static int start(void **state) {
    (void)state;
    memset(archive, 0, sizeof(archive));
    used = 0;
    allocations_left = SIZE_MAX;
    return 0;
}

static void index_free(struct index *index) {
    for (size_t i = 0; i < index->count; i++)
        test_free((void *)(uintptr_t)index->files[i].path);
    test_free(index->files);
}

static enum index_error build(struct index *index, enum tar_error *defect) {
    return index_build(index, archive, used + TAR_BLOCK_SIZE, NULL, defect);
}

static int64_t find(const struct index *index, const char *path) {
    return index_find(index, path, strlen(path));
}

// The names in a directory, each with a blank behind it, read one by one as a client does.
static const char *list(const struct index *index, const char *path) {
    static char names[256];
    int64_t directory = find(index, path);
    const char *name;
    names[0] = '\0';
    assert_true(directory >= 0);
    for (int64_t at = 0; (at = index_next(index, (size_t)directory, (uint64_t)at, &name)) >= 0; at++) {
        strcat(names, name);
        strcat(names, " ");
    }
    return names;
}

static void test_find_and_list(void **state) {
    (void)state;
    struct index index;
    enum tar_error defect;
    // "bin-extra" and "bin.d" sort between "bin" and "bin/ls" for a comparison that knows no directories.
    add("bin/ls", '0', "ls");
    add("bin-extra", '0', "x");
    add("etc/deep/er/file", '0', "deep");
    add("bin", '5', "");
    add("bin.d/z", '0', "z");
    add("bin/cat", '0', "cat");
    add("a", '0', "");
    assert_int_equal(build(&index, &defect), INDEX_OK);
    assert_string_equal(list(&index, "/"), "a bin bin-extra bin.d etc ");
    assert_string_equal(list(&index, "/bin"), "cat ls ");
    assert_string_equal(list(&index, "/bin.d"), "z ");
    assert_string_equal(list(&index, "/etc"), "deep ");
    assert_string_equal(list(&index, "/etc/deep/er"), "file ");
    const struct index_file *file = &index.files[find(&index, "/etc/deep/er/file")];
    assert_int_equal(file->size, 4);
    assert_memory_equal(file->data, "deep", 4);
    assert_false(file->is_directory);
    assert_true(index.files[find(&index, "/etc/deep")].is_directory);
    assert_int_equal(find(&index, "/"), 0);
    static const char *const absent[] = {"",         "bin",   "/b", "/bi",        "/bin/l",
                                         "/bin/lss", "/bin/", "/z", "/etc/deep/e"};
    for (size_t i = 0; i < array_length(absent); i++)
        assert_int_equal(find(&index, absent[i]), -1);
    assert_int_equal(index_find(&index, "/bin/ls and more", 7), find(&index, "/bin/ls"));
    index_free(&index);
}

static void test_every_order_gives_the_same_table(void **state) {
    (void)state;
    static const char *const names[] = {"a", "a-b", "a/b", "a.c", "ab", "b/a", "b/c"};
    enum { NAMES = array_length(names) };
    for (size_t shift = 0; shift < NAMES; shift++) {
        for (size_t stride = 1; stride < NAMES; stride++) {
            struct index index;
            enum tar_error defect;
            start(NULL);
            for (size_t i = 0; i < NAMES; i++) {
                const char *name = names[(shift + i * stride) % NAMES];
                add(name, strcmp(name, "a") == 0 ? '5' : '0', "");
            }
            assert_int_equal(build(&index, &defect), INDEX_OK);
            assert_int_equal(index.count, NAMES + 2); // the root and "b"
            static const char *const sorted[] = {"", "a", "a/b", "a-b", "a.c", "ab", "b", "b/a", "b/c"};
            for (size_t i = 0; i < index.count; i++)
                assert_string_equal(index.files[i].path, sorted[i]);
            index_free(&index);
        }
    }
}

static void test_a_defect_keeps_what_stood_before_it(void **state) {
    (void)state;
    struct index index;
    enum tar_error defect;
    add("good", '0', "x");
    size_t bad = used;
    add("bad", '0', "y");
    archive[bad + 1] ^= 1;
    assert_int_equal(build(&index, &defect), INDEX_BAD_ARCHIVE);
    assert_int_equal(defect, TAR_ERROR_CHECKSUM);
    assert_string_equal(list(&index, "/"), "good ");
    index_free(&index);
}

static void test_no_memory_at_every_step(void **state) {
    (void)state;
    add("a/b/c", '0', "x");
    add("d", '0', "y");
    size_t failures = 0;
    for (;; failures++) {
        struct index index;
        enum tar_error defect;
        allocations_left = failures;
        enum index_error error = build(&index, &defect);
        bool enough = error == INDEX_OK;
        assert_true(enough || error == INDEX_NO_MEMORY);
        index_free(&index);
        if (enough)
            break;
    }
    assert_true(failures >= 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_find_and_list, start),
        cmocka_unit_test_setup(test_every_order_gives_the_same_table, start),
        cmocka_unit_test_setup(test_a_defect_keeps_what_stood_before_it, start),
        cmocka_unit_test_setup(test_no_memory_at_every_step, start),
    };
    return cmocka_run_group_tests_name("file_index", tests, NULL, NULL);
}
