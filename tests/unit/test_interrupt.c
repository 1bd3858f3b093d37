// SPDX-License-Identifier: MIT
//
// kernel/object/interrupt.c: who may have a line, its binding to a notification, masking.

#include "unit.h"
#include "world.h"

static void lines_are_one_drivers(void **state) {
    (void)state;
    struct actor *i = &init_actor;
    uint64_t all = world_boot_info.platform;
    assert_int_equal(world_boot_info.interrupt_lines, HOST_LINES);
    assert_status(ACT(i, INTERRUPT_CREATE, all, HOST_LINES, 0), OUT_OF_RANGE);
    assert_status(ACT(i, INTERRUPT_CREATE, all, UINT64_MAX, 0), OUT_OF_RANGE);
    assert_status(ACT(i, INTERRUPT_CREATE, all, HOST_LINE_TAKEN, 0), TAKEN);
    assert_status(ACT(i, INTERRUPT_CREATE, all, 4, 0x80), BAD_FLAGS);
    uint64_t part = MUST(i, PLATFORM_RESTRICT, all, PLATFORM_INTERRUPTS, 4, 1);
    assert_status(ACT(i, INTERRUPT_CREATE, part, 5, 0), OUT_OF_RANGE);
    uint64_t line = MUST(i, INTERRUPT_CREATE, part, 4, INTERRUPT_LEVEL);
    assert_status(ACT(i, INTERRUPT_CREATE, all, 4, 0), TAKEN);
    assert_true(host_line_is_masked(4));
    assert_status(ACT(i, INTERRUPT_ACK, line), NOT_BOUND);
    uint64_t n = MUST(i, NOTIFICATION_CREATE);
    assert_status(ACT(i, INTERRUPT_BIND, line, n, 0), BAD_VALUE);
    MUST(i, INTERRUPT_BIND, line, n, 0x80);
    assert_status(ACT(i, INTERRUPT_BIND, line, n, 0x80), BOUND);
    assert_false(host_line_is_masked(4));
    host_interrupt(4);
    assert_true(host_line_is_masked(4));
    assert_int_equal(MUST(i, NOTIFICATION_WAIT, n, UINT64_MAX, 0), 0x80);
    host_interrupt(4); // waits until the acknowledgement
    assert_status(ACT(i, NOTIFICATION_WAIT, n, UINT64_MAX, 0), TIMED_OUT);
    MUST(i, INTERRUPT_ACK, line);
    assert_int_equal(MUST(i, NOTIFICATION_WAIT, n, UINT64_MAX, 0), 0x80);
    // The notification goes first: the line is free to be bound again.
    MUST(i, DESCRIPTOR_RELEASE, n);
    n = MUST(i, NOTIFICATION_CREATE);
    MUST(i, INTERRUPT_BIND, line, n, 1);
    MUST(i, DESCRIPTOR_RELEASE, line);
    drain();
    assert_false(host_line_is_open(4));
    MUST(i, DESCRIPTOR_RELEASE, MUST(i, INTERRUPT_CREATE, all, 4, INTERRUPT_AS_WIRED));
    MUST(i, DESCRIPTOR_RELEASE, n);
    MUST(i, DESCRIPTOR_RELEASE, part);
}

static void interrupt_wakes_idle(void **state) {
    (void)state;
    struct actor *i = &init_actor;
    uint64_t line = MUST(i, INTERRUPT_CREATE, world_boot_info.platform, 7, 0),
             n = MUST(i, NOTIFICATION_CREATE);
    MUST(i, INTERRUPT_BIND, line, n, 2);
    BEGIN(i, NOTIFICATION_WAIT, n, 2, DEADLINE_NONE);
    assert_int_equal(host_state(), HOST_IDLE);
    host_interrupt(7);
    assert_status(finish(i), OK);
    MUST(i, DESCRIPTOR_RELEASE, line);
    MUST(i, DESCRIPTOR_RELEASE, n);
}

WORLD_MAIN(WORLD_TEST(lines_are_one_drivers), WORLD_TEST(interrupt_wakes_idle))
