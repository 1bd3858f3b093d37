// SPDX-License-Identifier: MIT
//
// Files of the file server (protocols/file.toml says what each error means). Paths may be relative to the
// working directory. A struct file is a plain value: nothing has to be closed. A request that a dead server
// left unanswered is made again, under the same token, so that what was done is not done twice.

#ifndef USER_FS_H
#define USER_FS_H

#include <abi/status.h>
#include <base/types.h>
#include <protocols/file_values.h>

struct file {
    uint64_t number;
    uint64_t size; // when it was opened or listed
    uint32_t mode;
    bool is_directory;
    int64_t changed; // seconds since 1970, 0: not known; fs_stat() alone says it
};

struct directory_entry {
    char name[FILE_LIST_MAX];
    struct file file;
};

// A path that ends with a slash names a folder: NOT_DIRECTORY for a file, and no file is made under it.
[[nodiscard]] status_t fs_open(const char *path, struct file *file);
[[nodiscard]] status_t fs_create(const char *path, enum file_create kind, struct file *file);

// Reads once, at most FILE_READ_MAX bytes; *count is 0 at the end of the file only, or for size 0.
[[nodiscard]] status_t fs_read(const struct file *file, uint64_t offset, void *buffer, size_t size,
                               size_t *count);

// Writes all of it, in pieces of FILE_WRITE_MAX; with an error the pieces before it stand.
[[nodiscard]] status_t fs_write(const struct file *file, uint64_t offset, const void *bytes, size_t size);
// The same at the end of the file; no other writer comes inside a piece.
[[nodiscard]] status_t fs_append(const struct file *file, const void *bytes, size_t size);

// Asks again for what the number names.
[[nodiscard]] status_t fs_stat(struct file *file);
[[nodiscard]] status_t fs_truncate(const struct file *file, uint64_t size);

// A file, or an empty directory.
[[nodiscard]] status_t fs_remove(const char *path, bool directory);
[[nodiscard]] status_t fs_rename(const char *path, const char *target);

// *position starts at 0. NOTHING_LEFT at the end.
[[nodiscard]] status_t fs_list(const struct file *directory, uint64_t *position,
                               struct directory_entry *entry);

#endif
