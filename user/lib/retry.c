// SPDX-License-Identifier: MIT
//
// See user/retry.h.

#include <user/retry.h>
#include <user/program.h>

enum { ATTEMPTS_MAX = 40 };

#define PAUSE_NS 50'000'000ULL

bool retry_after(status_t status, int *attempts) {
    if ((status != STATUS_SERVER_DIED && status != STATUS_NO_SERVER) || ++*attempts > ATTEMPTS_MAX)
        return false;
    sleep_until(clock_now() + PAUSE_NS);
    return true;
}
