// SPDX-License-Identifier: MIT
//
// user/servers/console/line.c and probe.c on arbitrary bytes, changes of mode and reads of any size: counts
// stay inside the buffers, what is read was typed, and after Ctrl-C in canonical mode a line is a line again.

#include "fuzz.h"
#include <line.h>
#include <probe.h>
#include <string.h>

// What one step may echo: all that lay in the ring is typed again, each byte of it (one) may be erased
// (three), and so may the line that was there before.
enum { ECHO_MOST = 4 * LINE_READY_SIZE + 3 * LINE_SIZE };

static struct line line;
static struct probe probe;
static size_t echoed;

static void count_echo(void *context, const char *bytes, size_t length) {
    (void)context;
    (void)bytes;
    echoed += length;
}

static void check(void) {
    fuzz_check(line.edit_length < LINE_SIZE && line.ready_length <= LINE_READY_SIZE);
    fuzz_check(line.ready_start < LINE_READY_SIZE && line.raw_length <= line.ready_length);
    fuzz_check(line.ends <= line.ready_length);
    fuzz_check(probe.held_count < PROBE_HELD_MAX && probe.rows <= PROBE_SIZE_MAX &&
               probe.columns <= PROBE_SIZE_MAX);
}

static void type_byte(char byte) {
    if (probe.asking) {
        if (probe_feed(&probe, byte) != PROBE_TYPED)
            return;
    } else {
        probe.held[probe.held_count++] = byte;
    }
    for (size_t i = 0; i < probe.held_count; i++)
        (void)!line_input(&line, probe.held[i]);
    probe.held_count = 0;
}

static void read_some(size_t size) {
    char buffer[300];
    if (!line_is_readable(&line))
        return;
    memset(buffer, 0x55, sizeof(buffer));
    size_t count = line_read(&line, buffer, size);
    fuzz_check(count <= size);
    for (size_t i = count; i < sizeof(buffer); i++)
        fuzz_check(buffer[i] == 0x55);
}

// The first byte of each pair says what happens, the second with what.
static void step(uint8_t what, uint8_t value) {
    switch (what % 8) {
    case 0:
        (void)line_mode(&line, value % 2 != 0);
        break;
    case 1:
        read_some(1 + value);
        break;
    case 2:
        if (!probe.asking && value % 4 == 0)
            probe_ask(&probe);
        break;
    case 3:
        for (unsigned i = 0; i < value; i++)
            type_byte((char)what);
        break;
    default:
        type_byte((char)value);
        break;
    }
}

static void check_fresh(void) {
    char buffer[8];
    (void)line_mode(&line, false);
    fuzz_check(line_input(&line, 3));
    fuzz_check(!line_is_readable(&line));
    fuzz_check(!line_input(&line, 'a') && !line_input(&line, '\r'));
    fuzz_check(line_is_readable(&line) && line_read(&line, buffer, sizeof(buffer)) == 2);
    fuzz_check(memcmp(buffer, "a\n", 2) == 0 && !line_is_readable(&line));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    line_init(&line, count_echo, NULL);
    probe = (struct probe){};
    for (size_t i = 0; i + 1 < size; i += 2) {
        echoed = 0;
        step(bytes[i], bytes[i + 1]);
        fuzz_check(echoed <= ECHO_MOST);
        check();
    }
    check_fresh();
    return 0;
}
