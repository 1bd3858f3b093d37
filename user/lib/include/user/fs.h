// SPDX-License-Identifier: MIT
//
// Files of the file server. Paths may be relative to the working directory. A struct file is a plain value:
// nothing has to be closed.

#ifndef USER_FS_H
#define USER_FS_H

#include <abi/status.h>
#include <base/types.h>

struct file {
    uint64_t number;
    uint64_t size;
    uint32_t mode;
    bool is_directory;
};

enum { FILE_NAME_SIZE = 1024 };

struct directory_entry {
    char name[FILE_NAME_SIZE];
    struct file file;
};

[[nodiscard]] status_t fs_open(const char *path, struct file *file);

// *count is 0 at the end of the file.
[[nodiscard]] status_t fs_read(const struct file *file, uint64_t offset, void *buffer, size_t size,
                               size_t *count);

// *position starts at 0. NOTHING_LEFT at the end.
[[nodiscard]] status_t fs_list(const struct file *directory, uint64_t *position,
                               struct directory_entry *entry);

#endif
