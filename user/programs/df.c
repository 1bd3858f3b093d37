// SPDX-License-Identifier: MIT
//
// df: how much space /tmp has.

#include <abi/constants.h>
#include <manual/df.h>
#include <protocols/file.h>
#include <user/program.h>
#include <user/retry.h>

static unsigned long long kib(uint64_t blocks) {
    return blocks * (PAGE_SIZE / KIB);
}

int main(int count, char **arguments) {
    uint64_t total = 0, free = 0, own = 0, limit = 0, left = 0, names = 0;
    int attempts = 0;
    status_t status;
    (void)options_take(&usage, count, arguments);
    do {
        status =
            file_space(startup_descriptor("file"), &total, &free, &own, &limit, &left, &names, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    if (status != STATUS_OK)
        fail("%s", status_text(status));
    print("FOLDER  TOTAL K   FREE K   LEFT K  LIMIT K    NAMES\n");
    print("/tmp   %8llu %8llu %8llu %8llu %8llu\n", kib(total), kib(free), kib(left), kib(limit),
          (unsigned long long)names);
    return 0;
}
