// SPDX-License-Identifier: MIT
//
// boot/event_log.c: where a TPM event log ends, in both formats, and every way in which one can lie.

#include "unit.h"
#include "../../boot/event_log.h"
#include <string.h>

static uint8_t log_bytes[512];
static size_t used;

static void put(uint64_t value, size_t size) {
    memcpy(log_bytes + used, &value, size);
    used += size;
}

// TCG_PCR_EVENT with `size` bytes of data; returns where the data begins.
static size_t put_old(uint32_t size) {
    put(0, 4);
    put(3, 4);
    used += 20;
    put(size, 4);
    size_t data = used;
    used += size;
    return data;
}

// The first event of a newer log: two algorithms, SHA-1 and SHA-256.
static int start(void **state) {
    (void)state;
    memset(log_bytes, 0, sizeof log_bytes);
    used = 0;
    size_t data = put_old(24 + 4 + 8 + 1);
    size_t end = used;
    used = data + 24;
    put(2, 4);
    put(0x04, 2);
    put(20, 2);
    put(0x0b, 2);
    put(32, 2);
    used = end;
    return 0;
}

static size_t put_new(uint32_t size) {
    size_t at = used;
    put(1, 4);
    put(8, 4);
    put(2, 4);
    put(0x04, 2);
    used += 20;
    put(0x0b, 2);
    used += 32;
    put(size, 4);
    used += size;
    return at;
}

static void test_new_format(void **state) {
    (void)state;
    size_t size = 0;
    size_t first_end = used;
    assert_true(event_log_size(log_bytes, sizeof log_bytes, 0, EVENT_LOG_TCG_2, &size));
    assert_int_equal(size, first_end);
    put_new(5);
    size_t last = put_new(7);
    assert_true(event_log_size(log_bytes, sizeof log_bytes, last, EVENT_LOG_TCG_2, &size));
    assert_int_equal(size, used);
    // To the last byte.
    assert_true(event_log_size(log_bytes, used, last, EVENT_LOG_TCG_2, &size));
    for (size_t room = last; room < used; room++)
        assert_false(event_log_size(log_bytes, room, last, EVENT_LOG_TCG_2, &size));
}

static void test_old_format(void **state) {
    (void)state;
    size_t size = 0;
    size_t last = used;
    put_old(9);
    assert_true(event_log_size(log_bytes, used, last, EVENT_LOG_TCG_1_2, &size));
    assert_int_equal(size, used);
    assert_false(event_log_size(log_bytes, used - 1, last, EVENT_LOG_TCG_1_2, &size));
}

static void test_lies(void **state) {
    (void)state;
    size_t size = 0;
    size_t last = put_new(0);
    uint32_t many = 17;
    memcpy(log_bytes + last + 8, &many, 4);
    assert_false(event_log_size(log_bytes, sizeof log_bytes, last, EVENT_LOG_TCG_2, &size));
    many = 2;
    memcpy(log_bytes + last + 8, &many, 4);
    log_bytes[last + 12] = 0x77; // an algorithm that the first event does not name
    assert_false(event_log_size(log_bytes, sizeof log_bytes, last, EVENT_LOG_TCG_2, &size));
    assert_false(event_log_size(log_bytes, sizeof log_bytes, SIZE_MAX, EVENT_LOG_TCG_2, &size));
    memset(log_bytes + 28, 0xff, 4);
    assert_false(event_log_size(log_bytes, sizeof log_bytes, 0, EVENT_LOG_TCG_2, &size));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_new_format, start),
        cmocka_unit_test_setup(test_old_format, start),
        cmocka_unit_test_setup(test_lies, start),
    };
    return cmocka_run_group_tests_name("boot_event_log", tests, NULL, NULL);
}
