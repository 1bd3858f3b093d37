// SPDX-License-Identifier: MIT
//
// boot/request.c: what counts between the markers, and which kernels are refused.

#include "unit.h"
#include "../../boot/request.h"
#include <string.h>

enum { WORDS = 64 };

static uint64_t image[WORDS];
static struct request_set set;
static const char *reason;

static int start(void **state) {
    (void)state;
    memset(image, 0, sizeof image);
    reason = NULL;
    return 0;
}

static void put_tag(size_t at, uint64_t revision) {
    image[at] = 0xf9562b2d5c95a6c8;
    image[at + 1] = 0x6a7b384944536bdc;
    image[at + 2] = revision;
}

static void put_request(size_t at, uint64_t id_2, uint64_t id_3) {
    image[at] = 0xc7b1dd30df4c8b88;
    image[at + 1] = 0x0a82e883a194f07b;
    image[at + 2] = id_2;
    image[at + 3] = id_3;
}

static void put_hhdm(size_t at) {
    put_request(at, 0x48dcf1cb8ad2b852, 0x63984e959a98244b);
}

static void put_start(size_t at) {
    static const uint64_t words[] = {0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316,
                                     0x181e920a7852b9d9};
    memcpy(image + at, words, sizeof words);
}

static void put_end(size_t at) {
    static const uint64_t words[] = {0xadc0e0531bb10d03, 0x9572709f31764c62};
    memcpy(image + at, words, sizeof words);
}

static bool scan(void) {
    return request_scan(image, sizeof image, &set, &reason);
}

static void test_nothing(void **state) {
    (void)state;
    assert_true(scan());
    assert_null(set.tag);
    assert_int_equal(set.base_revision, 0);
    for (size_t i = 0; i < REQUEST_KINDS; i++)
        assert_null(set.requests[i]);
}

static void test_without_markers(void **state) {
    (void)state;
    put_tag(1, 6);
    put_hhdm(10);
    assert_true(scan());
    assert_int_equal(set.base_revision, 6);
    assert_ptr_equal(set.tag, &image[1]);
    assert_ptr_equal(set.requests[REQUEST_HHDM], &image[10]);
}

static void test_only_between_markers(void **state) {
    (void)state;
    put_tag(0, 3);
    put_start(4);
    put_tag(8, 6);
    put_hhdm(12);
    put_end(20);
    put_request(24, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62);
    assert_true(scan());
    assert_int_equal(set.base_revision, 6);
    assert_non_null(set.requests[REQUEST_HHDM]);
    assert_null(set.requests[REQUEST_MEMORY_MAP]);
}

static void test_last_start_and_first_end(void **state) {
    (void)state;
    put_start(0);
    put_hhdm(4);
    put_start(12);
    put_tag(16, 5);
    put_end(20);
    put_tag(24, 6);
    put_end(28);
    assert_true(scan());
    assert_int_equal(set.base_revision, 5);
    assert_null(set.requests[REQUEST_HHDM]);
}

static void test_end_before_start(void **state) {
    (void)state;
    put_end(0);
    put_hhdm(4);
    put_start(12);
    put_tag(16, 6);
    assert_true(scan());
    assert_null(set.tag);
}

static void test_two_tags(void **state) {
    (void)state;
    put_tag(0, 6);
    put_tag(8, 6);
    assert_false(scan());
    assert_non_null(strstr(reason, "two base revision tags"));
}

static void test_request_twice(void **state) {
    (void)state;
    put_tag(0, 6);
    put_hhdm(8);
    put_hhdm(16);
    assert_false(scan());
    assert_non_null(strstr(reason, "twice"));
}

static void test_unknown_request_twice(void **state) {
    (void)state;
    put_request(8, 1, 2);
    assert_true(scan());
    put_request(16, 1, 3);
    assert_true(scan());
    put_request(24, 1, 2);
    assert_false(scan());
}

// A request whose members would lie behind the image is not found; the stack size has one more than others.
static void test_end_of_the_image(void **state) {
    (void)state;
    put_request(WORDS - 6, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d);
    assert_true(scan());
    assert_null(set.requests[REQUEST_STACK_SIZE]);
    start(NULL);
    put_request(WORDS - 7, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d);
    assert_true(scan());
    assert_non_null(set.requests[REQUEST_STACK_SIZE]);
    start(NULL);
    put_hhdm(WORDS - 6);
    assert_true(scan());
    assert_non_null(set.requests[REQUEST_HHDM]);
    start(NULL);
    put_hhdm(WORDS - 5);
    image[WORDS - 1] = 7;
    assert_true(scan());
    assert_null(set.requests[REQUEST_HHDM]);
    start(NULL);
    put_tag(WORDS - 3, 4);
    assert_true(scan());
    assert_int_equal(set.base_revision, 4);
    start(NULL);
    image[WORDS - 2] = 0xf9562b2d5c95a6c8;
    image[WORDS - 1] = 0x6a7b384944536bdc;
    assert_true(scan());
    assert_null(set.tag);
    assert_true(request_scan(image, 0, &set, &reason));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nothing, start),
        cmocka_unit_test_setup(test_without_markers, start),
        cmocka_unit_test_setup(test_only_between_markers, start),
        cmocka_unit_test_setup(test_last_start_and_first_end, start),
        cmocka_unit_test_setup(test_end_before_start, start),
        cmocka_unit_test_setup(test_two_tags, start),
        cmocka_unit_test_setup(test_request_twice, start),
        cmocka_unit_test_setup(test_unknown_request_twice, start),
        cmocka_unit_test_setup(test_end_of_the_image, start),
    };
    return cmocka_run_group_tests_name("boot_request", tests, NULL, NULL);
}
