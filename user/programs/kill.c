// SPDX-License-Identifier: MIT
//
// kill: ends processes.

#include <abi/constants.h>
#include <manual/kill.h>
#include <protocols/init.h>
#include <user/program.h>

static bool process_kill(const char *text) {
    uint64_t process;
    if (!number_parse(text, &process)) {
        print_error("'%s' is no process number", text);
        return false;
    }
    status_t status = init_kill(startup_descriptor("init"), process, DEADLINE_NONE);
    if (status != STATUS_OK)
        print_error("%s: %s", text, status == STATUS_NOT_FOUND ? "no such process" : status_text(status));
    return status == STATUS_OK;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = process_kill(arguments[i]) && good;
    return good ? 0 : 1;
}
