// SPDX-License-Identifier: MIT
//
// Other processes, by way of init; time.

#include <user/program.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/init.h>
#include <tessera/syscalls.h>
#include <user/date.h>
#include <user/path.h>

struct packer {
    char bytes[INIT_ARGUMENTS_MAX];
    size_t length;
    bool overflow;
};

static void pack(struct packer *packer, const char *string) {
    size_t length = strlen(string) + 1;
    if (length > INIT_ARGUMENTS_MAX - packer->length) {
        packer->overflow = true;
        return;
    }
    memcpy(packer->bytes + packer->length, string, length);
    packer->length += length;
}

// A name without a slash is a program in /bin.
static bool program_path(const char *directory, const char *name, char path[PATH_SIZE]) {
    return path_resolve(strchr(name, '/') != nullptr ? directory : "/bin", name, path);
}

void spawn_init(struct spawn *spawn, size_t count, char *const *arguments) {
    *spawn = (struct spawn){.directory = working_directory(),
                            .argument_count = count,
                            .arguments = arguments,
                            .group = INIT_GROUP_OWN};
    spawn->environment = environment_all(&spawn->environment_count);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        spawn->streams[i] = stream_get(i);
}

static status_t ends_hand_over(const struct spawn *spawn) {
    status_t status = STATUS_OK;
    for (size_t i = 0; i < STREAM_COUNT && status == STATUS_OK; i++) {
        if (spawn->streams[i].kind == STREAM_PIPE)
            status = init_hand_over(startup_descriptor("init"), i, (desc_t){spawn->streams[i].number},
                                    DEADLINE_NONE);
    }
    return status;
}

status_t spawn_start(const struct spawn *spawn, uint64_t *process) {
    static struct packer packer;
    char path[PATH_SIZE];
    packer.length = 0;
    packer.overflow = false;
    if (spawn->argument_count == 0 || !program_path(spawn->directory, spawn->arguments[0], path))
        return STATUS_BAD_NAME;
    pack(&packer, spawn->directory);
    pack(&packer, path);
    for (size_t i = 0; i < spawn->environment_count; i++)
        pack(&packer, spawn->environment[i]);
    for (size_t i = 0; i < spawn->argument_count; i++)
        pack(&packer, spawn->arguments[i]);
    if (packer.overflow)
        return STATUS_BAD_SIZE;
    print_flush();
    // Also when an end did not get there: init refuses the request then, and drops the ends that did.
    status_t handed = ends_hand_over(spawn);
    status_t status = init_spawn(startup_descriptor("init"), spawn->environment_count, spawn->group,
                                 spawn->memory, spawn->priority, packer.bytes, packer.length, spawn->streams,
                                 sizeof(spawn->streams), process, DEADLINE_NONE);
    return handed != STATUS_OK ? handed : status;
}

int spawn_failed(const struct spawn *spawn, status_t status) {
    const char *name = spawn->arguments[0];
    bool exists = status != STATUS_NOT_FOUND && status != STATUS_BAD_NAME;
    if (!exists)
        print_error("%s: there is no such program (try help)", name);
    else if (status == STATUS_BAD_SIZE)
        print_error("%s: the arguments and the exported variables are too long", name);
    else if (status == STATUS_BAD_VALUE && (spawn->memory != 0 || spawn->priority != 0))
        print_error("%s: the image gives it less memory or a lower priority than that", name);
    else
        print_error("%s: %s", name, status_text(status));
    return exists ? EXIT_CANNOT_RUN : EXIT_NO_PROGRAM;
}

status_t process_spawn(const char *directory, size_t count, char *const *arguments, uint64_t *process) {
    struct spawn spawn;
    spawn_init(&spawn, count, arguments);
    spawn.directory = directory;
    return spawn_start(&spawn, process);
}

static status_t wait(uint64_t process, enum init_wait kind, struct process_end *end) {
    return init_wait(startup_descriptor("init"), process, kind, &end->status, &end->reason, &end->cpu_time,
                     DEADLINE_NONE);
}

status_t process_attend(uint64_t process, struct process_end *end) {
    desc_t console = startup_descriptor("console");
    print_flush();
    (void)!console_pass(console, process, DEADLINE_NONE);
    status_t status = wait(process, INIT_WAIT_END, end);
    (void)!console_pass(console, 0, DEADLINE_NONE);
    return status;
}

bool spawn_run(const struct spawn *spawn, struct process_end *end) {
    uint64_t process;
    *end = (struct process_end){};
    status_t status = spawn_start(spawn, &process);
    if (status != STATUS_OK) {
        end->status = (uint64_t)spawn_failed(spawn, status);
        return false;
    }
    if (status_report(spawn->arguments[0], process_attend(process, end)))
        return true;
    end->status = 1;
    return false;
}

status_t process_wait(uint64_t process, uint64_t *status, uint64_t *reason) {
    struct process_end end = {};
    print_flush();
    status_t error = wait(process, INIT_WAIT_END, &end);
    *status = end.status;
    *reason = end.reason;
    return error;
}

status_t process_poll(uint64_t process, struct process_end *end) {
    return wait(process, INIT_WAIT_POLL, end);
}

uint64_t clock_now(void) {
    uint64_t time = 0;
    (void)ts_clock_read(&time);
    return time;
}

int64_t date_now(void) {
    const struct clock_page *clock = (const struct clock_page *)CLOCK_PAGE;
    return clock->boot_seconds != 0 ? clock->boot_seconds + (int64_t)(clock_now() / 1'000'000'000) : 0;
}

void sleep_until(uint64_t deadline) {
    desc_t timer;
    if (ts_notification_create(&timer) != STATUS_OK)
        return;
    (void)ts_notification_wait(timer, 1, deadline, nullptr);
    (void)ts_descriptor_release(timer);
}
