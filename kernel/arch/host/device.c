// SPDX-License-Identifier: MIT
//
// Host: ports (an array of bytes), interrupt lines (raised by the test), a device range, entropy (a seeded
// generator), and a console that is a buffer in memory.
#include <arch/interrupt.h>
#include <arch/memory.h>
#include <arch/platform.h>
#include <base/splitmix.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"

#define CONSOLE_SIZE 0x10000

struct line {
    bool open, masked, pending;
};

static pthread_mutex_t devices_mutex = PTHREAD_MUTEX_INITIALIZER; // guards all below
static struct line lines[HOST_LINES];
static uint8_t ports[HOST_PORTS + 4];
static uint8_t device[HOST_DEVICE_SIZE];
static uint64_t entropy_state;
static bool entropy_stopped;
static char console[CONSOLE_SIZE + 1];
static size_t console_length;
static bool console_echo, ports_removed;

void host_devices_create(uint64_t seed) {
    entropy_state = seed;
    console_echo = getenv("HOST_CONSOLE") != nullptr;
    for (unsigned i = 0; i < HOST_LINES; i++)
        lines[i].masked = true;
}

uint64_t port_count(void) {
    return ports_removed ? 0 : HOST_PORTS;
}

void host_ports_remove(bool removed) {
    ports_removed = removed;
}

uint64_t port_read(uint64_t port, unsigned width) {
    uint64_t value = 0;
    ASSERT(port < HOST_PORTS && (width == 1 || width == 2 || width == 4));
    memcpy(&value, &ports[port], width);
    return value;
}

void port_write(uint64_t port, unsigned width, uint64_t value) {
    ASSERT(port < HOST_PORTS && (width == 1 || width == 2 || width == 4));
    memcpy(&ports[port], &value, width);
}

uint8_t *host_ports(void) {
    return ports;
}

uint8_t *host_device(void) {
    return device;
}

unsigned interrupt_line_count(void) {
    return HOST_LINES;
}

status_t interrupt_line_open(unsigned line, [[maybe_unused]] uint64_t flags) {
    if (line >= HOST_LINES)
        return STATUS_OUT_OF_RANGE;
    if (line == HOST_LINE_TAKEN)
        return STATUS_TAKEN;
    ASSERT(!lines[line].open);
    lines[line] = (struct line){.open = true, .masked = true};
    return STATUS_OK;
}

void interrupt_line_close(unsigned line) {
    ASSERT(line < HOST_LINES && lines[line].open);
    lines[line] = (struct line){.masked = true};
}

static void line_mask_set(unsigned line, bool masked) {
    pthread_mutex_lock(&devices_mutex);
    ASSERT(line < HOST_LINES && lines[line].open);
    lines[line].masked = masked;
    pthread_mutex_unlock(&devices_mutex);
}

void interrupt_line_mask(unsigned line) {
    line_mask_set(line, true);
}

void interrupt_line_unmask(unsigned line) {
    line_mask_set(line, false);
}

bool host_line_raise(unsigned line) {
    pthread_mutex_lock(&devices_mutex);
    bool open = lines[line].open;
    lines[line].pending = open;
    pthread_mutex_unlock(&devices_mutex);
    return open;
}

static struct line *line_waiting(void) {
    for (unsigned i = 0; i < HOST_LINES; i++)
        if (lines[i].pending && !lines[i].masked)
            return &lines[i];
    return nullptr;
}

bool host_line_waits(void) {
    pthread_mutex_lock(&devices_mutex);
    bool waits = line_waiting() != nullptr;
    pthread_mutex_unlock(&devices_mutex);
    return waits;
}

bool host_line_take(unsigned *line) {
    pthread_mutex_lock(&devices_mutex);
    struct line *waiting = line_waiting();
    if (waiting != nullptr) {
        waiting->pending = false;
        waiting->masked = true;
        *line = (unsigned)(waiting - lines);
    }
    pthread_mutex_unlock(&devices_mutex);
    return waiting != nullptr;
}

bool host_line_is_open(unsigned line) {
    return lines[line].open;
}

bool host_line_is_masked(unsigned line) {
    return lines[line].masked;
}

bool entropy_fill(void *buffer, size_t size) {
    pthread_mutex_lock(&devices_mutex);
    bool filled = !entropy_stopped;
    for (size_t i = 0; filled && i < size; i++)
        ((uint8_t *)buffer)[i] = (uint8_t)splitmix64(&entropy_state);
    pthread_mutex_unlock(&devices_mutex);
    return filled;
}

unsigned entropy_source(void) {
    return 1;
}

void host_entropy_stop(bool stopped) {
    entropy_stopped = stopped;
}

void early_console_write(const char *text, size_t length) {
    if (console_echo)
        fwrite(text, 1, length, stderr);
    pthread_mutex_lock(&devices_mutex);
    if (length > CONSOLE_SIZE / 2) {
        text += length - CONSOLE_SIZE / 2;
        length = CONSOLE_SIZE / 2;
    }
    if (console_length + length > CONSOLE_SIZE) {
        console_length -= CONSOLE_SIZE / 2;
        memmove(console, console + CONSOLE_SIZE / 2, console_length);
    }
    memcpy(console + console_length, text, length);
    console_length += length;
    console[console_length] = '\0';
    pthread_mutex_unlock(&devices_mutex);
}

void early_console_taken([[maybe_unused]] uint64_t port_base, [[maybe_unused]] uint64_t count) {}

void early_screen_taken([[maybe_unused]] uint64_t base, [[maybe_unused]] uint64_t length) {}

void early_console_panic(void) {}

const char *host_console(void) {
    return console;
}

static bool ranges_overlap(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length) {
    return a < b + b_length && b < a + a_length;
}

bool physical_range_is_device(uint64_t base, uint64_t length) {
    return length != 0 && base <= UINT64_MAX - length &&
           !ranges_overlap(base, length, HOST_MEMORY_BASE, host_memory_end - HOST_MEMORY_BASE) &&
           !ranges_overlap(base, length, HOST_CONTROLLER_BASE, HOST_CONTROLLER_SIZE);
}
