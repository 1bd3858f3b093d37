// SPDX-License-Identifier: MIT
//
// user/lib/allowance.c: a burst, then the rate, for each client apart; what was refused is counted; old
// clients make room.

#include "unit.h"
#include <user/allowance.h>
#include <string.h>

#define SECOND     1000000000ULL
#define BURST      30
#define PER_SECOND 10

static struct allowances all;

static unsigned take_all(uint32_t client, uint64_t now) {
    unsigned count = 0;
    uint32_t refused;
    while (allowance_take(&all, client, now, &refused))
        count++;
    return count;
}

static int start(void **state) {
    (void)state;
    memset(&all, 0, sizeof(all));
    all.burst = BURST;
    all.per_second = PER_SECOND;
    return 0;
}

static void test_burst_then_rate(void **state) {
    (void)state;
    assert_int_equal(take_all(7, 5), BURST);
    assert_int_equal(take_all(7, 5 + SECOND / PER_SECOND - 1), 0);
    assert_int_equal(take_all(7, 5 + SECOND), PER_SECOND);
    assert_int_equal(take_all(7, 5 + 1000 * SECOND), BURST);
}

static void test_often_asked_earns_the_same(void **state) {
    (void)state;
    unsigned count = take_all(7, 0);
    for (uint64_t now = 1; now <= SECOND; now += SECOND / 1000)
        count += take_all(7, now);
    assert_in_range(count, BURST + PER_SECOND - 1, BURST + PER_SECOND);
}

static void test_refusals_are_counted(void **state) {
    (void)state;
    uint32_t refused = 99;
    assert_true(allowance_take(&all, 7, 0, &refused));
    assert_int_equal(refused, 0);
    take_all(7, 0); // the last of these is refused
    assert_false(allowance_take(&all, 7, 0, &refused));
    assert_false(allowance_take(&all, 7, 0, &refused));
    assert_true(allowance_take(&all, 7, SECOND, &refused));
    assert_int_equal(refused, 3);
    assert_true(allowance_take(&all, 7, SECOND, &refused));
    assert_int_equal(refused, 0);
}

static void test_clients_are_apart(void **state) {
    (void)state;
    take_all(7, 0);
    assert_int_equal(take_all(8, 0), BURST);
    allowance_forget(&all, 7);
    assert_int_equal(take_all(8, 0), 0);
    assert_int_equal(take_all(7, 0), BURST);
    allowance_forget(&all, 99); // was never here
    assert_int_equal(take_all(7, 0), 0);
}

static void test_the_oldest_makes_room(void **state) {
    (void)state;
    for (uint32_t i = 0; i < ALLOWANCE_CLIENTS; i++)
        take_all(1 + i, i * SECOND);
    take_all(5000, 1000 * SECOND);
    bool found = false;
    for (size_t i = 0; i < ALLOWANCE_CLIENTS; i++) {
        assert_int_not_equal(all.clients[i].client, 1);
        found = found || all.clients[i].client == 5000;
    }
    assert_true(found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_burst_then_rate, start),
        cmocka_unit_test_setup(test_often_asked_earns_the_same, start),
        cmocka_unit_test_setup(test_refusals_are_counted, start),
        cmocka_unit_test_setup(test_clients_are_apart, start),
        cmocka_unit_test_setup(test_the_oldest_makes_room, start),
    };
    return cmocka_run_group_tests_name("log_allowance", tests, NULL, NULL);
}
