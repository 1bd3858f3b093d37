// SPDX-License-Identifier: MIT
//
// reboot: starts the machine again.

#include <abi/constants.h>
#include <protocols/power.h>
#include <user/program.h>

int main(int count, char **arguments) {
    static const struct usage usage = {
        .name = "reboot", .operands = "", .summary = "Starts the machine again."};
    (void)options_take(&usage, count, arguments);
    fail("%s", status_text(power_restart(startup_descriptor("power"), DEADLINE_NONE)));
}
