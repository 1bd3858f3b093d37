// SPDX-License-Identifier: MIT
//
// See devices.h. Serial output that a dying driver may have lost is sent again. The terminal is not asked
// twice: a new one has an empty screen, and the console draws there what it still knows (main.c).

#include "devices.h"
#include <abi/constants.h>
#include <protocols/keyboard.h>
#include <protocols/serial.h>
#include <protocols/terminal.h>
#include <tessera/syscalls.h>
#include <user/program.h>
#include <user/retry.h>

enum { SERIAL_ATTEMPTS = 40, TERMINAL_WRITE_MAX = 65536 };

#define SERIAL_RETRY_NS 50'000'000ULL

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

void serial_put(uint64_t kind, const void *bytes, size_t length) {
    for (int attempt = 0; length > 0 && attempt < SERIAL_ATTEMPTS; attempt++) {
        status_t status = serial_write(startup_descriptor("serial"), kind, bytes, length, DEADLINE_NONE);
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
