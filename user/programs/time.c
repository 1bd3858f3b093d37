// SPDX-License-Identifier: MIT
//
// time: runs a program and says how long it took. Its status is the program's.

#include <manual/time.h>
#include <abi/constants.h>

enum { MILLISECOND = 1'000'000 };

static unsigned long long milliseconds(uint64_t nanoseconds) {
    return (nanoseconds + MILLISECOND / 2) / MILLISECOND;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    struct spawn spawn;
    struct process_end end;
    uint64_t process;
    spawn_init(&spawn, operands, arguments);
    uint64_t start = clock_now();
    status_t status = spawn_start(&spawn, &process);
    if (status != STATUS_OK) {
        print_error("%s: %s", arguments[0], status_text(status));
        return spawn_exit_status(status);
    }
    status = process_attend(process, &end);
    unsigned long long elapsed = milliseconds(clock_now() - start), cpu = milliseconds(end.cpu_time);
    if (status != STATUS_OK)
        fail("%s: %s", arguments[0], status_text(status));
    print_error("elapsed %llu.%03llu s, processor %llu.%03llu s", elapsed / 1000, elapsed % 1000, cpu / 1000,
                cpu % 1000);
    return (int)end.status;
}
