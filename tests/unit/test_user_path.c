// SPDX-License-Identifier: MIT
//
// user/lib/path.c: each file has one name, nothing climbs above the root, and nothing is cut off silently.

#include "unit.h"
#include <user/path.h>
#include <string.h>

static void expect(const char *directory, const char *path, const char *expected) {
    char out[PATH_SIZE];
    assert_true(path_resolve(directory, path, out));
    assert_string_equal(out, expected);
}

static void test_one_name(void **state) {
    (void)state;
    expect("/", "bin/ls", "/bin/ls");
    expect("/bin", "ls", "/bin/ls");
    expect("/bin/", "./ls", "/bin/ls");
    expect("/bin", "/etc/motd", "/etc/motd");
    expect("/a/b", "../c", "/a/c");
    expect("/a/b", "../../../c", "/c");
    expect("/a/b", "..", "/a");
    expect("/a", "..", "/");
    expect("/", ".", "/");
    expect("/a", ".", "/a");
    expect("/", "//a///b//", "/a/b");
    expect("/", "a/./b/../c", "/a/c");
    expect("/", "...", "/...");
    expect("/", ".a", "/.a");
}

static void test_length(void **state) {
    (void)state;
    char out[PATH_SIZE];
    char path[PATH_SIZE + 2];
    assert_false(path_resolve("/", "", out));
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[PATH_SIZE - 1] = '\0'; // with its NUL exactly as large as the result may be
    assert_true(path_resolve("/", path, out));
    assert_string_equal(out, path);
    path[PATH_SIZE - 1] = 'x';
    path[PATH_SIZE] = '\0';
    assert_false(path_resolve("/", path, out));
    path[PATH_SIZE - 1] = '\0';
    assert_false(path_resolve(path, "y", out));
    assert_true(path_resolve(path, "../y", out));
    assert_string_equal(out, "/y");
}

static void test_base(void **state) {
    (void)state;
    assert_string_equal(path_base("/bin/ls"), "ls");
    assert_string_equal(path_base("ls"), "ls");
    assert_string_equal(path_base("/bin/"), "");
    assert_string_equal(path_base(""), "");
}

static size_t parent(const char *path) {
    return path_parent(path, strlen(path));
}

static void test_parent(void **state) {
    (void)state;
    assert_int_equal(parent("/bin/ls"), 4);
    assert_int_equal(parent("/bin"), 0);
    assert_int_equal(parent("/"), 0);
    assert_int_equal(parent("bin/ls"), 3);
    assert_int_equal(parent("ls"), 0);
    assert_int_equal(parent(""), 0);
    assert_int_equal(path_parent("/bin/ls", 5), 4); // the length counts, not a NUL
    assert_int_equal(path_parent("/bin/ls", 3), 0);
    assert_true(path_ends_with_slash("/") && path_ends_with_slash("a/"));
    assert_false(path_ends_with_slash("") || path_ends_with_slash("a/b"));
}

static void test_inside(void **state) {
    (void)state;
    char out[PATH_SIZE];
    assert_true(path_inside("/tmp", "a", "/bin/ls", out));
    assert_string_equal(out, "/tmp/a/ls");
    assert_true(path_inside("/tmp", "/", "b/../c/.", out));
    assert_string_equal(out, "/c");
    assert_true(path_inside("/a/b", "..", ".", out));
    assert_string_equal(out, "/a/b");
    assert_false(path_inside("/tmp", "a", "/", out));
    assert_false(path_inside("/tmp", "a", "..", out));
    assert_false(path_inside("/tmp", "", "b", out));
    assert_false(path_inside("/tmp", "a", "", out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_name), cmocka_unit_test(test_length), cmocka_unit_test(test_base),
        cmocka_unit_test(test_parent),   cmocka_unit_test(test_inside),
    };
    return cmocka_run_group_tests_name("user_path", tests, NULL, NULL);
}
