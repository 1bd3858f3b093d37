// SPDX-License-Identifier: MIT
//
// Reader of the boot archive: ustar with GNU long names (POSIX.1-2017 pax "ustar Interchange Format"; GNU tar
// manual "Basic Tar Format", type 'L'), over a buffer that is not trusted. Nothing is allocated and nothing
// is written to the archive. It is strict, because whoever makes a boot archive can make a proper one: plain
// files and directories only, relative names without empty, "." or ".." parts, an end marker. Links, devices
// and pax headers are refused, so no name can lead out of the archive or in a circle.
//
// tar_check() examines a whole archive once, duplicates included; tar_next() walks it and makes every check
// that concerns one entry again, so a walk is safe without tar_check() too.

#ifndef BASE_TAR_H
#define BASE_TAR_H

#include <base/types.h>

enum {
    TAR_BLOCK_SIZE = 512,
    TAR_NAME_SIZE = 1024, // longest name, its NUL included
};

enum tar_error {
    TAR_OK,
    TAR_END, // not an error: there is no further entry
    TAR_ERROR_EMPTY,
    TAR_ERROR_NO_END_MARKER,
    TAR_ERROR_HEADER_TRUNCATED,
    TAR_ERROR_DATA_TRUNCATED,
    TAR_ERROR_MAGIC,
    TAR_ERROR_CHECKSUM,
    TAR_ERROR_SIZE_NOT_OCTAL,
    TAR_ERROR_SIZE_NEGATIVE,
    TAR_ERROR_SIZE_TOO_LARGE,
    TAR_ERROR_MODE_NOT_OCTAL,
    TAR_ERROR_DIRECTORY_WITH_DATA,
    TAR_ERROR_LINK,
    TAR_ERROR_TYPE,
    TAR_ERROR_NAME_EMPTY,
    TAR_ERROR_NAME_ABSOLUTE,
    TAR_ERROR_NAME_DOT,
    TAR_ERROR_NAME_DOT_DOT,
    TAR_ERROR_NAME_EMPTY_PART,
    TAR_ERROR_NAME_FILE_WITH_SLASH,
    TAR_ERROR_NAME_TOO_LONG,
    TAR_ERROR_LONG_NAME_UNTERMINATED,
    TAR_ERROR_LONG_NAME_WITHOUT_ENTRY,
    TAR_ERROR_DUPLICATE,
    TAR_ERROR_PARENT_IS_FILE,
    TAR_ERROR_TOO_MANY_ENTRIES,
};

// English, lower case, without a full stop; never nullptr.
const char *tar_error_text(enum tar_error error);

struct tar_entry {
    char name[TAR_NAME_SIZE]; // relative, NUL-terminated, without a trailing slash
    size_t name_length;
    bool is_directory;
    uint32_t mode;       // permission bits, at most 07777
    const uint8_t *data; // inside the archive; of a directory: empty
    size_t size;
};

// A walk. Plain value: copying it copies the position.
struct tar_reader {
    const uint8_t *bytes;
    size_t size;
    size_t offset; // of the header that comes next; after an error, of the header that is wrong
};

void tar_init(struct tar_reader *reader, const void *bytes, size_t size);

// TAR_OK with the entry filled in, TAR_END, or an error. After TAR_END or an error the walk stays where it
// is.
[[nodiscard]] enum tar_error tar_next(struct tar_reader *reader, struct tar_entry *entry);

// Examines the whole archive. `slots` is scratch space for the names' hash table: it limits the archive to
// slot_count / 2 entries. On an error *offset is where the header in question stands.
[[nodiscard]] enum tar_error tar_check(const void *bytes, size_t size, uint64_t *slots, size_t slot_count,
                                       size_t *offset);

// Searches for an entry by its exact name. TAR_END when there is none.
[[nodiscard]] enum tar_error tar_find(const void *bytes, size_t size, const char *name,
                                      struct tar_entry *entry);

#endif
