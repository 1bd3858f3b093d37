// SPDX-License-Identifier: MIT
//
// See user/fs.h. The file server keeps nothing for a client, so a call that a dead server left unanswered is
// simply made again.

#include <user/fs.h>
#include <base/string.h>
#include <protocols/file.h>
#include <user/path.h>
#include <user/program.h>

enum { ATTEMPTS = 20, RETRY_NS = 50'000'000 };

static bool again(status_t status, int *attempts) {
    if ((status != STATUS_SERVER_DIED && status != STATUS_NO_SERVER) || ++*attempts > ATTEMPTS)
        return false;
    sleep_until(clock_now() + RETRY_NS);
    return true;
}

static void file_set(struct file *file, uint64_t number, uint64_t size, uint64_t mode) {
    *file = (struct file){.number = number,
                          .size = size,
                          .mode = (uint32_t)mode & 07777,
                          .is_directory = (mode >> 32 & 1) != 0};
}

status_t fs_open(const char *path, struct file *file) {
    char absolute[PATH_SIZE];
    if (!path_resolve(working_directory(), path, absolute))
        return STATUS_BAD_NAME;
    desc_t server = startup_descriptor("file");
    uint64_t number = 0, size = 0, mode = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_open(server, absolute, strlen(absolute), &number, &size, &mode, DEADLINE_NONE);
    } while (again(status, &attempts));
    file_set(file, number, size, mode);
    return status;
}

status_t fs_read(const struct file *file, uint64_t offset, void *buffer, size_t size, size_t *count) {
    uint64_t filled = 0;
    int attempts = 0;
    status_t status;
    do {
        status =
            file_read(startup_descriptor("file"), file->number, offset, buffer, size, &filled, DEADLINE_NONE);
    } while (again(status, &attempts));
    *count = filled;
    return status;
}

status_t fs_list(const struct file *directory, uint64_t *position, struct directory_entry *entry) {
    uint64_t length = 0, number = 0, size = 0, mode = 0, next = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_list(startup_descriptor("file"), directory->number, *position, entry->name,
                           sizeof(entry->name), &length, &number, &size, &mode, &next, DEADLINE_NONE);
    } while (again(status, &attempts));
    if (status != STATUS_OK)
        return status;
    entry->name[min_u64(length, sizeof(entry->name) - 1)] = 0;
    file_set(&entry->file, number, size, mode);
    *position = next;
    return STATUS_OK;
}
