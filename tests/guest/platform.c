// SPDX-License-Identifier: MIT
//
// The platform: parts of it, ports, the log.

#include "lib/child.h"
#include "lib/log.h"
#include "machine.h"
#include <base/string.h>

static void parts(void) {
    desc_t part = SELF, smaller = SELF;
    OK(ts_platform_restrict(platform, PLATFORM_PORTS, MACHINE_PORT, 4, &part));
    EQUAL(info_of(part).rights, RIGHTS_COMMON | RIGHT_PLATFORM_PORTS);
    EXPECT(ts_platform_restrict(part, PLATFORM_MEMORY, MACHINE_PORT, 4, &smaller), STATUS_NO_RIGHT);
    EXPECT(ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT, 5, &smaller), STATUS_OUT_OF_RANGE);
    EXPECT(ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT - 1, 2, &smaller), STATUS_OUT_OF_RANGE);
    EXPECT(ts_platform_restrict(part, PLATFORM_PORTS, UINT64_MAX, 2, &smaller), STATUS_OUT_OF_RANGE);
    EXPECT(ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT, UINT64_MAX, &smaller),
           STATUS_OUT_OF_RANGE);
    EXPECT(ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT, 0, &smaller), STATUS_BAD_VALUE);
    EXPECT(ts_platform_restrict(platform, PLATFORM_MEMORY, PAGE_SIZE, UINT64_MAX, &smaller),
           STATUS_OUT_OF_RANGE);
    EXPECT(ts_platform_restrict(platform, PLATFORM_LOG, 1, 1, &smaller), STATUS_BAD_VALUE);
    EXPECT(ts_platform_restrict(platform, PLATFORM_POWER, 0, 2, &smaller), STATUS_BAD_VALUE);
    EXPECT(ts_platform_restrict(platform, 0, 0, 1, &smaller), STATUS_BAD_VALUE);
    EXPECT(ts_platform_restrict(platform, PLATFORM_LOG | PLATFORM_POWER, 0, 1, &smaller), STATUS_BAD_VALUE);
    EXPECT(ts_platform_restrict(platform, 1, 0, 1, &smaller), STATUS_BAD_FLAGS);
    OK(ts_platform_restrict(part, PLATFORM_PORTS, MACHINE_PORT + 1, 1, &smaller));
    uint64_t value;
    EXPECT(ts_port_read(smaller, MACHINE_PORT, 1, &value), STATUS_OUT_OF_RANGE);
    EXPECT(ts_port_read(smaller, MACHINE_PORT + 1, 2, &value), STATUS_OUT_OF_RANGE);
    OK(ts_port_read(smaller, MACHINE_PORT + 1, 1, &value));
    drop(smaller);
    drop(part);
}

static void ports(void) {
    uint64_t value = 0;
    OK(ts_port_write(platform, MACHINE_PORT, 1, 0x55));
    OK(ts_port_write(platform, MACHINE_PORT, 1, UINT64_MAX));
    OK(ts_port_read(platform, MACHINE_PORT, 1, &value));
    CHECK(value <= UINT8_MAX);
    EXPECT(ts_port_read(platform, MACHINE_PORT, 0, &value), STATUS_BAD_VALUE);
    EXPECT(ts_port_read(platform, MACHINE_PORT, 3, &value), STATUS_BAD_VALUE);
    EXPECT(ts_port_read(platform, MACHINE_PORT, 8, &value), STATUS_BAD_VALUE);
    EXPECT(ts_port_write(platform, MACHINE_PORT, 3, 0), STATUS_BAD_VALUE);
    EXPECT(ts_port_read(platform, MACHINE_PORTS, 1, &value), STATUS_OUT_OF_RANGE);
    EXPECT(ts_port_read(platform, MACHINE_PORTS - 1, 2, &value), STATUS_OUT_OF_RANGE);
    EXPECT(ts_port_read(platform, UINT64_MAX, 1, &value), STATUS_OUT_OF_RANGE);
    EXPECT(ts_port_write(platform, MACHINE_PORTS - 1, 4, 0), STATUS_OUT_OF_RANGE);
    EXPECT(ts_port_write(platform, MACHINE_PORT + (1ULL << 32), 1, 0), STATUS_OUT_OF_RANGE);
}

static void log(void) {
    static char line[LOG_LINE_MAX + 1];
    uint64_t filled, next = 0, end = 0;
    static const char text[] = "guest test: a line";
    OK(ts_log_read(platform, UINT64_MAX, line, 1, &filled, &end));
    EQUAL(filled, 0);
    OK(ts_log_write(platform, text, sizeof(text) - 1));
    CHECK(log_find(text, nullptr, 0));
    EXPECT(ts_log_write(platform, text, 0), STATUS_BAD_SIZE);
    EXPECT(ts_log_write(platform, line, LOG_LINE_MAX + 1), STATUS_BAD_SIZE);
    EXPECT(ts_log_read(platform, 0, line, 0, &filled, &next), STATUS_BAD_SIZE);
    EXPECT(ts_log_read(platform, 0, line, LOG_READ_MAX + 1, &filled, &next), STATUS_BAD_SIZE);
    EXPECT(ts_log_read(platform, 0, (void *)(uintptr_t)CLOCK_PAGE, 64, &filled, &next), STATUS_BAD_ADDRESS);
    // Any byte may be in a line.
    for (unsigned i = 0; i < LOG_LINE_MAX; i++)
        line[i] = (char)(i * 37 + 1);
    OK(ts_log_write(platform, line, LOG_LINE_MAX));
    memset(line, 0, LOG_LINE_MAX);
    OK(ts_log_write(platform, line, LOG_LINE_MAX));
}

// A flood overwrites what is old and harms nothing.
static void log_flood(void) {
    static const char text[] = "guest test: one of many lines that follow each other";
    for (unsigned i = 0; i < 3000; i++)
        OK(ts_log_write(platform, text, sizeof(text) - 1));
    CHECK(log_find(text, nullptr, 0));
}

static const struct test tests[] = {
    {"parts of the platform", parts},
    {"ports", ports},
    {"the log", log},
    {"a flood of the log", log_flood},
};
GROUP(platform, tests);
