// SPDX-License-Identifier: MIT
//
// The end of a program.

#include <tessera/syscalls.h>
#include <user/program.h>

void program_exit(int status) {
    print_flush();
    for (;;)
        (void)ts_process_exit((uint64_t)status & 0xff);
}
