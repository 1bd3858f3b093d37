// SPDX-License-Identifier: MIT
//
// log: prints the system's log.

#include <abi/constants.h>
#include <manual/log.h>
#include <protocols/log.h>
#include <user/program.h>

int main(int count, char **arguments) {
    static char chunk[LOG_READ_MAX];
    (void)options_take(&usage, count, arguments);
    uint64_t position = 0, filled = 0;
    do {
        status_t status = log_read(startup_descriptor("log"), position, chunk, sizeof(chunk), &filled,
                                   &position, DEADLINE_NONE);
        if (status != STATUS_OK)
            fail("%s", status_text(status));
        print_bytes(chunk, filled);
    } while (filled > 0);
    return 0;
}
