// SPDX-License-Identifier: MIT
//
// Other processes, by way of init; time.

#include <user/program.h>
#include <base/string.h>
#include <protocols/init.h>
#include <tessera/syscalls.h>
#include <user/path.h>

enum { SPAWN_SIZE = 16384 };

struct packer {
    char bytes[SPAWN_SIZE];
    size_t length;
    bool overflow;
};

static void pack(struct packer *packer, const char *string) {
    size_t length = strlen(string) + 1;
    if (length > SPAWN_SIZE - packer->length) {
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

status_t process_spawn(const char *directory, size_t count, char *const *arguments, uint64_t *process) {
    static struct packer packer;
    char path[PATH_SIZE];
    packer.length = 0;
    packer.overflow = false;
    if (count == 0 || !program_path(directory, arguments[0], path))
        return STATUS_BAD_NAME;
    pack(&packer, directory);
    pack(&packer, path);
    for (size_t i = 0; i < count; i++)
        pack(&packer, arguments[i]);
    if (packer.overflow)
        return STATUS_BAD_SIZE;
    print_flush();
    return init_spawn(startup_descriptor("init"), packer.bytes, packer.length, process, DEADLINE_NONE);
}

status_t process_wait(uint64_t process, uint64_t *status, uint64_t *reason) {
    print_flush();
    return init_wait(startup_descriptor("init"), process, 0, status, reason, DEADLINE_NONE);
}

status_t process_poll(uint64_t process, uint64_t *status, uint64_t *reason) {
    return init_wait(startup_descriptor("init"), process, 1, status, reason, DEADLINE_NONE);
}

uint64_t clock_now(void) {
    uint64_t time = 0;
    (void)ts_clock_read(&time);
    return time;
}

void sleep_until(uint64_t deadline) {
    desc_t timer;
    if (ts_notification_create(&timer) != STATUS_OK)
        return;
    (void)ts_notification_wait(timer, 1, deadline, nullptr);
    (void)ts_descriptor_release(timer);
}
