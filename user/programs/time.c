// SPDX-License-Identifier: MIT
//
// time: runs a program and says how long it took. Its status is the program's.

#include <manual/time.h>

enum { MILLISECOND = 1'000'000 };

static unsigned long long milliseconds(uint64_t nanoseconds) {
    return (nanoseconds + MILLISECOND / 2) / MILLISECOND;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    struct spawn spawn;
    struct process_end end;
    spawn_init(&spawn, operands, arguments);
    uint64_t start = clock_now();
    bool ran = spawn_run(&spawn, &end);
    unsigned long long elapsed = milliseconds(clock_now() - start), cpu = milliseconds(end.cpu_time);
    if (!ran)
        return (int)end.status;
    print_error("elapsed %llu.%03llu s, processor %llu.%03llu s", elapsed / 1000, elapsed % 1000, cpu / 1000,
                cpu % 1000);
    return (int)end.status;
}
