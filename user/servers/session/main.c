// SPDX-License-Identifier: MIT
//
// The session: greets the person and keeps a shell running. When the boot has a command (`run=` on the
// kernel's command line), it runs that instead, reports the exit status to the runner by way of the serial
// driver, and turns the machine off.

#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/power.h>
#include <protocols/serial.h>
#include <user/program.h>

enum { FAST_ENDS_MAX = 5 };

#define FAST_NS 1'000'000'000ULL

// Starts the shell and waits for its end. Returns its exit status.
static int shell_run(size_t count, char *const *arguments) {
    uint64_t process = 0, status = 0, reason = 0;
    status_t error = process_spawn("/", count, arguments, &process);
    if (error == STATUS_OK)
        error = process_wait(process, &status, &reason);
    if (error == STATUS_OK)
        return (int)status;
    print("The shell cannot be started: %s.\n", status_text(error));
    log_at(LOG_ERROR, "the shell cannot be started: %s", status_text(error));
    return EXIT_NO_PROGRAM;
}

[[noreturn]] static void command_run(char *command) {
    char *const arguments[] = {"sh", "-c", command};
    int status = shell_run(array_length(arguments), arguments);
    status_t error = serial_end(startup_descriptor("serial"), (uint64_t)status, DEADLINE_NONE);
    if (error != STATUS_OK)
        log_at(LOG_ERROR, "the end record: %s", status_text(error));
    error = power_off(startup_descriptor("power"), DEADLINE_NONE);
    log_at(LOG_ERROR, "the machine cannot be turned off: %s", status_text(error));
    // Ending here would start the command again.
    for (;;)
        sleep_until(DEADLINE_NONE);
}

// Who closes the shell gets a new one; a shell that ends at once again and again is given up.
static void shells_run(void) {
    char *const arguments[] = {"sh"};
    for (int fast = 0; fast < FAST_ENDS_MAX;) {
        uint64_t start = clock_now();
        (void)shell_run(1, arguments);
        fast = clock_now() - start < FAST_NS ? fast + 1 : 0;
        (void)console_foreground(startup_descriptor("console"), 0, DEADLINE_NONE);
    }
    print("The shell ended %d times at once; the session stops.\n", FAST_ENDS_MAX);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--run") == 0)
        command_run(arguments[2]);
    print("\nTessera 0.1. Type `help` for the programs, `poweroff` to leave.\n\n");
    shells_run();
    return 1;
}
