// SPDX-License-Identifier: MIT
//
// log: prints the system's log, or of it what is at least as severe as a level.

#include <abi/constants.h>
#include <base/string.h>
#include <manual/log.h>
#include <protocols/log.h>
#include <user/program.h>

enum { LINE_SIZE = 1024 };

static const char *const level_names[LOG_LEVELS] = {"error", "warning", "notice", "info", "debug"};

[[noreturn]] static void level_unknown(const char *name) {
    print_error("'%s' is no level: error, warning, notice, info or debug", name);
    program_exit(EXIT_USAGE);
}

static enum log_level level_find(const char *name) {
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        if (strcmp(name, level_names[i]) == 0)
            return (enum log_level)i;
    }
    level_unknown(name);
}

// The level of a line, which stands behind its time stamp. What begins in the middle of a line has none.
static enum log_level level_of(const char *line, size_t length) {
    enum log_level level = LOG_DEBUG;
    const char *end = memchr(line, ']', length);
    size_t used = end == nullptr ? length : (size_t)(end - line) + 2;
    if (used < length)
        (void)log_level_take(line + used, length - used, &level);
    return level;
}

// Prints those lines of a part of the log that are severe enough; a line may come in two parts.
static void part_print(const char *bytes, size_t length, enum log_level least) {
    static char line[LINE_SIZE];
    static size_t used;
    for (size_t i = 0; i < length; i++) {
        line[used++] = bytes[i];
        if (bytes[i] != '\n' && used < sizeof(line))
            continue;
        if (level_of(line, used) <= least)
            print_bytes(line, used);
        used = 0;
    }
}

int main(int count, char **arguments) {
    static char chunk[LOG_READ_MAX];
    size_t operands = options_take(&usage, count, arguments);
    enum log_level least = operands == 1 ? level_find(arguments[0]) : LOG_DEBUG;
    uint64_t position = 0, filled = 0;
    do {
        status_t status = log_read(startup_descriptor("log"), position, chunk, sizeof(chunk), &filled,
                                   &position, DEADLINE_NONE);
        if (status != STATUS_OK)
            fail("%s", status_text(status));
        part_print(chunk, filled, least);
    } while (filled > 0);
    return 0;
}
