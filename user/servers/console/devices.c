// SPDX-License-Identifier: MIT
//
// See devices.h. Serial output that a dying driver may have lost is sent again. The terminal is not asked
// twice: a new one has an empty screen, and the console draws there what it still knows (session_repaint()).

#include "devices.h"
#include <abi/constants.h>
#include <protocols/keyboard.h>
#include <protocols/serial.h>
#include <protocols/terminal.h>
#include <user/program.h>
#include <user/retry.h>

enum { SERIAL_ATTEMPTS = 40 };

#define SERIAL_RETRY_NS  50'000'000ULL
#define SERIAL_MOMENT_NS 5'000'000ULL

static bool serial_stalled;
static uint64_t columns;
static uint64_t rows;

void devices_open(void) {
    int attempts = 0;
    status_t status;
    columns = rows = 0;
    do {
        status = terminal_size(startup_descriptor("terminal"), &columns, &rows, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
}

unsigned screen_columns(void) {
    return (unsigned)columns;
}

unsigned screen_rows(void) {
    return (unsigned)rows;
}

// A line that takes nothing (nobody reads the other end of a virtual one) must not hold up the screen beside
// it: once it has failed to take something in time, it gets a moment for each piece, until it takes one.
static uint64_t serial_deadline(bool has_screen) {
    return serial_stalled && has_screen ? clock_now() + SERIAL_MOMENT_NS : DEADLINE_NONE;
}

void serial_put(enum serial_text kind, const void *bytes, size_t length, bool has_screen) {
    for (int attempt = 0; length > 0 && attempt < SERIAL_ATTEMPTS; attempt++) {
        status_t status =
            serial_write(startup_descriptor("serial"), kind, bytes, length, serial_deadline(has_screen));
        serial_stalled = status == STATUS_TIMED_OUT;
        if (status != STATUS_SERVER_DIED && status != STATUS_NO_SERVER && status != STATUS_TOO_MANY)
            return;
        // The driver is being started again; what it had is lost, what it had not answered is sent again.
        sleep_until(clock_now() + SERIAL_RETRY_NS);
    }
}

void screen_put(const void *bytes, size_t length) {
    if (columns == 0)
        return;
    if (terminal_write(startup_descriptor("terminal"), bytes, length, DEADLINE_NONE) == STATUS_NO_SERVER)
        columns = rows = 0; // given up
}

size_t serial_take(char *bytes, size_t size) {
    uint64_t count = 0;
    return serial_read(startup_descriptor("serial"), bytes, size, &count, DEADLINE_NONE) == STATUS_OK ? count
                                                                                                      : 0;
}

size_t screen_take(char *bytes, size_t size, bool answers) {
    uint64_t count = 0;
    if (columns > 0 &&
        terminal_read(startup_descriptor("terminal"), bytes, size, &count, DEADLINE_NONE) == STATUS_OK &&
        answers && count > 0)
        return count;
    count = 0;
    return keyboard_read(startup_descriptor("keyboard"), bytes, size, &count, DEADLINE_NONE) == STATUS_OK
               ? count
               : 0;
}
