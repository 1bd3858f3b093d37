// SPDX-License-Identifier: MIT
//
// kernel/object/platform.c: parts, ports, the log. Clock and entropy too.

#include "unit.h"
#include "world.h"
#include <string.h>
#include <kernel/log.h>

static void parts_shrink(void **state) {
    (void)state;
    struct actor *i = &init_actor;
    uint64_t all = world_boot_info.platform;
    assert_status(ACT(i, PLATFORM_RESTRICT, all, PLATFORM_PORTS | PLATFORM_LOG, 0, 1), BAD_VALUE);
    assert_status(ACT(i, PLATFORM_RESTRICT, all, 0, 0, 1), BAD_VALUE);
    assert_status(ACT(i, PLATFORM_RESTRICT, all, 1, 0, 1), BAD_FLAGS);
    assert_status(ACT(i, PLATFORM_RESTRICT, all, PLATFORM_LOG, 1, 1), BAD_VALUE);
    uint64_t ports = MUST(i, PLATFORM_RESTRICT, all, PLATFORM_PORTS, 0x3f8, 8);
    assert_status(ACT(i, PLATFORM_RESTRICT, ports, PLATFORM_PORTS, 0x3f8, 9), OUT_OF_RANGE);
    assert_status(ACT(i, PLATFORM_RESTRICT, ports, PLATFORM_PORTS, 0x3f7, 2), OUT_OF_RANGE);
    assert_status(ACT(i, PLATFORM_RESTRICT, ports, PLATFORM_PORTS, UINT64_MAX, 2), OUT_OF_RANGE);
    assert_status(ACT(i, PLATFORM_RESTRICT, ports, PLATFORM_LOG, 0, 1), NO_RIGHT);
    uint64_t one = MUST(i, PLATFORM_RESTRICT, ports, PLATFORM_PORTS, 0x3fd, 1);
    host_ports()[0x3fd] = 0x60;
    assert_int_equal(MUST(i, PORT_READ, one, 0x3fd, 1), 0x60);
    assert_status(ACT(i, PORT_READ, one, 0x3fd, 2), OUT_OF_RANGE);
    assert_status(ACT(i, PORT_READ, one, 0x3fc, 1), OUT_OF_RANGE);
    assert_status(ACT(i, PORT_READ, one, UINT64_MAX, 1), OUT_OF_RANGE);
    assert_status(ACT(i, PORT_READ, ports, 0x3f8, 3), BAD_VALUE);
    assert_status(ACT(i, PORT_READ, all, HOST_PORTS, 1), OUT_OF_RANGE);
    assert_status(ACT(i, PORT_WRITE, all, HOST_PORTS - 1, 2, 0), OUT_OF_RANGE);
    host_ports_remove(true);
    assert_status(ACT(i, PORT_READ, all, 0x3f8, 1), NOT_HERE);
    assert_status(ACT(i, PORT_WRITE, all, 0x3f8, 1, 0), NOT_HERE);
    host_ports_remove(false);
    MUST(i, PORT_WRITE, ports, 0x3f8, 2, 0x1234);
    assert_int_equal(host_ports()[0x3f9], 0x12);
    assert_status(ACT(i, PORT_WRITE, ports, 0x3f8, 5, 0), BAD_VALUE);
    assert_status(ACT(i, PORT_WRITE, ports, 0x400, 1, 0), OUT_OF_RANGE);
    assert_status(ACT(i, LOG_WRITE, ports, SCRATCH, 1), NO_RIGHT);
    // What cannot be handed on cannot be handed on in parts.
    uint64_t bare = MUST(i, DESCRIPTOR_CLONE, ports, RIGHT_PLATFORM_PORTS | RIGHT_INSPECT);
    uint64_t part = MUST(i, PLATFORM_RESTRICT, bare, PLATFORM_PORTS, 0x3f8, 8);
    assert_status(ACT(i, DESCRIPTOR_CLONE, part, 0), NO_RIGHT);
    MUST(i, DESCRIPTOR_RELEASE, part);
    MUST(i, DESCRIPTOR_RELEASE, bare);
    // Nor in what is made of it.
    bare = MUST(i, DESCRIPTOR_CLONE, all, RIGHT_PLATFORM_INTERRUPTS | RIGHT_PLATFORM_MEMORY);
    part = MUST(i, INTERRUPT_CREATE, bare, 5, 0);
    assert_status(ACT(i, DESCRIPTOR_CLONE, part, 0), NO_RIGHT);
    MUST(i, DESCRIPTOR_RELEASE, part);
    part = MUST(i, MEMORY_PHYSICAL, bare, 0xe0000000, PAGE_SIZE, 0);
    assert_status(ACT(i, DESCRIPTOR_CLONE, part, 0), NO_RIGHT);
    MUST(i, DESCRIPTOR_RELEASE, part);
    MUST(i, DESCRIPTOR_RELEASE, bare);
    MUST(i, DESCRIPTOR_RELEASE, one);
    MUST(i, DESCRIPTOR_RELEASE, ports);
}

static void log_is_read_back(void **state) {
    (void)state;
    struct actor *i = &init_actor;
    uint64_t log = MUST(i, PLATFORM_RESTRICT, world_boot_info.platform, PLATFORM_LOG, 0, 1);
    char text[LOG_READ_MAX + 1] = {};
    uint64_t position = 0;
    store(i, SCRATCH, "a line of a test", 16);
    assert_status(ACT(i, LOG_WRITE, log, SCRATCH, 0), BAD_SIZE);
    assert_status(ACT(i, LOG_WRITE, log, SCRATCH, LOG_LINE_MAX + 1), BAD_SIZE);
    assert_status(ACT(i, LOG_WRITE, log, 0x12340000, 16), BAD_ADDRESS);
    MUST(i, LOG_WRITE, log, SCRATCH, 16);
    assert_status(ACT(i, LOG_READ, log, 0, SCRATCH, 0), BAD_SIZE);
    assert_status(ACT(i, LOG_READ, log, 0, SCRATCH, LOG_READ_MAX + 1), BAD_SIZE);
    assert_status(ACT(i, LOG_READ, log, 0, 0x12340000, 16), BAD_ADDRESS);
    bool found = false;
    for (;;) {
        uint64_t filled = MUST(i, LOG_READ, log, position, SCRATCH, LOG_READ_MAX), next = i->in.a[1];
        if (filled == 0)
            break;
        assert_true(next > position);
        load(i, SCRATCH, text, filled);
        text[filled] = '\0';
        found |= strstr(text, "a line of a test") != nullptr;
        position = next;
    }
    assert_true(found);
    // Long ago: what was overwritten is skipped.
    for (unsigned k = 0; k < 3000; k++)
        log_line(LOG_INFO, "line %u of many, long enough to fill the ring before the test is over ....", k);
    uint64_t filled = MUST(i, LOG_READ, log, 0, SCRATCH, LOG_READ_MAX);
    assert_true(filled > 0 && i->in.a[1] > filled);
    assert_int_equal(MUST(i, LOG_READ, log, UINT64_MAX, SCRATCH, 16), 0);
    MUST(i, DESCRIPTOR_RELEASE, log);
}

static void entropy_and_clock(void **state) {
    (void)state;
    struct actor *a = process_make();
    uint8_t one[32], two[32];
    MUST(a, ENTROPY_READ, SCRATCH, 32);
    load(a, SCRATCH, one, 32);
    MUST(a, ENTROPY_READ, SCRATCH, 32);
    load(a, SCRATCH, two, 32);
    assert_memory_not_equal(one, two, 32);
    assert_status(ACT(a, ENTROPY_READ, SCRATCH, 0), BAD_SIZE);
    assert_status(ACT(a, ENTROPY_READ, SCRATCH, ENTROPY_MAX + 1), BAD_SIZE);
    assert_status(ACT(a, ENTROPY_READ, 0x77770000, 8), BAD_ADDRESS);
    host_entropy_stop(true);
    assert_status(ACT(a, ENTROPY_READ, SCRATCH, 8), NOT_SEEDED);
    host_entropy_stop(false);
    uint64_t now = MUST(a, CLOCK_READ);
    pass(12345);
    assert_int_equal(MUST(a, CLOCK_READ), now + 12345);
}

WORLD_MAIN(WORLD_TEST(parts_shrink), WORLD_TEST(log_is_read_back), WORLD_TEST(entropy_and_clock))
