// SPDX-License-Identifier: MIT
//
// user/lib/heap.c: random use against a shadow of what each block should hold; all that was freed is one
// piece again; wrong pointers stop the program.

#include "unit.h"
#include "seed.h"
#include <user/heap.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 200, STEPS = 20000, SOURCE_SIZE = 4 * 1024 * 1024 };

static _Alignas(HEAP_ALIGNMENT) char source[SOURCE_SIZE];
static size_t source_used;
static size_t source_limit = SOURCE_SIZE;
static jmp_buf corrupted;

void *heap_source(size_t size) {
    if (size > source_limit - source_used)
        return NULL;
    char *region = source + source_used;
    source_used += size;
    memset(region, 0xa5, size);
    return region;
}

void heap_corrupt(void) {
    longjmp(corrupted, 1);
}

struct shadow {
    unsigned char *bytes;
    size_t size;
    unsigned char fill;
};

static void check(const struct shadow *shadow) {
    for (size_t i = 0; i < shadow->size; i++)
        assert_int_equal(shadow->bytes[i], shadow->fill);
}

static size_t random_size(unsigned *seed) {
    return (size_t)rand_r(seed) % (rand_r(seed) % 16 == 0 ? 100000 : 300);
}

static void step(struct shadow *shadow, unsigned *seed) {
    check(shadow);
    if (shadow->bytes == NULL || rand_r(seed) % 4 == 0) {
        size_t size = random_size(seed);
        unsigned char *bytes = heap_resize(shadow->bytes, size);
        if (bytes == NULL) { // the source is used up: the old block is as it was
            check(shadow);
            return;
        }
        assert_int_equal((uintptr_t)bytes % HEAP_ALIGNMENT, 0);
        for (size_t i = 0; i < shadow->size && i < size; i++)
            assert_int_equal(bytes[i], shadow->fill);
        *shadow = (struct shadow){.bytes = bytes, .size = size, .fill = (unsigned char)rand_r(seed)};
        memset(bytes, shadow->fill, size);
    } else {
        heap_free(shadow->bytes);
        *shadow = (struct shadow){};
    }
}

static void test_random_use(void **state) {
    (void)state;
    static struct shadow shadows[BLOCKS];
    unsigned seed = seed_choose("test_user_heap", SEED_ANY);
    for (int i = 0; i < STEPS; i++)
        step(&shadows[rand_r(&seed) % BLOCKS], &seed);
    for (int i = 0; i < BLOCKS; i++) {
        check(&shadows[i]);
        heap_free(shadows[i].bytes);
    }
    assert_int_equal(heap_used(), 0);
    // The regions came one behind the other, so what is free is one block now: nothing more is fetched for
    // it.
    size_t before = source_used;
    source_limit = source_used;
    void *all = heap_allocate(before - 2 * sizeof(void *));
    assert_non_null(all);
    assert_null(heap_allocate(HEAP_GROW_SIZE));
    heap_free(all);
    assert_int_equal(source_used, before);
}

static void test_sizes_at_the_edge(void **state) {
    (void)state;
    source_limit = SOURCE_SIZE;
    assert_null(heap_allocate(SIZE_MAX));
    assert_null(heap_allocate(SIZE_MAX - 16));
    assert_null(heap_allocate(SIZE_MAX - 64));
    void *none = heap_allocate(0);
    void *other = heap_allocate(0);
    assert_non_null(none);
    assert_ptr_not_equal(none, other);
    heap_free(none);
    heap_free(other);
    heap_free(NULL);
    unsigned char *zeroed = heap_allocate_zeroed(1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(zeroed[i], 0);
    heap_free(zeroed);
    assert_int_equal(heap_used(), 0);
}

static void test_wrong_pointers_are_noticed(void **state) {
    (void)state;
    char *block = heap_allocate(100);
    char *fence = heap_allocate(100);
    memset(block, 0, 100);
    volatile int noticed = 0;
    if (setjmp(corrupted) == 0)
        heap_free(block + 32);
    else
        noticed++;
    heap_free(block);
    if (setjmp(corrupted) == 0)
        heap_free(block);
    else
        noticed++;
    heap_free(fence);
    assert_int_equal(noticed, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_use),
        cmocka_unit_test(test_sizes_at_the_edge),
        cmocka_unit_test(test_wrong_pointers_are_noticed),
    };
    return cmocka_run_group_tests_name("user_heap", tests, NULL, NULL);
}
