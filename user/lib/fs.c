// SPDX-License-Identifier: MIT
//
// See user/fs.h. The file server keeps nothing for a client, so a call that a dead server left unanswered is
// simply made again; what must not be done twice carries a token, one for each request of the process.

#include <user/fs.h>
#include <base/string.h>
#include <protocols/file.h>
#include <user/path.h>
#include <user/program.h>
#include <user/retry.h>

static desc_t server(void) {
    return startup_descriptor("file");
}

static uint64_t token_next(void) {
    static uint64_t last;
    return ++last;
}

static bool absolute_path(const char *path, char absolute[PATH_SIZE]) {
    return path_resolve(working_directory(), path, absolute);
}

static void file_set(struct file *file, uint64_t number, uint64_t size, uint64_t mode) {
    *file = (struct file){.number = number,
                          .size = size,
                          .mode = (uint32_t)(mode & FILE_MODE_PERMISSIONS),
                          .is_directory = (mode & FILE_MODE_DIRECTORY) != 0};
}

status_t fs_open(const char *path, struct file *file) {
    char absolute[PATH_SIZE];
    if (!absolute_path(path, absolute))
        return STATUS_BAD_NAME;
    uint64_t number = 0, size = 0, mode = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_open(server(), absolute, strlen(absolute), &number, &size, &mode, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    file_set(file, number, size, mode);
    return status == STATUS_OK && path_ends_with_slash(path) && !file->is_directory ? STATUS_NOT_DIRECTORY
                                                                                    : status;
}

status_t fs_create(const char *path, enum file_create kind, struct file *file) {
    char absolute[PATH_SIZE];
    if (!absolute_path(path, absolute))
        return STATUS_BAD_NAME;
    if (kind != FILE_CREATE_DIRECTORY && path_ends_with_slash(path))
        return fs_open(path, file) == STATUS_OK ? STATUS_IS_DIRECTORY : STATUS_NOT_DIRECTORY;
    uint64_t number = 0, size = 0, mode = 0, token = token_next();
    int attempts = 0;
    status_t status;
    do {
        status = file_create(server(), kind, token, absolute, strlen(absolute), &number, &size, &mode,
                             DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    file_set(file, number, size, mode);
    return status;
}

status_t fs_read(const struct file *file, uint64_t offset, void *buffer, size_t size, size_t *count) {
    uint64_t filled = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_read(server(), file->number, offset, buffer, min_u64(size, FILE_READ_MAX), &filled,
                           DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    *count = filled;
    return status;
}

static status_t piece_write(uint64_t number, uint64_t offset, const void *bytes, size_t size) {
    uint64_t token = token_next();
    int attempts = 0;
    status_t status;
    do {
        status = file_write(server(), number, offset, token, bytes, size, nullptr, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    return status;
}

status_t fs_write(const struct file *file, uint64_t offset, const void *bytes, size_t size) {
    const char *from = bytes;
    status_t status = STATUS_OK;
    for (size_t done = 0; status == STATUS_OK && done < size; done += FILE_WRITE_MAX)
        status = piece_write(file->number, offset + done, from + done, min_u64(size - done, FILE_WRITE_MAX));
    return status;
}

status_t fs_append(const struct file *file, const void *bytes, size_t size) {
    const char *from = bytes;
    status_t status = STATUS_OK;
    for (size_t done = 0; status == STATUS_OK && done < size; done += FILE_WRITE_MAX)
        status = piece_write(file->number, FILE_AT_END, from + done, min_u64(size - done, FILE_WRITE_MAX));
    return status;
}

status_t fs_stat(struct file *file) {
    uint64_t size = 0, mode = 0, changed = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_stat(server(), file->number, &size, &mode, &changed, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    if (status != STATUS_OK)
        return status;
    file_set(file, file->number, size, mode);
    file->changed = (int64_t)changed;
    return status;
}

status_t fs_truncate(const struct file *file, uint64_t size) {
    int attempts = 0;
    status_t status;
    do {
        status = file_truncate(server(), file->number, size, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    return status;
}

status_t fs_remove(const char *path, bool directory) {
    char absolute[PATH_SIZE];
    if (!absolute_path(path, absolute))
        return STATUS_BAD_NAME;
    const enum file_remove kind = directory ? FILE_REMOVE_DIRECTORY : FILE_REMOVE_FILE;
    uint64_t token = token_next();
    int attempts = 0;
    status_t status;
    do {
        status = file_remove(server(), kind, token, absolute, strlen(absolute), DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    return status;
}

status_t fs_rename(const char *path, const char *target) {
    char absolute[PATH_SIZE], absolute_target[PATH_SIZE];
    if (!absolute_path(path, absolute) || !absolute_path(target, absolute_target))
        return STATUS_BAD_NAME;
    uint64_t token = token_next();
    int attempts = 0;
    status_t status;
    do {
        status = file_rename(server(), token, absolute, strlen(absolute), absolute_target,
                             strlen(absolute_target), DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    return status;
}

status_t fs_list(const struct file *directory, uint64_t *position, struct directory_entry *entry) {
    uint64_t length = 0, number = 0, size = 0, mode = 0, next = 0;
    int attempts = 0;
    status_t status;
    do {
        status = file_list(server(), directory->number, *position, entry->name, sizeof(entry->name), &length,
                           &number, &size, &mode, &next, DEADLINE_NONE);
    } while (retry_after(status, &attempts));
    if (status != STATUS_OK)
        return status;
    entry->name[min_u64(length, sizeof(entry->name) - 1)] = 0;
    file_set(&entry->file, number, size, mode);
    *position = next;
    return STATUS_OK;
}
