// SPDX-License-Identifier: MIT
//
// The names of a boot archive as a sorted table, directories included that only their contents imply. A
// file's number is its place in the table, the same each time for the same archive; number 0 is the root. The
// archive is not trusted and must outlive the index. Pure but for the heap.

#ifndef FILE_INDEX_H
#define FILE_INDEX_H

#include <base/tar.h>

enum { INDEX_FILES_MAX = 4096 };

struct index_file {
    const char *path; // relative, "" for the root
    const uint8_t *data;
    uint64_t size;
    uint32_t mode;
    bool is_directory;
};

struct index {
    struct index_file *files;
    size_t count;
    size_t room;
};

enum index_error { INDEX_OK, INDEX_BAD_ARCHIVE, INDEX_NO_MEMORY, INDEX_TOO_MANY };

// `mount` (or nullptr) is a directory of the root that is there whatever the archive has under that name. On
// INDEX_BAD_ARCHIVE *defect says what is wrong, and what stood before it is in the index.
[[nodiscard]] enum index_error index_build(struct index *index, const void *archive, size_t size,
                                           const char *mount, enum tar_error *defect);

// The number of the file with this absolute path, -1 when there is none. `path` need not end with a NUL.
int64_t index_find(const struct index *index, const char *path, size_t length);

// The next entry of a directory at or behind the table's place `position` (0 starts); -1 at the end. *name is
// what stands behind the directory's own path.
int64_t index_next(const struct index *index, size_t directory, uint64_t position, const char **name);

#endif
