// SPDX-License-Identifier: MIT
//
// poweroff: turns the machine off.

#include <abi/constants.h>
#include <manual/poweroff.h>
#include <protocols/power.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    fail("%s", status_text(power_off(startup_descriptor("power"), DEADLINE_NONE)));
}
