// SPDX-License-Identifier: MIT
//
// user/servers/pipe/pipe.c: the ring keeps bytes and their order whatever the pieces are, limits hold, and a
// pipe lives as long as one of its ends.

#include "unit.h"
#include "seed.h"
#include "pipe.h"
#include <stdlib.h>
#include <string.h>

static struct pipes pipes;

static int start(void **state) {
    (void)state;
    pipes = (struct pipes){};
    return 0;
}

static void test_ends(void **state) {
    (void)state;
    struct pipe *pipe = pipe_new(&pipes, 7, 1);
    assert_non_null(pipe);
    assert_ptr_equal(pipe_find(&pipes, 7), pipe);
    assert_null(pipe_find(&pipes, 8));
    assert_null(pipe_find(&pipes, 0));
    pipe_close(pipe, PIPE_WRITER);
    pipe_close(pipe, PIPE_WRITER);
    assert_ptr_equal(pipe_find(&pipes, 7), pipe);
    pipe_close(pipe, PIPE_READER);
    assert_null(pipe_find(&pipes, 7));
}

static void test_limits(void **state) {
    (void)state;
    uint64_t number = 1;
    for (uint32_t maker = 1; maker <= PIPES_MAX / PIPES_OF_MAKER_MAX; maker++) {
        for (size_t i = 0; i < PIPES_OF_MAKER_MAX; i++)
            assert_non_null(pipe_new(&pipes, number++, maker));
        assert_null(pipe_new(&pipes, number++, maker));
    }
    assert_null(pipe_new(&pipes, number, 1000));
    struct pipe *one = pipe_find(&pipes, 1);
    pipe_close(one, PIPE_READER);
    assert_null(pipe_new(&pipes, number, 1000));
    pipe_close(one, PIPE_WRITER);
    assert_non_null(pipe_new(&pipes, number, 1000));
}

// A used pipe's place is as good as new.
static void test_a_place_is_used_again(void **state) {
    (void)state;
    char *room;
    const char *bytes;
    struct pipe *pipe = pipe_new(&pipes, 1, 1);
    pipe_put(pipe, 100);
    pipe_take(pipe, 10);
    pipe_close(pipe, PIPE_READER);
    pipe_close(pipe, PIPE_WRITER);
    assert_ptr_equal(pipe_new(&pipes, 2, 1), pipe);
    assert_int_equal(pipe_filled(pipe, &bytes), 0);
    assert_int_equal(pipe_free(pipe, &room), PIPE_CAPACITY);
}

// Not a divisor of the ring's size, so that what is left there from the round before is something else.
static uint8_t next_of(uint8_t *next) {
    uint8_t value = *next;
    *next = (uint8_t)((value + 1) % 251);
    return value;
}

static size_t put(struct pipe *pipe, uint8_t *next, size_t wanted) {
    char *room;
    size_t count = pipe_free(pipe, &room);
    count = count < wanted ? count : wanted;
    for (size_t i = 0; i < count; i++)
        room[i] = (char)next_of(next);
    pipe_put(pipe, count);
    return count;
}

static size_t take(struct pipe *pipe, uint8_t *next, size_t wanted) {
    const char *bytes;
    size_t count = pipe_filled(pipe, &bytes);
    count = count < wanted ? count : wanted;
    for (size_t i = 0; i < count; i++)
        assert_int_equal((uint8_t)bytes[i], next_of(next));
    pipe_take(pipe, count);
    return count;
}

static void test_full_and_empty(void **state) {
    (void)state;
    uint8_t in = 0, out = 0;
    struct pipe *pipe = pipe_new(&pipes, 1, 1);
    assert_int_equal(put(pipe, &in, 2 * PIPE_CAPACITY), PIPE_CAPACITY);
    assert_int_equal(put(pipe, &in, 1), 0);
    assert_int_equal(take(pipe, &out, 1000), 1000);
    assert_int_equal(put(pipe, &in, 2000), 1000);
    assert_int_equal(take(pipe, &out, PIPE_CAPACITY), PIPE_CAPACITY - 1000);
    assert_int_equal(take(pipe, &out, PIPE_CAPACITY), 1000);
    assert_int_equal(take(pipe, &out, 1), 0);
}

static void test_random_pieces(void **state) {
    (void)state;
    srand(seed_choose("test_pipe", SEED_ANY));
    uint8_t in = 0, out = 0;
    size_t held = 0;
    struct pipe *pipe = pipe_new(&pipes, 1, 1);
    for (int i = 0; i < 20000; i++) {
        size_t wanted = (size_t)rand() % (2 * PIPE_CAPACITY);
        if (rand() % 2)
            held += put(pipe, &in, wanted);
        else
            held -= take(pipe, &out, wanted);
        assert_int_equal(pipe->length, held);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ends, start),
        cmocka_unit_test_setup(test_limits, start),
        cmocka_unit_test_setup(test_a_place_is_used_again, start),
        cmocka_unit_test_setup(test_full_and_empty, start),
        cmocka_unit_test_setup(test_random_pieces, start),
    };
    return cmocka_run_group_tests_name("pipe", tests, NULL, NULL);
}
