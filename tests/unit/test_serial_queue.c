// SPDX-License-Identifier: MIT
//
// user/drivers/serial/queue.c: bytes come out as they went in, records whole or not at all. That the runner
// understands the records is tested by tests/system.

#include "unit.h"
#include <queue.h>
#include <string.h>

static struct queue queue;

static int start(void **state) {
    (void)state;
    memset(&queue, 0, sizeof(queue));
    return 0;
}

static size_t drain(uint8_t *bytes) {
    size_t length = 0;
    while (queue_pop(&queue, &bytes[length]))
        length++;
    return length;
}

static void test_order_around_the_end(void **state) {
    (void)state;
    uint8_t next_in = 0;
    uint8_t next_out = 0;
    size_t inside = 0;
    for (size_t round = 0; round < 5000; round++) {
        uint8_t bytes[97];
        size_t length = round * 31 % sizeof(bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(next_in + i);
        size_t pushed = queue_push(&queue, bytes, length);
        next_in = (uint8_t)(next_in + pushed);
        inside += pushed;
        assert_int_equal(queue_room(&queue), QUEUE_SIZE - inside);
        for (size_t i = 0; i < round * 17 % 97 && inside > 0; i++, inside--) {
            uint8_t byte = 0;
            assert_true(queue_pop(&queue, &byte));
            assert_int_equal(byte, next_out++);
        }
    }
}

static void test_a_full_queue_takes_what_fits(void **state) {
    (void)state;
    static uint8_t bytes[QUEUE_SIZE + 1];
    uint8_t byte;
    assert_int_equal(queue_push(&queue, bytes, QUEUE_SIZE - 3), QUEUE_SIZE - 3);
    assert_int_equal(queue_push(&queue, bytes, 5), 3);
    assert_int_equal(queue_push(&queue, bytes, 5), 0);
    assert_int_equal(drain(bytes), QUEUE_SIZE);
    assert_false(queue_pop(&queue, &byte));
}

static void test_records(void **state) {
    (void)state;
    static uint8_t bytes[QUEUE_SIZE + 1];
    assert_true(queue_push_record(&queue, "0badcafe", 'o', "hello", 5));
    assert_true(queue_push_record(&queue, "0badcafe", 'e', "0", 1));
    assert_int_equal(drain(bytes), 2 * RECORD_HEADER_SIZE + 6);
    assert_memory_equal(bytes,
                        "\x1e"
                        "0badcafeo0005\nhello\x1e"
                        "0badcafee0001\n0",
                        36);
}

static void test_a_record_goes_in_whole_or_not_at_all(void **state) {
    (void)state;
    static uint8_t bytes[QUEUE_SIZE + 1];
    for (size_t room = 0; room < 40; room++) {
        start(NULL);
        assert_int_equal(queue_push(&queue, bytes, QUEUE_SIZE - room), QUEUE_SIZE - room);
        size_t most = queue_record_room(&queue);
        assert_int_equal(most, room > RECORD_HEADER_SIZE ? room - RECORD_HEADER_SIZE : 0);
        assert_false(queue_push_record(&queue, "01234567", 'o', bytes, most + (room >= RECORD_HEADER_SIZE)));
        assert_int_equal(queue_room(&queue), room);
        if (most > 0) {
            assert_true(queue_push_record(&queue, "01234567", 'o', bytes, most));
            assert_int_equal(queue_room(&queue), 0);
        }
    }
    start(NULL);
    assert_int_equal(queue_record_room(&queue), QUEUE_SIZE - RECORD_HEADER_SIZE);
    assert_false(queue_push_record(&queue, "01234567", 'o', bytes, RECORD_PAYLOAD_MAX + 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_order_around_the_end, start),
        cmocka_unit_test_setup(test_a_full_queue_takes_what_fits, start),
        cmocka_unit_test_setup(test_records, start),
        cmocka_unit_test_setup(test_a_record_goes_in_whole_or_not_at_all, start),
    };
    return cmocka_run_group_tests_name("serial_queue", tests, NULL, NULL);
}
