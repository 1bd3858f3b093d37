// SPDX-License-Identifier: MIT
//
// service: shows the services of the image, their lines of the log, and ends them.

#include <abi/constants.h>
#include <base/string.h>
#include <manual/service.h>
#include <protocols/init.h>
#include <protocols/log.h>
#include <user/service_record.h>

enum { LINE_SIZE = 1024, NUMBERS_MAX = 64 };

// ---- list

static status_t record_get(uint64_t index, struct service_record *record) {
    return init_service(startup_descriptor("init"), index, record, sizeof(*record), DEADLINE_NONE);
}

static void record_print(const struct service_record *record) {
    static const char *const states[SERVICE_STATES] = {"running", "starting", "stopped", "failed"};
    const char *state = record->state < SERVICE_STATES ? states[record->state] : "?";
    print("%-12s %-9s", record->name, state);
    if (record->started != 0)
        print(" %5llu %8llu", (unsigned long long)record->process,
              (unsigned long long)((clock_now() - record->started) / 1'000'000'000));
    else
        print(" %5s %8s", "-", "-");
    print(" %5llu%s\n", (unsigned long long)record->ends, record->essential ? "  needed" : "");
}

static int list(void) {
    struct service_record record;
    status_t status;
    print("NAME         STATE       PID  SECONDS  ENDS\n");
    for (uint64_t index = 0; (status = record_get(index, &record)) == STATUS_OK; index++)
        record_print(&record);
    if (status != STATUS_NOTHING_LEFT)
        fail("%s", status_text(status));
    return 0;
}

static uint64_t index_find(const char *name) {
    struct service_record record;
    status_t status;
    for (uint64_t index = 0; (status = record_get(index, &record)) == STATUS_OK; index++) {
        if (strcmp(record.name, name) == 0)
            return index;
    }
    fail("%s: %s", name, status == STATUS_NOTHING_LEFT ? "there is no such service" : status_text(status));
}

// ---- restart, stop

static int control(const char *name, enum init_control action) {
    uint64_t index = index_find(name);
    status_t status = init_control(startup_descriptor("init"), index, action, DEADLINE_NONE);
    if (status == STATUS_NO_SERVER)
        fail("%s: it failed too often; only a restart of the system brings it back", name);
    if (status == STATUS_NOT_PERMITTED && action == INIT_CONTROL_STOP)
        fail("%s: the system needs it; `service restart` is possible", name);
    if (status != STATUS_OK)
        fail("%s: %s", name, status_text(status));
    return 0;
}

// ---- log

// The numbers that the service's processes have had, as far as the log knows them.
struct numbers {
    const char *name;
    uint64_t list[NUMBERS_MAX];
    size_t count;
};

// Behind the time stamp, the letter of the level and blanks.
static const char *text_of(const char *line) {
    const char *text = *line == '[' ? strchr(line, ']') : nullptr;
    if (text == nullptr)
        return line;
    text++;
    while (*text == ' ')
        text++;
    if (*text >= 'A' && *text <= 'Z' && text[1] == ' ')
        text += 2;
    return text;
}

// "NAME (NUMBER) ..." of a line of init. A new number is remembered.
static bool names_process(struct numbers *numbers, const char *text) {
    size_t length = strlen(numbers->name);
    if (strncmp(text, numbers->name, length) != 0 || text[length] != ' ' || text[length + 1] != '(')
        return false;
    uint64_t number = 0;
    for (text += length + 2; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->list[i] == number)
            return true;
    }
    if (numbers->count < NUMBERS_MAX)
        numbers->list[numbers->count++] = number;
    return true;
}

static bool names_service(const struct numbers *numbers, const char *text) {
    size_t length = strlen(numbers->name);
    if (strncmp(text, "service ", 8) != 0 || strncmp(text + 8, numbers->name, length) != 0)
        return false;
    return text[8 + length] == ' ' || text[8 + length] == ':';
}

static bool written_by(const struct numbers *numbers, const char *text) {
    for (size_t i = 0; i < numbers->count; i++) {
        char start[24];
        size_t length = format_buffer(start, sizeof(start), "%llu: ", (unsigned long long)numbers->list[i]);
        if (strncmp(text, start, length) == 0)
            return true;
    }
    return false;
}

static void line_show(struct numbers *numbers, char *line, size_t length) {
    line[length] = 0;
    const char *text = text_of(line);
    bool of_init = strncmp(text, "init: ", 6) == 0;
    const char *rest = of_init ? text + 6 : text;
    if (of_init ? names_process(numbers, rest) || names_service(numbers, rest) : written_by(numbers, rest))
        print("%s\n", line);
}

static int show_log(const char *name) {
    static char chunk[LOG_READ_MAX], line[LINE_SIZE + 1];
    struct numbers numbers = {.name = name};
    uint64_t position = 0, filled = 0;
    size_t used = 0;
    (void)index_find(name);
    do {
        status_t status = log_read(startup_descriptor("log"), position, chunk, sizeof(chunk), &filled,
                                   &position, DEADLINE_NONE);
        if (status != STATUS_OK)
            fail("%s", status_text(status));
        for (uint64_t i = 0; i < filled; i++) {
            if (chunk[i] == '\n' || used == LINE_SIZE) {
                line_show(&numbers, line, used);
                used = 0;
            }
            if (chunk[i] != '\n')
                line[used++] = chunk[i];
        }
    } while (filled > 0);
    return 0;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    if (operands == 1 && strcmp(arguments[0], "list") == 0)
        return list();
    if (operands == 2 && strcmp(arguments[0], "log") == 0)
        return show_log(arguments[1]);
    if (operands == 2 && strcmp(arguments[0], "restart") == 0)
        return control(arguments[1], INIT_CONTROL_RESTART);
    if (operands == 2 && strcmp(arguments[0], "stop") == 0)
        return control(arguments[1], INIT_CONTROL_STOP);
    print_error("wants list, or log, restart or stop and a service (try service --help)");
    return EXIT_USAGE;
}
