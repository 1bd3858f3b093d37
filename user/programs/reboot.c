// SPDX-License-Identifier: MIT
//
// reboot: starts the machine again.

#include <abi/constants.h>
#include <manual/reboot.h>
#include <protocols/power.h>
#include <user/program.h>

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    fail("%s", status_text(power_restart(startup_descriptor("power"), DEADLINE_NONE)));
}
